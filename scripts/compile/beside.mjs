/** Another commit of this repository, compiled below .cache with the packages of this one: what a benchmark compares with. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiler, node, root } from '../prepare.mjs';

const archiveBytesMax = 512 * 1024 * 1024;

/** Where the commit lies, compiled, with its id; throws where git knows no such commit, or it does not compile. Once made it is kept. */
export function compiledBeside(commit) {
  const id = told('git', ['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`], root)
    .toString()
    .trim();
  const home = join(root, '.cache', 'beside', id);
  const done = join(home, '.compiled');
  if (existsSync(done)) return { home, id };
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  told('tar', ['-x', '-C', home], root, told('git', ['archive', '--format=tar', id], root));
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  told(node, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], home);
  told(node, [join(home, 'scripts', 'compile', 'copy-assets.mjs')], home);
  writeFileSync(done, '');
  return { home, id };
}

function told(program, args, cwd, input) {
  const outcome = spawnSync(program, args, { cwd, input, maxBuffer: archiveBytesMax, stdio: ['pipe', 'pipe', 'inherit'] });
  if (outcome.error || outcome.status !== 0)
    throw new Error(
      `${program} ${args[0]} failed${outcome.error ? `: ${outcome.error.message}` : ''}; the commit to compare with could not be made`,
    );
  return outcome.stdout;
}
