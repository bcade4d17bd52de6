/**
 * Compiles what is written in AssemblyScript (`*.as.ts`) to programs of WebAssembly beside it, which are committed: whoever runs or builds
 * Vigie needs no compiler for them. `--check` writes nothing and exits 1 where a committed program is another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { main } from 'assemblyscript/asc';

const libs = join(dirname(dirname(fileURLToPath(import.meta.url))), 'libs');
const programs = [
  { room: 'formats', entry: 'vigie/wasm/rows.as.ts', out: 'vigie/wasm/program.ts', name: 'rowProgram' },
  { room: 'formats', entry: 'event-id/sip-hash.as.ts', out: 'event-id/program.ts', name: 'sipHashProgram' },
  { room: 'detection', entry: 'scan/scan-rows.as.ts', out: 'scan/program.ts', name: 'scanProgram' },
];
const { values } = parseArgs({ options: { check: { type: 'boolean' } } });

// No heap and no host: what a module has is its memory. The two warnings are of addresses that are 32 bits wide.
const flags =
  '--optimizeLevel 3 --shrinkLevel 0 --converge --noAssert --runtime stub --use abort= --enable simd --disableWarning 112 --disableWarning 201';

for (const { room, entry, out, name } of programs) {
  let binary;
  const options = [`${room}/${entry}`, '--baseDir', libs, '--outFile', 'program.wasm', ...flags.split(' ')];
  const { error, stderr } = await main(options, { writeFile: (_name, contents) => (binary = contents) });
  if (error || !binary) throw new Error(`${entry} does not compile: ${stderr}`, { cause: error });
  const base64 = Buffer.from(binary)
    .toString('base64')
    .replaceAll(/.{1,128}/g, '$&\n');
  const text = `/** What ${entry} compiles to (scripts/assemble.mjs writes it): a program of WebAssembly. */\nexport const ${name} = Buffer.from(\n  \`\n${base64}\`,\n  'base64',\n);\n`;
  const path = join(libs, room, out);
  if (!values.check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`libs/${room}/${out} is not what ${entry} compiles to: run node scripts/assemble.mjs`);
    process.exitCode = 1;
  }
}
