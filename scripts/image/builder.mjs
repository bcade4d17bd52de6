/** Whatever builds and runs images on this machine. */
import { spawnSync } from 'node:child_process';

/** Whether a program answers: for Docker that means its engine, not its client alone. */
function answers(program, words) {
  const outcome = spawnSync(program, words, { stdio: 'ignore', timeout: 60_000 });
  return outcome.status === 0;
}

/** `docker`, `podman` or `buildah`: the first that answers. Exits with 1 and what to install where none does. */
export function builder() {
  if (answers('docker', ['info'])) return 'docker';
  if (answers('podman', ['info'])) return 'podman';
  if (answers('buildah', ['info'])) return 'buildah';
  console.error('vigie: nothing here builds images: install docker, podman or buildah');
  return process.exit(1);
}

/**
 * `docker` or `podman`, to run containers, and what podman needs to be told here: where this process is itself in a sandbox without cgroups, containers
 * go by the host's.
 */
export function runner() {
  if (answers('docker', ['info'])) return 'docker';
  if (answers('podman', ['info'])) return 'podman';
  console.error('vigie: nothing here runs containers: install docker or podman');
  return process.exit(1);
}

/** Runs a program to its end with its output shown. Exits with its code when it fails. */
export function run(program, words, options = {}) {
  const { status, error } = spawnSync(program, words, { stdio: 'inherit', ...options });
  if (error) console.error(`vigie: ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** What a program says, without the last line end. Throws what it says of a failure. */
export function said(program, words, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (status === 0) return stdout.trimEnd();
  throw new Error(
    `${program} ${words.slice(0, 3).join(' ')}: ${error?.message ?? (stderr || stdout).trim().split('\n').slice(-5).join('; ')}`,
  );
}
