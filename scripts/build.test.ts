import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '#libs/runtime/paths.js';
import { importsOf, pathOf } from './rooms.mjs';

const read = (path: string): string => readFileSync(`${projectRoot}/${path}`, 'utf8');
const config = z
  .object({ include: z.array(z.string()), exclude: z.array(z.string()) })
  .parse(JSON.parse(read('tsconfig.build.json')));
const manifest = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: projectRoot,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(`${projectRoot}/${file}`));
const entries = files.filter(
  (file) => config.include.some((glob) => matchesGlob(file, glob)) && !config.exclude.some((glob) => matchesGlob(file, glob)),
);
const built = reached(entries);

describe('what is built', () => {
  it('is what runs: no test, no fixture, no twin that only tests use', () => {
    expect(built.size).toBeGreaterThan(300);
    const onlyTests = /\.(test|suite|fixture)\.ts$|^libs\/(detection\/rules\/tests|access-store\/memory)\//;
    expect([...built].filter((file) => onlyTests.test(file))).toEqual([]);
  });

  it('has every module that somebody starts by its path', () => {
    const started = [
      ...Object.values(manifest.scripts).flatMap((script) => [...script.matchAll(/scripts\/run\.mjs (\S+)/g)]),
      ...files
        .filter((file) => file !== 'scripts/build.test.ts')
        .flatMap((file) => [...read(file).matchAll(/compiledModule\('([^']+)'\)/g)]),
    ].map(([, name]) => `${name}.ts`);
    expect(started.length).toBeGreaterThan(5);
    expect(started.filter((file) => !built.has(file))).toEqual([]);
  });
});

/** These files and all that they import, directly or by others. */
function reached(from: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...from];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { name } of importsOf(read(file))) {
      const path = pathOf(name, file);
      if (path !== undefined && existsSync(`${projectRoot}/${path}`)) waiting.push(path);
    }
  }
  return seen;
}
