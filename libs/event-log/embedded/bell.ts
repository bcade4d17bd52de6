import { closeSync, type FSWatcher, mkdirSync, openSync, watch, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#libs/runtime/log.js';

/**
 * Tells other processes that something happened: a byte is written to a file which they watch. A bell says nothing but "look again", may
 * ring for nothing, and may be missed; whoever waits for one also looks by itself now and then.
 */
export class Bells {
  readonly #directory: string;
  readonly #log: Log;
  readonly #files = new Map<string, number>();
  readonly #watchers = new Set<FSWatcher>();

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
    mkdirSync(directory, { recursive: true });
  }

  ring(name: string): void {
    writeSync(this.#file(name), '.', 0);
  }

  listen(name: string, post: () => void): () => void {
    this.#file(name);
    try {
      const watcher = watch(this.#path(name), { persistent: false }, () => post());
      watcher.on('error', (cause) => this.#log.warn('a bell of the log is not heard any more', { cause }));
      this.#watchers.add(watcher);
      return () => {
        watcher.close();
        this.#watchers.delete(watcher);
      };
    } catch (cause) {
      this.#log.warn('the log cannot watch its bells: new frames are found a little later, by looking', { cause });
      return () => {};
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    for (const file of this.#files.values()) closeSync(file);
    this.#watchers.clear();
    this.#files.clear();
  }

  #file(name: string): number {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = openSync(this.#path(name), 'w');
    this.#files.set(name, file);
    return file;
  }

  #path(name: string): string {
    return join(this.#directory, encodeURIComponent(name));
  }
}

/** The bell of new frames of a topic. */
export function bellOf(topic: string): string {
  return `frames ${topic}`;
}
