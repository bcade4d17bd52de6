import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { SyslogFramer } from './framer.js';

const header = '<85>1 2027-01-31T08:00:00Z host app 1 IHE+RFC-3881 -';
const document = '<?xml version="1.0"?>\n<AuditMessage>\n  <EventIdentification/>\n</AuditMessage>';
const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('the messages of a stream', () => {
  it.each([
    ['lines', '<13>one\n<13>two\r\n<13>three\n', ['<13>one', '<13>two', '<13>three']],
    ['lines that end with NUL', '<13>one\0<13>two\0', ['<13>one', '<13>two']],
    ['counted bytes', counted('<13>é one') + counted('<13>two\nlines'), ['<13>é one', '<13>two\nlines']],
    [
      'counted bytes with line ends behind',
      `${counted('<13>one two')}\n${counted('<13>three')}\r\n`,
      ['<13>one two', '<13>three'],
    ],
    ['both', `${counted('<13>one two')}<13>three\n${counted('<13>four')}`, ['<13>one two', '<13>three', '<13>four']],
    ['RFC 5424 without PRI', '1 2027-01-31T08:00:00Z h a - - - x\n', ['1 2027-01-31T08:00:00Z h a - - - x']],
    [
      'a number in front that counts nothing',
      `12 records were exported today\n${counted('<13>one two')}<13>three\n`,
      ['12 records were exported today', '<13>one two', '<13>three'],
    ],
    [
      'a year in front',
      '2027 Jan 31 08:00:00 host app: x\n2027 Jan 31 08:00:01 host app: y\n',
      ['2027 Jan 31 08:00:00 host app: x', '2027 Jan 31 08:00:01 host app: y'],
    ],
    ['a number and what only looks like a PRI', '54 <1 minute elapsed\n<13>one\n', ['54 <1 minute elapsed', '<13>one']],
    [
      'counted ones without PRI',
      `${counted('{"a":1,"b":2}')}${counted('CEF:0|a|b|1|c|d|3|')}${counted('1 2027-01-31T08:00:00Z h a - - - x')}`,
      ['{"a":1,"b":2}', 'CEF:0|a|b|1|c|d|3|', '1 2027-01-31T08:00:00Z h a - - - x'],
    ],
    [
      'a time in front',
      '1700000000 host CEF:0|\n2027-01-31T08:00:00Z host y\n',
      ['1700000000 host CEF:0|', '2027-01-31T08:00:00Z host y'],
    ],
    ['XML over lines', `${header} ${document}\n<13>next\n`, [`${header} ${document}`, '<13>next']],
    ['XML behind the line of the header', `${header}\n${document}\n<13>next\n`, [`${header}\n${document}`, '<13>next']],
    ['OpenEMR', `<13>2027-01-31T08:00:00+01:00 emr\n${document}`, [`<13>2027-01-31T08:00:00+01:00 emr\n${document}`]],
    ['XML without a header', `${document}${document}\n`, [document, document]],
    ['XML behind a byte order mark', `${header} \uFEFF${document}\n`, [`${header} \uFEFF${document}`]],
    [
      'XML that was cut off',
      `${header} <AuditMessage>\n<Event\n${header} ${document}`,
      [`${header} <AuditMessage>\n<Event\n`, `${header} ${document}`],
    ],
    [
      'XML that was cut off and counted',
      counted(`${header} <AuditMessage>\n<Ev`) + counted('<13>next one'),
      [`${header} <AuditMessage>\n<Ev`, '<13>next one'],
    ],
    ['header lines with nothing behind', `${header}\n<13>next\n`, [header, '<13>next']],
  ])('takes %s, in whatever pieces they come', (_, stream, messages) => {
    expect(framed(stream)).toEqual(messages);
    for (const size of [1, 2, 7, 64]) expect(framed(stream, size)).toEqual(messages);
  });

  it('joins XML whose count is of characters, and says so', () => {
    const text = `${header} <AuditMessage>éé</AuditMessage>`;
    const stream = `${text.length} ${text}${counted('<13>next one')}`;
    for (const size of [1, 3, 4096]) expect(framed(stream, size)).toEqual(['frame_wrong_length', text, '<13>next one']);
  });

  it.each([
    [
      'a count that is too small',
      `20 <13>1 2027-01-31 hello to you\n${counted('<13>next one')}`,
      ['<13>1 2027-01-31 hel', 'frame_wrong_length', '<13>next one'],
    ],
    [
      'and the next message in the same line',
      `20 <13>1 2027-01-31 hello${counted('<13>1 next')}`,
      ['<13>1 2027-01-31 hel', 'frame_wrong_length', '<13>1 next'],
    ],
    ['a line without an end', `<13>${'x'.repeat(2000)}\n<13>next\n`, ['frame_too_long', '<13>next']],
    [
      'a count over the limit',
      `${counted(`<13>${'x'.repeat(2000)}`)}${counted('<13>next one')}`,
      ['frame_too_long', '<13>next one'],
    ],
    ['a count that cannot be', `4000000000 <13>one\n<13>next\n`, ['frame_too_long', '<13>next']],
    ['XML without an end', `${header} <AuditMessage>${'x\n'.repeat(1000)}<13>next\n`, ['frame_too_long', '<13>next']],
  ])('names the fault and goes on behind %s', (_, stream, messages) => {
    expect(framed(stream)).toEqual(messages);
    for (const size of [1, 5, 64]) expect(framed(stream, size)).toEqual(messages);
  });

  it('gives what silence ends: a header alone, a document without its end, a counted one', () => {
    for (const waiting of [`${header}\n`, `${header} <AuditMessage>\n<Ev`, counted(`${header} <AuditMessage>`)]) {
      const framer = new SyslogFramer();
      expect([framer.push(Buffer.from(waiting)), framer.isWaiting]).toEqual([[], true]);
      expect(framer.flush()).toHaveLength(1);
      expect(framer.isWaiting).toBe(false);
    }
    const framer = new SyslogFramer();
    framer.push(Buffer.from('<13>half a li'));
    expect([framer.isWaiting, framer.flush()]).toEqual([false, []]);
  });

  it('takes the last line without its end when the connection was closed, and not when it broke', () => {
    expect(atEnd('<13>one', true)).toEqual(['<13>one']);
    expect(atEnd('<13>one', false)).toEqual(['frame_cut_off']);
    expect(atEnd('99 <13>one', true)).toEqual(['frame_cut_off']);
    expect(atEnd('<13>one\n', false)).toEqual([]);
  });

  it.each([
    ['with nothing between', '{"a":1}{"b":"}{\\\\"}{"c":[{}]}\n', ['{"a":1}', '{"b":"}{\\\\"}', '{"c":[{}]}']],
    ['with blanks between', '{"a":1} {"b":2}\r\n{"c":3}\0', ['{"a":1} ', '{"b":2}', '{"c":3}']],
    [
      'over several lines',
      '{\n  "a": {\r\n    "b": 1\n  }\n}\n{\n"c": 2\n}',
      ['{\n  "a": {\r\n    "b": 1\n  }\n}', '{\n"c": 2\n}'],
    ],
    ['and what follows in its line', '{"a":1} of 7 {"b":2}\n<13>x\n', ['{"a":1} of 7 {"b":2}', '<13>x']],
    ['cut off within a line', '{"a":"1\n{"b":2\n<13>x\n', ['{"a":"1', '{"b":2', '<13>x']],
    ['cut off between lines', '{\n  "a": 1,\nCEF:0|x\n', ['{\n  "a": 1,', 'CEF:0|x']],
    ['too long for a message', `{"a":"${'x'.repeat(1000)}"}{"b":2}\n`, ['frame_too_long', '{"b":2}']],
    ['too long, over lines', `{\n "a": "${'x'.repeat(1000)}",\n "b": 1\n}{"b":2}\n`, ['frame_too_long', '{"b":2}']],
  ])('ends objects of JSON where they end, %s', (_, stream, messages) => {
    for (const size of [1, 3, 7, 1_000_000]) expect(framed(stream, size)).toEqual(messages);
  });

  it.each([
    ['JSON', ['<134>1 2026-11-28T08:00:00Z h a - - - {"a":1}', '<134>1 2026-11-28T08:00:01Z h a - - - {"a":2}']],
    ['CEF', ['<13>Nov 28 08:00:00 h a: CEF:0|V|cs1=8001', '<13>Nov  8 08:00:01 h a: CEF:0|V|cs1=234']],
  ])('tells messages of %s apart that end with nothing', (_, messages) => {
    for (const size of [1, 3, 40, 1_000_000]) expect(framed(messages.join(''), size)).toEqual(messages);
    const framer = new SyslogFramer();
    framer.push(Buffer.from(messages.join('')));
    expect([framer.isWaiting, framer.flush().length, framer.isMidway]).toEqual([true, 1, false]);
  });

  it('does not read the last of them where the connection broke: half a number may be another one', () => {
    const messages = ['<13>Nov 28 08:00:00 h a: CEF:0|V|cs1=1', '<13>Nov 28 08:00:01 h a: CEF:0|V|cs1=80'];
    expect(atEnd(messages.join(''), true)).toEqual([messages[1]]);
    expect(atEnd(messages.join(''), false)).toEqual(['frame_cut_off']);
  });

  it.each([
    '<13>Nov 28 08:00:00 relay a: <134>1 2026-11-28T08:00:00Z h a - - - {"a":1}',
    '<13>Nov 28 08:00:00 relay a:<134>1 2026-11-28T08:00:00Z h a - - - {"a":1}',
    '<13>1 2026-11-28T08:00:00Z h a - - - {"raw":"<134>1 2026-11-28T08:00:00Z h a - - - x"}',
    '<13>Nov 28 08:00:00 h a: CEF:0|V|msg=<134>Nov 28 08:00:00 h x y',
    '<13>Nov 28 08:00:00 h a: grade a<12>b and 1<2>1 2',
  ])('leaves a message whole in which there is another: %s', (message) => {
    for (const size of [1, 7, 1_000_000]) expect(framed(`${message}\n`, size)).toEqual([message]);
  });

  it('waits for silence where an object ends without its line, and not within its line', () => {
    const framer = new SyslogFramer();
    framer.push(Buffer.from('{"a":1}'));
    expect([framer.isWaiting, framer.flush().length, framer.isMidway]).toEqual([true, 1, false]);
    framer.push(Buffer.from('{"a":'));
    expect([framer.isWaiting, framer.flush(), framer.isMidway]).toEqual([false, [], true]);
    framer.push(Buffer.from('1,\n'));
    expect([framer.isWaiting, framer.flush().length, framer.isMidway]).toEqual([true, 1, false]);
  });

  it('gives back any messages in any mixture of framings and pieces', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => `<13>${text.replaceAll(/[\r\n\0<]/g, ' ')}x`);
    const message = fc.oneof(line, fc.constant(`${header} ${document}`));
    const stream = fc.array(fc.tuple(message, fc.constantFrom('count', '\n', '\0')), { maxLength: 12 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 40 }), (messages, size) => {
        const text = messages.map(([one, how]) => (how === 'count' ? counted(one) : one + how)).join('');
        expect(framed(text, size)).toEqual(messages.map(([one]) => one));
      }),
    );
  });

  it('gives back any objects of JSON, whatever is in them and between them', () => {
    const value = fc.object({ maxDepth: 1, maxKeys: 3 });
    const object = fc.tuple(value, fc.constantFrom(0, 1, '\t')).map(([one, indent]) => JSON.stringify(one, undefined, indent));
    const stream = fc.array(fc.tuple(object, fc.constantFrom('', '\n', '\0', '\n\n')), { maxLength: 8 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 40 }), (objects, size) => {
        const messages = objects.map(([one]) => (Buffer.byteLength(one) > 1000 ? 'frame_too_long' : one));
        expect(framed(objects.flat().join(''), size)).toEqual(messages);
      }),
    );
  });

  it('makes the same of all messages when it looks at each from all sides', () => {
    const body = fc.string({ unit: fc.constantFrom(...'a<>-]{}"=\0\r\u00BF\uFEFF é'), maxLength: 12 });
    const text = fc
      .tuple(
        fc.constantFrom('<85>1 ', '<1>1 ', '<134>1 t h a - - - ', '<85>', '1 ', '<1234>1 ', '<?xml ', ''),
        body,
        fc.constantFrom('', '}', '-', ']', ' ', document),
      )
      .map((parts) => parts.join(''));
    const framedText = fc
      .tuple(text, fc.constantFrom('\n', '\r\n', '\0', '\n\n', 'count', 'short', 'long', ''))
      .map(([one, how]) => {
        const length = Buffer.byteLength(one);
        return how === 'count'
          ? counted(one)
          : how === 'short'
            ? `${length - 1} ${one}`
            : how === 'long'
              ? `${length + 2} ${one}`
              : one + how;
      });
    fc.assert(
      fc.property(fc.array(framedText, { maxLength: 10 }), fc.integer({ min: 1, max: 90 }), (parts, size) => {
        const stream = parts.join('');
        expect(framed(stream, size)).toEqual(framed(stream, size, false));
        expect(framed(stream)).toEqual(framed(stream, 1_000_000, false));
      }),
      { numRuns: casesOf(3_000, 30_000) },
    );
  });

  it('never throws, and makes the same of other pieces', () => {
    const part = fc.constantFrom(
      '<',
      '13>',
      '1 ',
      '\n',
      '\0',
      '<?xml',
      '<AuditMessage',
      '</AuditMessage',
      '>',
      '12 ',
      '99999999 ',
      'x',
      '\r',
      '[',
      '- ',
      '{',
      '}',
      '"',
      '\\\\',
      '\n{',
      '\n "',
      'x<13>1 2026-11-28T',
      '}<1>Nov 28 08:00:00 ',
    );
    const bytes = fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 30 }), (parts, size) => {
        const text = parts.join('');
        expect(framed(text, size)).toEqual(framed(text));
      }),
      { numRuns: 500 },
    );
  });
});

function framed(stream: string, size = 1_000_000, isQuick = true): readonly string[] {
  const framer = new SyslogFramer(1000, isQuick);
  const bytes = Buffer.from(stream);
  const all = [];
  for (let at = 0; at < bytes.length; at += size) all.push(...framer.push(bytes.subarray(at, at + size)));
  all.push(...framer.end(true));
  return all.map((one) => (one.kind === 'rejected' ? one.reason : Buffer.from(one.value).toString()));
}

function atEnd(text: string, isClean: boolean): readonly string[] {
  const framer = new SyslogFramer();
  framer.push(Buffer.from(text));
  return framer.end(isClean).map((one) => (one.kind === 'rejected' ? one.reason : Buffer.from(one.value).toString()));
}
