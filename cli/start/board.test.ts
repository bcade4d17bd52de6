import { closeSync, fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { readCommandConfig } from '../config.js';
import { board } from './board.js';
import { printsToJournal } from '#libs/runtime/environment/journal.js';

describe('what is printed at the start', () => {
  it('has the credentials of this machine where only whoever started it sees them', () => {
    expect(printed(false).match(/Bearer [^ "]+/g)).toEqual(
      ['token-of-senders', 'token-of-the-console', 'token-of-senders'].map((token) => `Bearer ${token}`),
    );
  });

  it('names their files where it goes into a journal', () => {
    expect(printed(true)).not.toContain('token-of');
    expect(printed(true).match(/\$\(cat [^)]+\)/g)).toEqual(
      ['ingest', 'console', 'ingest'].map((name) => `$(cat /var/lib/vigie/keys/${name}.token)`),
    );
  });

  it('goes into a journal where the output is the one that systemd gave, and not where a parent had it', () => {
    const descriptor = openSync(devNull, 'r');
    const { dev, ino } = fstatSync(descriptor);
    expect(printsToJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, descriptor)).toBe(true);
    expect(printsToJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` }, descriptor)).toBe(false);
    expect(printsToJournal({}, descriptor)).toBe(false);
    closeSync(descriptor);
  });
});

function printed(keptByOthers: boolean): string {
  return board({
    config: readCommandConfig({ VIGIE_DATA_DIR: '/var/lib/vigie' }),
    processes: [],
    startedInMs: 1000,
    developmentToken: { token: 'token-of-senders', group: 'helix' },
    consoleToken: 'token-of-the-console',
    loginSecret: 'once',
    rules: 1,
    inlets: [],
    keptByOthers,
  });
}
