/**
 * Compiles the AssemblyScript of libs/formats/vigie/wasm to program.ts beside it, which is committed: whoever runs or builds Vigie needs no
 * compiler for it. `--check` writes nothing and exits 1 where the committed program is another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { main } from 'assemblyscript/asc';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'libs', 'formats', 'vigie', 'wasm');
const { values } = parseArgs({ options: { check: { type: 'boolean' } } });

let binary;
// No heap and no host: what the module has is its memory. The two warnings are of addresses that are 32 bits wide.
const flags =
  '--optimizeLevel 3 --shrinkLevel 0 --converge --noAssert --runtime stub --use abort= --enable simd --disableWarning 112 --disableWarning 201';
const options = ['rows.as.ts', '--baseDir', folder, '--outFile', 'rows.wasm', ...flags.split(' ')];
const { error, stderr } = await main(options, { writeFile: (_name, contents) => (binary = contents) });
if (error || !binary) throw new Error(`the module does not compile: ${stderr}`, { cause: error });

const base64 = Buffer.from(binary)
  .toString('base64')
  .replaceAll(/.{1,128}/g, '$&\n');
const text = `/** What the texts beside this compile to (scripts/assemble.mjs writes it): a program of WebAssembly. */\nexport const rowProgram = Buffer.from(\n  \`\n${base64}\`,\n  'base64',\n);\n`;
const path = join(folder, 'program.ts');
if (!values.check) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('libs/formats/vigie/wasm/program.ts is not what the texts beside it compile to: run node scripts/assemble.mjs');
  process.exitCode = 1;
}
