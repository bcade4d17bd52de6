import { createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import type { Frame } from '../port.js';
import { FrameKeys, longBytesMin, parseFrameKeys } from './frame-keys.js';
import { FrameSigning } from './frame-signing.js';
import { kafkaSigning } from './signing-config.js';

const at = { topic: 'vigie.accesses.v1', partition: 3 };
const forms = ['', '2:'] as const;
/** As the second form is for. */
const long = Buffer.alloc(longBytesMin, 'the frame');
/** Short frames, and long ones that begin so. */
const bytesOf = fc
  .tuple(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(Buffer.alloc(0), long))
  .map((parts) => Buffer.concat(parts));

describe('the signature of a frame', () => {
  it('is the HMAC-SHA-256 of what is said, so that anybody can check it by other means', () => {
    const raw = randomBytes(32);
    const code = createHmac('sha256', raw).update('vigie.frame.v1\0vigie.accesses.v1\x003\0the frame').digest('base64url');
    const keys = new FrameKeys(keysOf(`day-1=${raw.toString('base64')}`));
    expect(keys.sign(at, Buffer.from('the frame')).toString()).toBe(`1:day-1:${code}`);
  });

  it('of the second form is the GMAC of the frame under a key of its own, so that anybody can check it by other means', () => {
    const raw = randomBytes(32);
    const keys = new FrameKeys(keysOf(`2:day-1=${raw.toString('base64')}`));
    const [form, id, salt = '', tag = ''] = keys.sign(at, long).toString().split(':');
    expect([form, id]).toEqual(['2', 'day-1']);
    const said = createHmac('sha256', raw).update('vigie.frame.v2\0vigie.accesses.v1\x003\0');
    const own = said.update(Buffer.from(salt, 'base64url')).digest();
    const check = createDecipheriv('aes-256-gcm', own, Buffer.alloc(12)).setAAD(long);
    expect(check.setAuthTag(Buffer.from(tag, 'base64url')).final()).toHaveLength(0);
    expect(keys.sign(at, long.subarray(1)).toString()).toMatch(/^1:/);
  });

  it('of the second form has a salt that no other has', () => {
    const keys = new FrameKeys(keysOf(`2:${text('a')}`));
    const signatures = Array.from({ length: 1000 }, () => keys.sign(at, long).toString());
    expect(new Set(signatures.map((signature) => signature.split(':')[2])).size).toBe(1000);
  });

  it.each(forms)('is believed for the bytes, topic and partition that it was made for, and for no others (%s)', (form) => {
    const keys = new FrameKeys(keysOf(`${form}${text('a')}`));
    const other = {
      topic: fc.constantFrom('vigie.incidents.v1', 'vigie.accesses.v', 'vigie.accesses.v1\x003', ''),
      partition: fc.nat(40),
    };
    fc.assert(
      fc.property(bytesOf, fc.record(other), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, elsewhere, where, flip) => {
        const signature = keys.sign(at, bytes);
        expect(keys.faultOf(at, bytes, signature)).toBeUndefined();
        expect(keys.faultOf(elsewhere, bytes, signature)).toBe('wrong_signature');
        expect(keys.faultOf({ ...at, partition: at.partition + 1 + (where % 40) }, bytes, signature)).toBe('wrong_signature');
        expect(keys.faultOf(at, flipped(bytes.length ? bytes : Buffer.of(0), where, flip), signature)).toBe('wrong_signature');
        expect(keys.faultOf(at, bytes, undefined)).toBe('unsigned');
      }),
    );
  });

  it.each(forms)('is not believed cut, changed, lengthened, or in place of it junk, and nothing throws (%s)', (form) => {
    const keys = new FrameKeys(keysOf(`${form}${text('a')}`));
    fc.assert(
      fc.property(bytesOf, bytesOf, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, junk, where, flip) => {
        const signature = keys.sign(at, bytes);
        const variants = [
          signature.subarray(0, where % signature.length),
          Buffer.concat([signature, Buffer.of(flip)]),
          junk,
          Buffer.alloc(where % 100_000),
        ];
        for (const variant of variants) expect(keys.faultOf(at, bytes, variant)).toBe('wrong_signature');
        // The last character of 43 has two bits that say nothing.
        const changed = flipped(signature, where % (signature.length - 1), flip);
        expect(keys.faultOf(at, bytes, changed)).toMatch(/wrong_signature|unknown_key/);
      }),
      { numRuns: 500 },
    );
  });

  it.each(forms)('of another key is not believed, whatever name it gives itself (%s)', (form) => {
    const [ours, theirs, other] = ['same', 'same', 'other'].map((id) => new FrameKeys(keysOf(`${form}${text(id)}`)));
    const signed = (keys: FrameKeys | undefined) => keys?.sign(at, long);
    expect(ours?.faultOf(at, long, signed(theirs))).toBe('wrong_signature');
    expect(ours?.faultOf(at, long, signed(other))).toBe('unknown_key');
  });

  it('of either form is read by whoever signs by the other', () => {
    const key = text('a');
    const [first, second] = [new FrameKeys(keysOf(key)), new FrameKeys(keysOf(`2:${key}`))];
    for (const [writer, reader] of [
      [first, second],
      [second, first],
    ] as const)
      expect(reader.faultOf(at, long, writer.sign(at, long))).toBeUndefined();
  });

  it('outlives a change of keys step by step, however many services are behind', () => {
    const [old, young] = [aKey('old'), aKey('young')];
    // Known everywhere, then the first everywhere, then the only one; services take a step one after the other.
    const steps = [old, [...old, ...young], [...young, ...old], young].map((keys) => new FrameKeys(keys));
    steps.slice(1).forEach((after, index) => {
      const before = steps[index] ?? after;
      for (const [writer, reader] of [
        [before, after],
        [after, before],
        [after, after],
      ] as const)
        // By the last step the log holds no frame of the old key any more.
        if (index < 2 || writer === after)
          expect(reader.faultOf(at, Buffer.from('x'), writer.sign(at, Buffer.from('x')))).toBeUndefined();
    });
  });
});

