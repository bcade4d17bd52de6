/**
 * `npm run sbom [-- FILE]`: the bill of materials of what package-lock.json names, as CycloneDX JSON on standard output or in a file. It needs no
 * network: name, version, digest and licence of each package are in the lock file.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './prepare.mjs';

const [file] = process.argv.slice(2);
const npm = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const made = spawnSync('npm', npm, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
if (made.status !== 0) {
  say(`npm sbom failed: ${made.error?.message ?? made.stderr.trim()}`);
  process.exit(1);
}
const sbom = JSON.parse(made.stdout);
// npm names the product by the folder of the checkout.
sbom.metadata.component.name = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name;
const text = `${JSON.stringify(sbom, undefined, 2)}\n`;
if (file === undefined) process.stdout.write(text);
else {
  writeFileSync(file, text);
  say(`${sbom.components.length} components in ${file}`);
}
