import { execFile } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { services } from '#libs/contracts/vocabulary.js';
import { projectRoot } from '#libs/runtime/paths.js';

const run = promisify(execFile);
/** Packages are fetched only where the release has other ones than this tree. Milliseconds. */
const buildMsMax = 900_000;

const named = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{7,40}$/),
  env: z.record(z.string(), z.string()),
  readinessStays: z.array(z.enum(services)),
});

export type LastRelease = z.infer<typeof named>;

/** A built tree of the project: where its `dist/` and its rules are. */
export interface Tree {
  readonly name: 'release' | 'this';
  readonly root: string;
}

export const thisTree: Tree = { name: 'this', root: projectRoot };

/**
 * The last release: what installations run that are upgraded to this tree. `commit` is the one that it was made of, and `env` what services of this tree must be told
 * while services of that release may still read what they write. `readinessStays`: services of that release that go on saying that they are not ready when their store was away,
 * although they work: they are not asked. Named in last-release.json, and moved there when a release is made.
 */
export async function lastRelease(): Promise<LastRelease> {
  const file = join(projectRoot, 'libs', 'testkit', 'upgrade', 'last-release.json');
  return named.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Why the last release cannot be built here, for instance in a copy without history; undefined when it can. */
export async function whyNoRelease(): Promise<string | undefined> {
  const { commit } = await lastRelease();
  if (existsSync(markOf(folderOf(commit)))) return undefined;
  const known = await run('git', ['-C', projectRoot, 'cat-file', '-e', `${commit}^{commit}`]).catch(() => undefined);
  return known ? undefined : `the history of this copy has no ${commit}, the last release (git fetch --unshallow)`;
}

/** The last release, built by its own scripts in `.cache/releases/`, once for each commit. Rejects with what its build said. */
export async function releaseTree(): Promise<Tree> {
  const { commit } = await lastRelease();
  const folder = folderOf(commit);
  if (!existsSync(markOf(folder))) await build(commit, folder);
  return { name: 'release', root: folder };
}

async function build(commit: string, folder: string): Promise<void> {
  const work = `${folder}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const archive = join(work, 'release.tar');
    await run('git', ['-C', projectRoot, 'archive', '--output', archive, commit]);
    await run('tar', ['-xf', archive, '-C', work]);
    await rm(archive);
    // The same packages need not be there twice.
    const locks = await Promise.all([work, projectRoot].map((root) => readFile(join(root, 'package-lock.json'), 'utf8')));
    if (locks[0] === locks[1]) await symlink(join(projectRoot, 'node_modules'), join(work, 'node_modules'));
    const options = { cwd: work, timeout: buildMsMax, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: '' } };
    await run(process.execPath, [join(work, 'scripts', 'build.mjs')], options);
    await writeFile(markOf(work), '');
    await rename(work, folder);
  } catch (cause) {
    if (!existsSync(markOf(folder))) throw new Error(`the last release (${commit}) could not be built in ${work}`, { cause });
  } finally {
    if (lstatSync(work, { throwIfNoEntry: false })) await rm(work, { recursive: true, force: true });
  }
}

function folderOf(commit: string): string {
  return join(projectRoot, '.cache', 'releases', commit);
}

/** Written last: a folder without it is half a build. */
function markOf(folder: string): string {
  return join(folder, '.built');
}
