import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules, SourceMap } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { keptApart } from './kept-apart.mjs';

const services = readdirSync(`${projectRoot}/services`);
const bundles = [...services.map((name) => `services/${name}/main`), 'cli/vigie'];
const whole = new RegExp(`^(?:${keptApart.join('|')})\\b`);

describe.each(bundles)('the bundle of %s', (name) => {
  const text = readFileSync(compiledModule(name), 'utf8');
  const lines = text.split('\n');

  it('looks nothing up when it starts: no module of ours, and of packages those alone that keep files of their own', () => {
    const imported = lines
      .flatMap((line) => /^(?:import|export)\b.*? from ["']([^"']+)["']|^import ["']([^"']+)["']/.exec(line)?.slice(1) ?? [])
      .filter((module) => module !== undefined);
    const others = imported.filter((module) => !module.startsWith('node:') && !builtinModules.includes(module));
    expect(imported.length).toBeGreaterThan(0);
    expect(others.filter((module) => !whole.test(module) && !module.startsWith('./parts/'))).toEqual([]);
  });

  it('finds what lies beside a module where the module was', () => {
    for (const [, path] of text.matchAll(/distOfBundle \+ "([^"]+)"/g))
      expect(readFileSync(`${projectRoot}/dist/${path}`)).toBeDefined();
  });
});

it('names the source of each line, so that a stack does', () => {
  const path = compiledModule('services/clickhouse/main');
  const lines = readFileSync(path, 'utf8').split('\n');
  const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
  const begin = lines.indexOf('// dist/services/clickhouse/start.js') + 1;
  const entries = lines.slice(begin, begin + 40).map((line, at) => map.findEntry(begin + at, line.search(/\S/)));
  const sources = entries.map((entry) => ('originalSource' in entry ? entry.originalSource : ''));
  expect(sources).toContainEqual(expect.stringMatching(/services\/clickhouse\/start\.ts$/));
});
