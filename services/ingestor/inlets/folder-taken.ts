import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { contentOf, digestOf } from './folder-files.js';

/** Files of a folder that are looked at after they were read: those that were read last. */
const watchedMax = 256;
/** Of what was read before a start, only what was written to so lately is looked at, in milliseconds. */
const latelyMs = 24 * 3_600_000;

/** Size and time of change, as of a file that is compared with itself later. */
export async function stateOf(
  path: string,
): Promise<{ readonly size: number; readonly state: string; readonly changedMs: number }> {
  const { size, mtimeMs } = await stat(path);
  return { size, state: `${size} ${mtimeMs}`, changedMs: mtimeMs };
}

/**
 * The files of one folder that were read and moved aside. A program that keeps its file open goes on writing into it wherever it was moved: what
 * stands there then was read by nobody.
 */
export class TakenFiles {
  /** State of each by its path, the latest last. */
  readonly #states = new Map<string, string>();

  add(path: string, state: string): void {
    this.#states.delete(path);
    this.#states.set(path, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= watchedMax) return;
      this.#states.delete(oldest);
    }
  }

  /**
   * Takes up what a process before this one has moved to `folder`: what was written to lately and has another content than any that was read.
   * `digests` has a line for each that was: its digest and its size.
   */
  async resume(folder: string, digests: string, nowMs: number): Promise<void> {
    const found: { readonly path: string; readonly size: number; readonly state: string; readonly changedMs: number }[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const state = entry.isFile() && (await unlessGone(() => stateOf(path)));
      if (state && state.size > 0 && nowMs - state.changedMs < latelyMs) found.push({ path, ...state });
    }
    const known = await contentOf(digests);
    const sizes = new Set([...known.matchAll(/ (\d+)$/gm)].map(([, size]) => Number(size)));
    for (const { path, size, state } of found.toSorted((a, b) => a.changedMs - b.changedMs).slice(-watchedMax)) {
      // Of its size alone a file is known to be the same without reading it; those of an earlier version have none there.
      const isKnown = sizes.has(size) || known.includes((await unlessGone(() => digestOf(path)))?.digest ?? '');
      this.add(path, isKnown ? state : '');
    }
  }

  /** Paths of those that were written to since; they are looked at no more. */
  async written(): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const [path, before] of this.#states) {
      const now = await unlessGone(() => stateOf(path));
      if (now?.state === before || now?.size === 0) continue;
      this.#states.delete(path);
      if (now) paths.push(path);
    }
    return paths;
  }
}

async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return ask().catch(() => undefined);
}
