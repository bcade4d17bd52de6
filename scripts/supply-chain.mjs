/**
 * `npm run supply-chain`: what Vigie is made of. Digests and licences are read from package-lock.json; signatures, known faults and what the images of deploy/images.json
 * are by now are asked of the registries, and where it does not answer that is said and counts as skipped, because nothing is known then. The last line counts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judged, pinnedImages } from './image/digests.mjs';
import { root } from './prepare.mjs';

/** Licences under which Vigie may be passed on without passing on its sources. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  // Of argparse, which came out of Python.
  'PSF-2.0',
  'Unlicense',
]);

/** Under MPL-2.0, which asks for the sources of what is passed on: tools that build and test, of which nothing is. */
const toolsUnderMpl = /^(lightningcss(-[\w-]+)?|axe-core|@axe-core\/playwright)$/;

/** Written by hand, because the registry that the lock file was made over does not serve them; see docs/decisions/project.md. */
const withoutDigest = new Set(['@chdb/lib-darwin-arm64', '@chdb/lib-darwin-x64', '@chdb/lib-linux-arm64-gnu']);

/** Their package.json names none; their LICENSE files do. */
const readInFile = new Map([['png-js@2.0.0', 'MIT']]);

/** A registry that is silent for this long does not answer, in milliseconds. */
const registryMs = 45_000;

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const installed = Object.entries(packages)
  .filter(([path]) => path !== '')
  // A package under another name says its own.
  .map(([path, one]) => ({
    ...one,
    path,
    name: one.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
  }));
const counts = { passed: 0, failed: 0, skipped: 0 };

tell(
  'digests',
  installed.filter(({ name, integrity }) => !integrity?.startsWith('sha512-') && !withoutDigest.has(name)).map(nameOf),
);
tell(
  'licences',
  installed
    .filter((one) => !isAllowed(licenceOf(one) ?? readInFile.get(nameOf(one))) && !isTool(one) && isHere(one))
    .map((one) => `${nameOf(one)}: ${licenceOf(one) ?? 'none'}`),
);
ask('signatures', ['audit', 'signatures', '--json'], ({ invalid = [], missing = [] }) => [...invalid, ...missing].map(nameOf));
ask('known faults', ['audit', '--omit=dev', '--json'], ({ vulnerabilities = {} }) =>
  Object.values(vulnerabilities)
    .filter(({ severity }) => ['high', 'critical'].includes(severity))
    .map(({ name, severity }) => `${name} (${severity})`),
);
for (const { outcome, says } of await Promise.all(pinnedImages().map((one) => judged(one, Date.now())))) {
  counts[outcome] += 1;
  console.log(`image ${says}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

/** `(MIT OR CC0-1.0)` needs one that is allowed, `Apache-2.0 AND MIT` all of them. */
function isAllowed(expression) {
  if (!expression) return false;
  return expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.has(one.trim())));
}

function isTool({ name, dev, license }) {
  return dev === true && license === 'MPL-2.0' && toolsUnderMpl.test(name);
}

/** Optional packages of other platforms are named by the lock file and installed by nobody here. */
function isHere({ path, license }) {
  return license !== undefined || existsSync(join(root, path, 'package.json'));
}

/** Old packages say a list of `licenses`, which the lock file leaves out: any of them may be chosen. */
function licenceOf({ path, license }) {
  if (license) return license;
  const file = join(root, path, 'package.json');
  const { licenses = [] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return licenses.map(({ type }) => type).join(' OR ') || undefined;
}

function tell(what, wrong) {
  counts[wrong.length > 0 ? 'failed' : 'passed'] += 1;
  console.log(
    wrong.length > 0
      ? `${what}: ${wrong.length} wrong: ${wrong.slice(0, 10).join(', ')}`
      : `${what}: ${installed.length} packages ok`,
  );
}

/** npm says what it found as JSON, whatever its exit code; anything else is no answer. */
function ask(what, args, wrongIn) {
  const { stdout, error } = spawnSync('npm', [...args, '--fetch-retries=0', `--fetch-timeout=${registryMs / 2}`], {
    cwd: root,
    encoding: 'utf8',
    timeout: registryMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  const said = parsed(stdout);
  if (said && !said.error) return tell(what, wrongIn(said));
  counts.skipped += 1;
  console.log(
    `${what}: not checked: ${error?.code === 'ETIMEDOUT' ? `the registry was silent for ${registryMs / 1000} s` : said?.error?.summary?.split('\n')[0] || 'the registry did not answer'}`,
  );
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameOf({ name, version }) {
  return version ? `${name}@${version}` : name;
}