describe('keys', () => {
  it('sign by the form that stands before them', () => {
    expect(keysOf(`${text('a')}\n2:${text('b')}`).map(({ id, form }) => [id, form])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it.each([
    ['nothing', '', /no key is given/],
    ['no name', randomBytes(32).toString('base64'), /key 1: expected key_id=base64/],
    ['too few bytes', `a=${randomBytes(16).toString('base64')}`, /expected key_id=base64/],
    ['a name twice', `${text('a')}\n# said before\n${text('a')}`, /key 2: two keys are named a/],
    ['zeros', `a=${Buffer.alloc(32).toString('base64')}`, /a is made of few bytes/],
    [
      'an example',
      `a=${Buffer.from('replace-me-with-32-random-bytes!').toString('base64')}`,
      /a is text instead of random bytes/,
    ],
  ])('of %s are refused with a reason that quotes none', (_, given, why) => {
    const parsed = parseFrameKeys(given);
    expect('mistakes' in parsed && parsed.mistakes.join()).toMatch(why);
    const [, secret] = /=(.{20,})$/.exec(given) ?? [];
    if (secret) expect(JSON.stringify(parsed)).not.toContain(secret);
  });

  it('are asked for where a time is given from which on they sign', () => {
    const config = { VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS: undefined, VIGIE_FRAMES_SIGNED_SINCE: 1 };
    expect(() => kafkaSigning(config, tools())).toThrow(/VIGIE_FRAME_KEYS_FILE/);
    expect(kafkaSigning({ ...config, VIGIE_FRAMES_SIGNED_SINCE: undefined }, tools())).toBeUndefined();
  });
});

describe('a frame that none of ours has signed', () => {
  const frame: Frame = { offset: 5, bytes: Buffer.from('forged'), appendedAt: 2000 };

  it('loses its bytes, says why, and is counted and told of, but not each in a line of its own', async () => {
    const used = tools();
    const signing = kafkaSigning({ VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS: text('a'), VIGIE_FRAMES_SIGNED_SINCE: undefined }, used);
    for (let offset = 0; offset < 100; offset += 1)
      expect(signing?.believed(at, { ...frame, offset }, {})).toEqual({
        offset,
        appendedAt: 2000,
        bytes: Buffer.alloc(0),
        unreadable: { reason: 'unsigned', last: offset },
      });
    await used.clock.advance(10_000);
    signing?.believed(at, frame, { signature: Buffer.from('junk') });
    expect(used.told).toEqual([
      { ...at, offset: 0, reason: 'unsigned', count: 1 },
      { ...at, offset: 5, reason: 'wrong_signature', count: 100 },
    ]);
    const page = await used.metrics.registry.metrics();
    expect(page).toContain('vigie_log_frames_refused_total{topic="vigie.accesses.v1",reason="unsigned",service="test"} 100');
  });

  it('from before there were keys is believed by the broker’s clock alone, and never with a wrong signature', () => {
    const signing = kafkaSigning({ VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS: text('a'), VIGIE_FRAMES_SIGNED_SINCE: 3000 }, tools());
    const faultAt = (takenAt: number | undefined, signature?: Buffer) =>
      signing?.believed(at, frame, { takenAt, signature }).unreadable?.reason;
    const strange = new FrameKeys(aKey('gone')).sign(at, frame.bytes);
    expect([faultAt(2999), faultAt(2999, strange)]).toEqual([undefined, undefined]);
    expect([faultAt(3000), faultAt(3000, strange), faultAt(undefined)]).toEqual(['unsigned', 'unknown_key', 'unsigned']);
    expect(faultAt(1, Buffer.from('1:a:AAAA'))).toBe('wrong_signature');
  });

  it('is no frame that is empty: one that was signed empty is read', () => {
    const keys = new FrameKeys(aKey('a'));
    const empty = { offset: 0, bytes: Buffer.alloc(0) };
    const signing = new FrameSigning(keys, () => true, tools());
    expect(signing.believed(at, empty, { signature: signing.sign(at, empty.bytes) })).toBe(empty);
    expect(signing.believed(at, empty, {}).unreadable?.reason).toBe('unsigned');
  });
});

function tools() {
  const told: unknown[] = [];
  const log = { ...silentLog, error: (_: string, fields?: unknown) => void told.push(fields) };
  return { clock: new FakeClock(), log, metrics: new Metrics('test'), told };
}

function text(id: string): string {
  return `${id}=${randomBytes(32).toString('base64')}`;
}

function aKey(id: string) {
  return keysOf(text(id));
}

function keysOf(given: string) {
  const parsed = parseFrameKeys(given);
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join());
  return parsed.keys;
}

function flipped(bytes: Buffer, where: number, flip: number): Buffer {
  const changed = Buffer.from(bytes);
  const place = where % changed.length;
  changed[place] = (changed[place] ?? 0) ^ flip;
  return changed;
}
