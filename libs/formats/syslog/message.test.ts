import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isSyslog, parseSyslog, syslogTimeMs } from './message.js';

const time = '2027-01-31T08:00:00.5+01:00';

describe('a syslog message', () => {
  it.each([
    [
      'RFC 5424',
      `<85>1 ${time} h app 12 IHE+DICOM - hello`,
      { time, host: 'h', application: 'app', fields: { procid: '12', msgid: 'IHE+DICOM' }, message: 'hello' },
    ],
    ['nothing but nil', '<13>1 - - - - - -', { fields: {}, message: '' }],
    [
      'structured data',
      `<13>1 ${time} h a - - [o@1 ip="192.0.2.1" n="a\\"b\\]c"][p ip="x"] hi`,
      {
        time,
        host: 'h',
        application: 'a',
        fields: { 'o@1.ip': '192.0.2.1', ip: '192.0.2.1', 'o@1.n': 'a"b]c', n: 'a"b]c', 'p.ip': 'x' },
        message: 'hi',
      },
    ],
    [
      'structured data of Check Point',
      `<13>1 ${time} h CheckPoint 1 - [action:"Accept"; conn:"In"; ]`,
      { time, host: 'h', application: 'CheckPoint', fields: { action: 'Accept', conn: 'In', procid: '1' }, message: '' },
    ],
    [
      'structured data that does not end',
      `<13>1 ${time} h a - - [o ip="x hello`,
      { time, host: 'h', application: 'a', fields: {}, message: '[o ip="x hello' },
    ],
    [
      'no structured data',
      `<13>1 ${time} h a - - LEEF:1.0|x`,
      { time, host: 'h', application: 'a', fields: {}, message: 'LEEF:1.0|x' },
    ],
    ['a header that ends early', `<13>1 ${time} h LEEF:1.0|A b|c`, { time, host: 'h', fields: {}, message: 'LEEF:1.0|A b|c' }],
    ['no PRI', `1 ${time} h a - - - hello`, { time, host: 'h', application: 'a', fields: {}, message: 'hello' }],
    [
      'a byte order mark',
      `<13>1 ${time} h a - - - \uFEFF<?xml ?>`,
      { time, host: 'h', application: 'a', fields: {}, message: '<?xml ?>' },
    ],
    [
      'a byte order mark read as Latin 1',
      `<13>1 ${time} h a - - - \u00EF\u00BB\u00BF<?xml ?>`,
      { time, host: 'h', application: 'a', fields: {}, message: '<?xml ?>' },
    ],
    [
      'XML in the next line',
      `<13>1 ${time} h a - - -\n<?xml ?>`,
      { time, host: 'h', application: 'a', fields: {}, message: '<?xml ?>' },
    ],
    ['OpenEMR', `<13>${time} emr\n<?xml ?>`, { time, host: 'emr', fields: {}, message: '<?xml ?>' }],
    ['CEE', `<13>${time} h prove: @cee: {"a":1}`, { time, host: 'h', application: 'prove', fields: {}, message: '{"a":1}' }],
    [
      'RFC 3164',
      '<13>Jan  8 11:07:53 h sshd[47]: hello',
      { time: 'Jan  8 11:07:53', host: 'h', application: 'sshd', fields: {}, message: 'hello' },
    ],
    [
      'RFC 3164 with a year',
      '<13>Jan 18 2027 11:07:53 h hello',
      { time: 'Jan 18 2027 11:07:53', host: 'h', fields: {}, message: 'hello' },
    ],
    ['RFC 3164 in French', '<13>févr. 8 11:07:53 h hello', { time: 'févr. 8 11:07:53', host: 'h', fields: {}, message: 'hello' }],
    [
      'RFC 3164 without PRI',
      'Jan 18 11:07:53 h LEEF:1.0|x',
      { time: 'Jan 18 11:07:53', host: 'h', fields: {}, message: 'LEEF:1.0|x' },
    ],
    ['RFC 3164 without a host', '<13>Jan 18 11:07:53 CEF:0|x', { time: 'Jan 18 11:07:53', fields: {}, message: 'CEF:0|x' }],
    [
      'a time before names and values',
      '2027-01-31 08:00:00 user=a b=c',
      { time: '2027-01-31 08:00:00', fields: {}, message: 'user=a b=c' },
    ],
    [
      'CEF with a blank',
      '<13>Jan 18 11:07:53 h CEF: 0|x\0\n',
      { time: 'Jan 18 11:07:53', host: 'h', fields: {}, message: 'CEF: 0|x' },
    ],
    [
      'a year in front',
      '<13>2027 Jan 18 11:07:53.5 h app: hello',
      { time: 'Jan 18 2027 11:07:53.5', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a day of the week',
      '<13>Mon Jan 18 11:07:53 2027 h app[4]: hello',
      { time: 'Mon Jan 18 11:07:53 2027', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a day before the month',
      '<13>18 Jan 11:07:53 h app: hello',
      { time: 'Jan 18 11:07:53', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a date with strokes',
      '<13>2027/01/18 11:07:53 h app: hello',
      { time: '2027/01/18 11:07:53', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a blank before the offset',
      '<13>2027-01-18 11:07:53 +0100 h app: hello',
      { time: '2027-01-18 11:07:53 +0100', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a zone by its name',
      '<13>Jan 18 11:07:53 CET h app: hello',
      { time: 'Jan 18 11:07:53 CET', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a zone and a year',
      '<13>Mon Jan 18 11:07:53 UTC 2027 h {"a":1}',
      { time: 'Mon Jan 18 11:07:53 UTC 2027', host: 'h', fields: {}, message: '{"a":1}' },
    ],
    [
      'a host that is named as a zone is',
      '<13>Jan 18 11:07:53 EST app: hello',
      { time: 'Jan 18 11:07:53', host: 'EST', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'seconds since 1970',
      '<13>1800000000.25 h app: hello',
      { time: '1800000000.25', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a time in brackets',
      '<13>[Jan 18 11:07:53] h app: hello',
      { time: 'Jan 18 11:07:53', host: 'h', application: 'app', fields: {}, message: 'hello' },
    ],
    [
      'a device of a network',
      '<189>29: *Jan 18 11:07:53.123 CET: %SYS-5-X: hello',
      { time: 'Jan 18 11:07:53.123 CET', fields: {}, message: '%SYS-5-X: hello' },
    ],
    [
      'a colon behind the PRI',
      '<189>: 2027 Jan 18 11:07:53 CET: hello',
      { time: 'Jan 18 2027 11:07:53 CET', host: 'hello', fields: {}, message: '' },
    ],
    ['a PRI alone', '<13>hello', { fields: {}, message: 'hello' }],
  ])('is read: %s', (_, text, expected) => {
    expect(isSyslog(text)).toBe(true);
    expect(parseSyslog(text)).toEqual(expected);
  });

  it.each(['{"a":1}', '2027-01-31 08:00:00\tamartin\t4711', 'CEF:0|a|b', '<AuditMessage>', 'hello', '1 apple', ''])(
    'is not seen in %j',
    (text) => {
      expect(isSyslog(text)).toBe(false);
    },
  );

  it('takes year and zone from the arrival and from its source', () => {
    const message = parseSyslog('<13>Jan 18 11:07:53 h x');
    expect(syslogTimeMs(message, 'Europe/Paris', Date.UTC(2027, 0, 18, 12))).toBe(Date.UTC(2027, 0, 18, 10, 7, 53));
    expect(syslogTimeMs(message, 'UTC', Date.UTC(2027, 0, 1))).toBe(Date.UTC(2026, 0, 18, 11, 7, 53));
  });

  it.each([
    ['2027 Jan 18 11:07:53', Date.UTC(2027, 0, 18, 10, 7, 53)],
    ['2027 Jan 18 11:07:53.25 UTC:', Date.UTC(2027, 0, 18, 11, 7, 53, 250)],
    ['Mon Jan 18 11:07:53 2027', Date.UTC(2027, 0, 18, 10, 7, 53)],
    ['18 Jan 11:07:53', Date.UTC(2027, 0, 18, 10, 7, 53)],
    ['18/01/2027 11:07:53', Date.UTC(2027, 0, 18, 10, 7, 53)],
    ['2027/01/18 11:07:53', Date.UTC(2027, 0, 18, 10, 7, 53)],
    ['2027-01-18 11:07:53 +0200', Date.UTC(2027, 0, 18, 9, 7, 53)],
    ['1800000000', 1_800_000_000_000],
  ])('says when: %s', (written, ms) => {
    const message = parseSyslog(`<13>${written} h app: x`);
    expect(syslogTimeMs(message, 'Europe/Paris', Date.UTC(2027, 0, 18, 12))).toBe(ms);
  });

  it('never throws, and keeps no key that reaches a prototype', () => {
    const part = fc.constantFrom(
      '<13>',
      '1 ',
      time,
      ' ',
      '- ',
      '[',
      ']',
      'a="',
      '"',
      '\\',
      '__proto__="x"',
      ':',
      'Jan 18 11:07:53 ',
      '\n',
      '\uFEFF',
    );
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        isSyslog(given);
        const { fields, message } = parseSyslog(given);
        expect(given.length).toBeGreaterThanOrEqual(message.length);
        expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
      }),
      { numRuns: 1000 },
    );
  });
});
