import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const lock = z
  .object({ packages: z.record(z.string(), z.looseObject({ version: z.string(), name: z.string().optional() })) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.literal('vigie'), type: z.literal('application') }) }),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.array(z.object({ content: z.string() })).default([]),
    }),
  ),
});

describe('the bill of materials', () => {
  it('has every package of the lock file, by name and version', () => {
    const { components } = bill.parse(
      JSON.parse(execFileSync(process.execPath, ['scripts/sbom.mjs'], { encoding: 'utf8', maxBuffer: 2 ** 26 })),
    );
    const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
    // A package under another name is told by either.
    const locked = Object.entries(lock.packages).flatMap(([path, { version, name }]) => {
      const alias = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return path === '' ? [] : [[`${alias}@${version}`, `${name ?? alias}@${version}`]];
    });
    expect(locked.filter((names) => !names.some((one) => named.has(one)))).toEqual([]);
  });
});
