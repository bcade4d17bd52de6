/**
 * The types of three versions of Kubernetes, as programs that read objects by them: `node scripts/kubernetes/types.mjs` builds those that are missing from
 * their Go modules, by their checksums (minutes). What they read is scripts/kubernetes/main.go.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, '.cache', 'kubernetes-types');

/** Of k8s.io/api: its 0.31 is Kubernetes 1.31. */
export const versions = ['0.31.10', '0.33.3', '0.34.0'];

/** The program of a version; undefined where it is not built. */
export function typesHere(version) {
  const program = join(folder, version, 'read');
  return existsSync(program) ? program : undefined;
}

function build(version) {
  const place = join(folder, version);
  mkdirSync(place, { recursive: true });
  copyFileSync(join(root, 'scripts', 'kubernetes', 'main.go'), join(place, 'main.go'));
  const needs = `require (\n\tk8s.io/api v${version}\n\tsigs.k8s.io/yaml v1.5.0\n)\n`;
  writeFileSync(join(place, 'go.mod'), `module vigie.example/types\n\ngo 1.24\n\n${needs}`);
  const go = (...args) => execFileSync('go', args, { cwd: place, stdio: 'inherit' });
  go('mod', 'tidy');
  go('build', '-o', 'read', '.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const version of versions) if (!typesHere(version)) build(version);
