import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ids of changes that an endpoint has, so that a restart or a replay does not send them again. */
export interface Delivered {
  has(changeId: string): boolean;
  /** Resolves once the id survives the end of this process. */
  add(changeId: string): Promise<void>;
}

/** Ids that are remembered; older ones are forgotten. About 10 MB of memory and 3.3 MB on disk per endpoint. */
export const rememberedMax = 100_000;

/** A bounded set in order of insertion. Forgets the oldest. */
export class RecentIds {
  readonly #ids: Set<string>;

  constructor(
    private readonly max: number,
    ids: readonly string[] = [],
  ) {
    this.#ids = new Set(ids.slice(-max));
  }
  has(id: string): boolean {
    return this.#ids.has(id);
  }
  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= this.max) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }
  list(): readonly string[] {
    return [...this.#ids];
  }
}

/** For tests, and as the twin of `DeliveredFile`. */
export class DeliveredInMemory implements Delivered {
  readonly #recent = new RecentIds(rememberedMax);
  has(changeId: string): boolean {
    return this.#recent.has(changeId);
  }
  async add(changeId: string): Promise<void> {
    this.#recent.add(changeId);
  }
}

/**
 * One line an id, appended after the receiver's answer; written anew when it has grown to twice what is remembered. Not fsynced: after
 * a power cut some changes are sent again under the same id, which a receiver recognises. A line cut short by a crash is no valid id
 * and harms nothing.
 */
export class DeliveredFile implements Delivered {
  #busy: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly recent: RecentIds,
    private lines: number,
  ) {}

  /** `before` are ids that are known from elsewhere, where there is no file yet: it begins with them. */
  static async open(path: string, max = rememberedMax, before: readonly string[] = []): Promise<DeliveredFile> {
    await mkdir(dirname(path), { recursive: true });
    if (before.length > 0) await writeFile(path, before.map((id) => `${id}\n`).join(''), { flag: 'wx' });
    const text = await readFile(path, 'utf8').catch(() => '');
    const ids = text.split('\n').filter((line) => /^[0-9a-f]{32}$/.test(line));
    // A torn last line must not swallow the next id.
    if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
    return new DeliveredFile(path, new RecentIds(max, ids), ids.length);
  }

  has(changeId: string): boolean {
    return this.recent.has(changeId);
  }

  add(changeId: string): Promise<void> {
    this.recent.add(changeId);
    const turn = this.#busy.then(() => this.#write(changeId));
    this.#busy = turn.catch(() => {});
    return turn;
  }

  async #write(changeId: string): Promise<void> {
    const remembered = this.recent.list().length;
    if (this.lines < 2 * remembered || this.lines < 1000) {
      this.lines += 1;
      return appendFile(this.path, `${changeId}\n`);
    }
    await writeFile(`${this.path}.new`, `${this.recent.list().join('\n')}\n`);
    await rename(`${this.path}.new`, this.path);
    this.lines = remembered;
  }
}
