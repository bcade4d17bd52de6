import { access, appendFile, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { eventIdsOf } from '#libs/formats/event-id/event-id.js';
import { fileRecords } from '#libs/formats/read/file-records.js';
import { readStays } from '#libs/formats/stays/read-stays.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { Accumulated, tookAny } from '../receive/accounts.js';
import { batchesOf } from '../receive/batches.js';
import type { IngestAnswer } from '../receive/taker.js';
import { contentOf, digestOf, hl7In, isOfDisk, mayBeHalf, renamed, unpacked } from './folder-files.js';
import { stateOf, TakenFiles } from './folder-taken.js';
import type { InletTools } from './inlet.js';

/** Inside a watched folder: files at work and digests, files that were taken, files of which nothing could be. */
const workFolder = '.vigie';
const doneFolder = 'done';
const refusedFolder = 'refused';
const digestsFile = 'digests';
/** A claim of another machine that was not touched for so long is taken over, in milliseconds. */
const abandonedMs = 5 * 60_000;
/** Stays in one turn. */
const staysAtATime = 5_000;
/** Of a name that is taken, so many characters at its end are kept, which in UTF-8 fit into a name of 255 bytes. */
const nameTailMax = 48;
/** A file whose last line has no end may be in the middle of it: it is taken when it has not changed for so long, in milliseconds. */
const halfMs = 60_000;
/** One that was written to after it was read must not have changed for so long before it is read again: at first, and doubled each time up to the second. */
const writtenMs = 60_000;
const writtenMsMax = 3_600_000;
/** Files that are not complete, as those who copy them name them. */
const unfinished = /^\.|\.(?:tmp|part|partial|filepart|swp)$|~$/i;

/**
 * The folders in which sources lay files. A file that has not changed between two looks is claimed by a rename, read batch by batch, and moved
 * to `done` when all of it is durable. A file that was at work when a process ended is read again from its beginning: its events have the same
 * ids. A file with the content of one that was taken is not read again. One that is written to after it was read comes back: nothing of it is lost.
 */
export class FolderInlets {
  /** Size and time of change of files that were seen, and since when they are so. */
  #seen = new Map<string, Seen>();
  /** By folder, what was moved aside. */
  readonly #taken = new Map<string, TakenFiles>();
  /** For how long files that came back must not change, by their paths. */
  readonly #restless = new Map<string, number>();
  #looking: Promise<void> | undefined;
  /** Files that the disk does not let be taken, each with what it said: told once, and tried at every look. */
  #kept = new Map<string, string>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly tools: Pick<InletTools, 'handOver' | 'sources' | 'clock' | 'metrics' | 'log'>,
    /** Of this machine: claims of its own are gone on with at once after a restart. */
    private readonly machine: string,
  ) {}

  /** Takes what lies ready, one file at a time. One look at a time; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Stops between two batches. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('the folders are left'));
    await this.#looking;
  }

  async #look(): Promise<void> {
    const seen = new Map<string, Seen>();
    const kept = this.#kept;
    this.#kept = new Map();
    for (const source of this.tools.sources().file.sources) {
      if (source.folder === undefined || this.#stopping.signal.aborted) continue;
      try {
        await this.#folder(source, source.folder, { seen, kept });
      } catch (cause) {
        if (!this.#stopping.signal.aborted)
          this.tools.log.error('a folder cannot be read and is tried again', {
            path: source.folder,
            source: source.source,
            ...withoutName(cause),
          });
      }
    }
    this.#seen = seen;
  }

  async #folder(source: ConfiguredSource, folder: string, { seen, kept }: Looked): Promise<void> {
    for (const name of [workFolder, doneFolder, refusedFolder]) await mkdir(join(folder, name), { recursive: true });
    await this.#putBackWritten(source, folder);
    for (const claim of await this.#ownClaims(folder))
      await this.#unlessKept(claim, { source, folder, kept }, () => this.#take(source, folder, claim));
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || unfinished.test(entry.name)) continue;
      const path = join(folder, entry.name);
      await this.#unlessKept(path, { source, folder, kept }, async () => {
        const { size, state } = await stateOf(path);
        const before = this.#seen.get(path);
        const sinceMs = before?.state === state ? before.sinceMs : this.tools.clock.monotonic();
        seen.set(path, { state, sinceMs });
        if (before?.state !== state || (await this.#isRestless(path, size, sinceMs))) return;
        const claim = join(folder, workFolder, `${this.machine}=${entry.name}`);
        if (!(await renamed(path, claim))) return;
        // A file may be years old: another machine would take the claim for one that was left.
        await this.#touch(claim);
        await this.#take(source, folder, claim);
      });
    }
  }

  async #isRestless(path: string, size: number, sinceMs: number): Promise<boolean> {
    const quietMs = this.tools.clock.monotonic() - sinceMs;
    const neededMs = this.#restless.get(path) ?? 0;
    return quietMs < neededMs || (quietMs < halfMs && (await mayBeHalf(path, size)));
  }

  /** What its writer went on with after it was read. */
  async #putBackWritten(source: ConfiguredSource, folder: string): Promise<void> {
    let taken = this.#taken.get(folder);
    if (!taken) {
      taken = new TakenFiles();
      await taken.resume(join(folder, doneFolder), join(folder, workFolder, digestsFile), this.tools.clock.now());
      this.#taken.set(folder, taken);
    }
    for (const path of await taken.written()) await this.#putBack(source, folder, path, basename(path));
  }

  async #putBack(source: ConfiguredSource, folder: string, from: string, name: string): Promise<void> {
    const to = await this.#freePath(folder, name, 'again');
    this.#restless.set(to, Math.min(2 * (this.#restless.get(to) ?? writtenMs / 2), writtenMsMax));
    if (!(await renamed(from, to))) return;
    this.tools.log.warn(
      'a file was written to after it was read: it is read again when it has rested, and what was read of it counts once. Write files under a name that ends in .part and rename them when they are complete; send a log that never ends by a shipper',
      { path: folder, source: source.source },
    );
  }

  /** What the disk refuses for one file, as to read it or to take its name, keeps no other file waiting. */
  async #unlessKept(path: string, { source, folder, kept }: Kept, take: () => Promise<void>): Promise<void> {
    try {
      await take();
    } catch (cause) {
      if (!isOfDisk(cause)) throw cause;
      const code = String(cause.code);
      this.#kept.set(path, code);
      if (kept.get(path) === code) return;
      this.tools.log.error(
        'a file of a folder cannot be taken and is tried again, the others go on: see that it may be read, and give it a shorter name',
        { path: folder, source: source.source, code },
      );
    }
  }

  /** What this machine was at work on when it ended, and what another one has left. */
  async #ownClaims(folder: string): Promise<readonly string[]> {
    const claims: string[] = [];
    for (const entry of await readdir(join(folder, workFolder), { withFileTypes: true })) {
      const [machine = '', ...rest] = entry.name.split('=');
      if (!entry.isFile() || !rest.length) continue;
      const path = join(folder, workFolder, entry.name);
      const own = join(folder, workFolder, `${this.machine}=${rest.join('=')}`);
      if (machine === this.machine) claims.push(path);
      else if (this.tools.clock.now() - (await stat(path)).mtimeMs > abandonedMs && (await renamed(path, own))) claims.push(own);
    }
    return claims;
  }

  async #touch(claim: string): Promise<void> {
    const now = new Date(this.tools.clock.now());
    await utimes(claim, now, now);
  }

  async #take(source: ConfiguredSource, folder: string, claim: string): Promise<void> {
    const { metrics, log } = this.tools;
    const name = basename(claim).slice(this.machine.length + 1);
    const digests = join(folder, workFolder, digestsFile);
    const { digest, bytes } = await digestOf(claim);
    if ((await contentOf(digests)).includes(digest)) {
      metrics.add('vigie_inlet_dropped_total', { inlet: source.source, reason: 'same_file' });
      log.warn('a file was taken before, and is not read again', { path: folder, source: source.source });
      return this.#move(claim, join(folder, doneFolder), name, digest);
    }
    const answer = await this.#read(source, claim, digest);
    if ((await stat(claim)).size !== bytes) return this.#putBack(source, folder, claim, name);
    if (!answer) return this.#move(claim, join(folder, refusedFolder), name, digest);
    const isEmpty = !tookAny(answer) && answer.refused_count === 0;
    const isTaken = tookAny(answer) || isEmpty;
    const { accepted, refused_count, refused } = answer;
    // The name is whatever somebody chose, and may be a patient's: the digest alone is kept.
    if (isTaken && !isEmpty) await appendFile(digests, `${digest} ${bytes}\n`);
    await this.#move(claim, join(folder, isTaken ? doneFolder : refusedFolder), name, digest);
    const [first] = refused;
    log.info(isEmpty ? 'a file held no record' : isTaken ? 'a file was taken' : 'nothing of a file could be taken', {
      source: source.source,
      count: accepted,
      ...(first && {
        field: first.field,
        reason: `${refused_count} refused, the first (record ${first.index}) because ${first.reason}`,
      }),
    });
  }

  async #move(claim: string, folder: string, name: string, digest: string): Promise<void> {
    const to = await this.#freePath(folder, name, digest.slice(0, 16));
    const { state } = await stateOf(claim);
    if (await renamed(claim, to)) this.#taken.get(dirname(folder))?.add(to, state);
  }

  /** Where another file of that name lies, as of the day before, `mark` and the time stand in front: nothing is ever written over. */
  async #freePath(folder: string, name: string, mark: string): Promise<string> {
    const isFree = await access(join(folder, name)).then(
      () => false,
      () => true,
    );
    return join(folder, isFree ? name : `${mark}-${this.tools.clock.now()}-${name.slice(-nameTailMax)}`);
  }

  /** Messages ADT, which say who stays where: what says no stay is told of as refused, and kept nowhere. */
  async #stays(source: ConfiguredSource, bytes: Buffer): Promise<IngestAnswer> {
    const stays: Stay[] = [];
    const answer = new Accumulated();
    for (const read of readStays(bytes, source.reading, this.tools.clock.now())) {
      if (read.kind === 'rejected') answer.add([{ kind: 'refused', field: read.field, reason: read.detail }]);
      else answer.add([{ kind: 'accepted', eventId: '' }]);
      if (read.kind === 'accepted') stays.push(...read.value);
    }
    for (let from = 0; from < stays.length; from += staysAtATime)
      await this.tools.handOver.takeStays(stays.slice(from, from + staysAtATime), source, this.#stopping.signal);
    this.tools.metrics.add('vigie_inlet_messages_total', { inlet: source.source }, answer.count);
    return answer.told();
  }

  /** What the quarantine calls a file: its digest under the group's key, because a bare one of a short file could be found by trying. */
  #nameOf({ groupId, source }: ConfiguredSource, digest: string): string {
    const keys = this.tools.sources().keys.group(groupId);
    return keys ? `file:${eventIdsOf(keys, groupId, source).of({ id: digest }, [])}` : 'file:';
  }

  /** Undefined for a file that cannot be unpacked to its end. */
  async #read(source: ConfiguredSource, claim: string, digest: string): Promise<IngestAnswer | undefined> {
    const { handOver, clock, metrics, log } = this.tools;
    const answer = new Accumulated();
    const file = this.#nameOf(source, digest);
    try {
      const messages = await hl7In(unpacked(claim));
      if (messages) return await this.#stays(source, messages);
      const all = fileRecords(unpacked(claim), { receivedMs: clock.now() }, source.reading);
      for await (const batch of batchesOf(all, (item) => item)) {
        const { count } = answer;
        const records = { items: batch, origin: (index: number) => `${file}#${count + index}` };
        answer.add(await handOver.takeItems(records, source, this.#stopping.signal));
        metrics.add('vigie_inlet_messages_total', { inlet: source.source }, batch.length);
        await this.#touch(claim);
      }
      return answer.told();
    } catch (cause) {
      if (!(cause instanceof UnpackError)) throw cause;
      log.error('a file cannot be unpacked to its end; what was taken until then stays', { source: source.source, cause });
      return undefined;
    }
  }
}

interface Seen {
  readonly state: string;
  readonly sinceMs: number;
}
interface Looked {
  readonly seen: Map<string, Seen>;
  readonly kept: ReadonlyMap<string, string>;
}
interface Kept extends Pick<Looked, 'kept'> {
  readonly source: ConfiguredSource;
  readonly folder: string;
}

/** What the disk says without the path, whose last part is whatever somebody called a file: it may be a patient's name. */
function withoutName(cause: unknown): { readonly code: string } | { readonly cause: unknown } {
  return isOfDisk(cause) ? { code: String(cause.code) } : { cause };
}
