/**
 * Bases of the image made from Debian's packages, signed by Debian, by debootstrap and buildah as root: for machines that reach Debian's archive and no
 * registry of images. The one that builds gets this machine's Node, npm and authorities besides; nothing of it goes into what is built.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../debian-tool.mjs';
import { said } from './builder.mjs';

const suite = 'bookworm';
const names = { run: `localhost/vigie-base:${suite}`, build: `localhost/vigie-build-base:${suite}` };
/** What Debian's own slim images leave out, too. */
const idle = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/info',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
  'usr/share/i18n',
];
const authorities = '/etc/ssl/certs/ca-certificates.crt';

/** `{ run, build }`: names of images, which are made where they are missing. Exits where a program that is needed cannot be had. */
export function debianBases() {
  if (!isThere(names.run)) makeBase();
  if (!isThere(names.build)) makeBuildBase();
  return names;
}

function isThere(image) {
  try {
    return said('buildah', ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', image]) !== '';
  } catch {
    return false;
  }
}

function makeBase() {
  const tool = findTool('debootstrap', 'debootstrap');
  const program = existsSync('/usr/sbin/debootstrap') ? '/usr/sbin/debootstrap' : tool.path;
  if (!program) {
    console.error(`vigie: debootstrap cannot be had: ${tool.reason}`);
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vigie-base-'));
  try {
    made(program, ['--variant=minbase', suite, folder]);
    for (const path of idle) rmSync(join(folder, path), { recursive: true, force: true });
    commit('scratch', names.run, [['copy', folder, '/']]);
  } finally {
    removeTree(folder);
  }
}

/**
 * debootstrap mounts the machine's own /proc below the tree that it makes, and leaves it there when it is stopped: whatever is mounted is let go first, and
 * where that fails nothing is removed, because a removal would go on inside.
 */
function removeTree(folder) {
  const mounted = () =>
    readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted().toReversed()) spawnSync('umount', [path], { stdio: 'inherit' });
  const left = mounted();
  if (left.length > 0)
    console.error(`vigie: ${folder} is left, because ${left.join(', ')} is still mounted: umount it, then remove the folder`);
  else rmSync(folder, { recursive: true, force: true });
}

function makeBuildBase() {
  const node = said('node', ['--print', 'process.execPath']);
  const npm = join(said('npm', ['root', '--global']), 'npm');
  const registry = said('npm', ['config', 'get', 'registry']);
  commit(names.run, names.build, [
    ['copy', node, '/usr/local/bin/node'],
    ['copy', npm, '/usr/local/lib/node_modules/npm'],
    ...(existsSync(authorities) ? [['copy', authorities, authorities]] : []),
    ['run', 'ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm'],
    ['config', '--env', `npm_config_registry=${registry}`],
    ['config', '--env', `npm_config_cafile=${authorities}`],
    ['config', '--env', `NODE_EXTRA_CA_CERTS=${authorities}`],
  ]);
}

/** As `run`, but throws, so that what was begun is removed. */
function made(program, words) {
  const { status, error } = spawnSync(program, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} failed${error ? ` (${error.message})` : ''}`);
}

/** An image from another by steps of buildah, each `[verb, ...words]`. */
function commit(from, name, steps) {
  const container = said('buildah', ['from', from]);
  try {
    for (const [verb, ...words] of steps) {
      const isolated = verb === 'run' ? ['--isolation', 'chroot'] : [];
      const [before, after] = verb === 'config' ? [words, []] : [isolated, words];
      said('buildah', [verb, ...before, container, ...(verb === 'run' ? ['--', ...after] : after)]);
    }
    said('buildah', ['commit', '--format', 'docker', container, name]);
  } finally {
    said('buildah', ['rm', container]);
  }
}
