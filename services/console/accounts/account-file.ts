// accounts/: people who log in with a password and a code, on the machine where they are kept.
// What they know is known here as a digest, what their phone knows is sealed.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { roles, userIdShape } from '../users/users.js';

/** Whoever writes waits for another process for so long at most, in milliseconds. */
const busyMsMax = 10_000;

/** `vigie console users` and consoles of one machine agree by this number on what stands in the file. */
const version = 1;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Somebody who logs in with a password. Times are milliseconds of the wall clock. */
const account = z.strictObject({
  id: z.string().regex(userIdShape),
  roles: z.array(z.enum(roles)).min(1),
  /** The clinics that they see; null for all. */
  clinics: z.array(z.string().min(1).max(200)).min(1).nullable(),
  disabled: z.boolean(),
  /** As `hashOfPassword` makes it; null until they have chosen one. */
  password: z.string().nullable(),
  /** The secret of their codes, sealed; null where they have none. */
  totp: z.string().nullable(),
  /** The step of the last code that was taken. */
  used_step: z.int(),
  /** Digests of the recovery codes that are left. */
  recovery: z.array(digest),
  /** What their link for choosing a password and a code is known by, until when, and the secret that the page has shown. */
  setup: z.strictObject({ sha256: digest, ends_at: z.int(), totp: z.string().nullable() }).nullable(),
  /** Sessions of before count no more. */
  sessions_from: z.int(),
  made_at: z.int(),
  last_login_at: z.int().nullable(),
});
export type Account = z.infer<typeof account>;

const accountChange = z.object({ at: z.int(), by: z.string(), what: z.string(), id: z.string(), text: z.string() });
export type AccountChange = z.infer<typeof accountChange>;

/** Accounts in an SQLite file, which processes of one machine share: what one of them changes, the next question of another one finds. */
export class AccountFile {
  #opened: DatabaseSync | undefined;

  constructor(readonly path: string) {}

  /** Undefined where nobody has this id, in capitals or not. Throws what the disk throws, and where the file is none of ours. */
  read(id: string): Account | undefined {
    const row = this.#existing()?.prepare('SELECT body FROM accounts WHERE id = ?').get(id);
    return row && account.parse(JSON.parse(String(row['body'])));
  }

  /** Whether nobody has an account. */
  get isEmpty(): boolean {
    return this.#existing()?.prepare('SELECT 1 FROM accounts LIMIT 1').get() === undefined;
  }

  /** All of them, by id. */
  list(): readonly Account[] {
    const rows = this.#existing()?.prepare('SELECT body FROM accounts ORDER BY id').all() ?? [];
    return rows.map((row) => account.parse(JSON.parse(String(row['body']))));
  }

  /** The account whose link has this digest. */
  withSetup(sha256: string): Account | undefined {
    return this.list().find(({ setup }) => setup?.sha256 === sha256);
  }

  /** Adds somebody; false where the id is taken. */
  add(one: Account): boolean {
    const { changes } = this.#made()
      .prepare('INSERT INTO accounts (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(one.id, bodyOf(one));
    return Number(changes) === 1;
  }

  /**
   * Changes an account as nobody else does meanwhile, in this process or another. `to` gives what it becomes, or undefined where it stays; it must not
   * wait for anything. The account as it became; undefined where nothing changed.
   */
  change(id: string, to: (now: Account) => Account | undefined): Account | undefined {
    const database = this.#existing();
    if (!database) return undefined;
    database.exec('BEGIN IMMEDIATE');
    try {
      const before = this.read(id);
      const after = before && to(before);
      if (after) database.prepare('UPDATE accounts SET body = ? WHERE id = ?').run(bodyOf(after), id);
      database.exec('COMMIT');
      return after;
    } catch (cause) {
      database.exec('ROLLBACK');
      throw cause;
    }
  }

  /** Writes down what was done with an account by hand. */
  note({ at, by, what, id, text }: AccountChange): void {
    this.#made().prepare('INSERT INTO changes (at, by, what, id, text) VALUES (?, ?, ?, ?, ?)').run(at, by, what, id, text);
  }

  /** What was done by hand, in order. */
  history(): readonly AccountChange[] {
    const rows = this.#existing()?.prepare('SELECT at, by, what, id, text FROM changes ORDER BY rowid').all() ?? [];
    return rows.map((row) => accountChange.parse({ ...row }));
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** Nobody has an account before somebody was given the first. */
  #existing(): DatabaseSync | undefined {
    return this.#opened ?? (existsSync(this.path) ? this.#open() : undefined);
  }

  #made(): DatabaseSync {
    if (!existsSync(this.path)) {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      writeFileSync(this.path, '', { mode: 0o600, flag: 'a' });
    }
    return this.#opened ?? this.#open();
  }

  #open(): DatabaseSync {
    const database = new DatabaseSync(this.path, { timeout: busyMsMax });
    // One file that a copy of the folder takes along; what was acknowledged survives a lost current.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
    database.exec('CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY COLLATE NOCASE, body TEXT NOT NULL) STRICT');
    database.exec(
      'CREATE TABLE IF NOT EXISTS changes (at INTEGER NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL) STRICT',
    );
    const known = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (known > version)
      throw new RangeError(
        `${this.path}: accounts of version ${known}, which this Vigie does not know yet: use the one that wrote them`,
      );
    if (known < version) database.exec(`PRAGMA user_version = ${version}`);
    this.#opened = database;
    return database;
  }
}

function bodyOf(one: Account): string {
  return JSON.stringify(account.parse(one));
}
