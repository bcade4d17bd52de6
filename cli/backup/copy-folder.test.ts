import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyLivingFolder } from './copy-folder.js';

describe('a folder that is copied while others write there', () => {
  let folder: string;
  let from: string;
  let to: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-copy-folder-'));
    [from, to] = [join(folder, 'from'), join(folder, 'to')];
    mkdirSync(join(from, 'scorer'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is there with all below it, and without what went meanwhile', async () => {
    writeFileSync(join(from, 'scorer', 'a.snapshot'), 'windows');
    // As one that was there when the folder was read, and is renamed before it is copied.
    symlinkSync('nowhere', join(from, 'scorer', 'a.snapshot.writing'));
    await copyLivingFolder(from, to);
    expect(readdirSync(to, { recursive: true })).toEqual(['scorer', 'scorer/a.snapshot']);
    expect(readFileSync(join(to, 'scorer', 'a.snapshot'), 'utf8')).toBe('windows');
  });

  it('has its database whole, or not at all', async () => {
    const database = new DatabaseSync(join(from, 'accounts.db'));
    database.exec("CREATE TABLE accounts (id TEXT); INSERT INTO accounts VALUES ('before')");
    // So many rows that pages are in the file before the end, and the journal that would take them back is beside it.
    database.exec(
      "PRAGMA cache_size = 1; BEGIN IMMEDIATE; WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO accounts SELECT 'half' || i FROM n",
    );
    await expect(copyLivingFolder(from, to, 10)).rejects.toThrow(
      /accounts\.db was written to all the while, .*begin the backup again/,
    );
    database.exec('COMMIT');
    database.close();
    rmSync(to, { recursive: true, force: true });
    await copyLivingFolder(from, to);
    const copy = new DatabaseSync(join(to, 'accounts.db'), { readOnly: true });
    expect(copy.prepare('SELECT count(*) AS rows FROM accounts').get()).toEqual({ rows: 20001 });
    copy.close();
    expect(readdirSync(to)).toEqual(['accounts.db', 'scorer']);
  });
});
