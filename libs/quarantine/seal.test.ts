import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { quarantineRow, sealedBytesMax } from '#libs/contracts/quarantine-row.js';
import { shows } from '#libs/leakcheck/spellings.js';
import { entryOf, newQuarantineKey, parsePrivateKeys, parseQuarantineKeys } from './quarantine-keys.js';
import { opened, sealed } from './seal.js';

const key = newQuarantineKey('helix', 'q-1');
const row = { group_id: 'helix', source: 'dpi', quarantine_id: 'a'.repeat(32) };
const lengths = [0, 1, 31, 32, 1000, 65_536];

describe('a sealed record', () => {
  it('opens to what it was with its key, and to nothing with any other', () => {
    for (const length of lengths) {
      const text = randomBytes(length).toString('latin1');
      const box = sealed(text, row, key) ?? '';
      expect(opened(box, row, [newQuarantineKey('helix', 'q-0'), key])).toEqual({ kind: 'accepted', value: text });
      expect(opened(box, row, [newQuarantineKey('helix', 'q-1')])).toMatchObject({ reason: 'not_opened' });
      expect(opened(box, row, [newQuarantineKey('helix', 'q-2')])).toMatchObject({ reason: 'other_key' });
      expect(opened(box, row, [{ ...key, groupId: 'aleo' }])).toMatchObject({ reason: 'other_key' });
    }
  });

  it('shows nothing of it, and is another at each time', () => {
    const identifier = 'IPP-4711-0815';
    const boxes = [1, 2].map(() => sealed(`the record of ${identifier}`, row, key) ?? '');
    expect(new Set(boxes).size).toBe(2);
    for (const box of boxes) expect([shows(box, identifier), box.includes('SVBQ')]).toEqual([undefined, false]);
  });

  it('is refused wherever it is cut off or changed, and in another row', () => {
    const bytes = Buffer.from(sealed('hello', row, key) ?? '', 'base64');
    for (let end = 0; end < bytes.length; end += 1)
      expect(opened(bytes.subarray(0, end).toString('base64'), row, [key])).toMatchObject({ kind: 'rejected' });
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
      expect(opened(changed.toString('base64'), row, [key])).toMatchObject({ kind: 'rejected' });
    }
    for (const other of [{ group_id: 'helix', source: 'other' }, { quarantine_id: 'b'.repeat(32) }])
      expect(opened(bytes.toString('base64'), { ...row, ...other }, [key])).toMatchObject({ reason: 'other_row' });
  });

  it('is as long as a row of the quarantine may hold, and no longer', () => {
    const head = Buffer.from(sealed('', row, key) ?? '', 'base64').length;
    const fits = sealed('x'.repeat(sealedBytesMax - head), row, key) ?? '';
    expect(quarantineRow.shape.sealed.safeParse(fits).success).toBe(true);
    expect(opened(fits, row, [key])).toMatchObject({ kind: 'accepted' });
    expect(sealed('x'.repeat(sealedBytesMax - head + 1), row, key)).toBeUndefined();
  });
});

describe('keys of the quarantine', () => {
  it('are entries; the first of a group seals, and each opens what it has sealed', () => {
    const older = newQuarantineKey('helix', 'q-0');
    const parsed = parseQuarantineKeys([key, older].map((one) => entryOf(one, one.publicKey)).join('\n'));
    if ('mistakes' in parsed) throw new Error(parsed.mistakes.join());
    expect(parsed.keys.get('helix')).toMatchObject({ keyId: 'q-1' });
    const own = parsePrivateKeys(`# kept by the DPO\n${[older, key].map((one) => entryOf(one, one.privateKey)).join('\n')}\n`);
    if ('mistakes' in own) throw new Error(own.mistakes.join());
    for (const one of [key, older]) {
      const box = sealed('hello', row, one) ?? '';
      expect(opened(box, row, own.keys)).toEqual({ kind: 'accepted', value: 'hello' });
    }
  });

  it('are refused with their place and never quoted', () => {
    for (const text of ['helix', 'helix:q=AAAA', 'helix=q', `helix:q=${'A'.repeat(50)}`])
      expect(parseQuarantineKeys(`helix:q-1=${Buffer.from(key.publicKey).toString('base64')},${text}`)).toEqual({
        mistakes: [expect.stringMatching(/^key 2: expected group:key_id=base64/)],
      });
    expect(parsePrivateKeys('')).toMatchObject({ mistakes: [expect.stringContaining('no key')] });
  });
});
