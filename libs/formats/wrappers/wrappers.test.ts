import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessEvent } from '../event.js';
import { readOne, reads, receivedMs } from '../read/reads.fixture.js';

const timeMs = Date.UTC(2026, 10, 28, 8);
const seconds = timeMs / 1000;
const untimed = { clinic_id: 'nord', actor_id: 'amartin', patient_id: '4711', action: 'read' };
const text = JSON.stringify(untimed);
const packed = Buffer.from(text).toString('base64');
const at = '2026-11-28T08:00:00Z';
const notification = JSON.stringify({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-3:1:emr',
  Message: text,
  Timestamp: at,
});
const auditEvent = {
  resourceType: 'AuditEvent',
  recorded: '2026-11-28T08:00:00Z',
  agent: [{ who: { identifier: { value: 'amartin' } }, requestor: true }],
  entity: [{ what: { reference: 'Patient/4711' }, role: { code: '1' } }],
};
const otlp = (record: unknown, resource: unknown = {}) => ({
  resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }],
});
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const pairs = Object.entries(untimed).map(([key, value]) => attribute(key, value));

/** The same access in each wrapper, as JSON and as text. */
const wrapped: readonly (readonly [string, unknown])[] = [
  ['HEC, an object', { event: untimed, time: seconds, host: 'srv', source: 'emr' }],
  [
    "HEC, of Splunk's logging library",
    { event: { message: JSON.stringify(untimed), severity: 'info' }, time: String(seconds), host: 'srv', source: 'emr' },
  ],
  [
    "HEC, of Splunk's logging library, an object",
    { event: { message: untimed, severity: 'info', logger: 'audit', thread: 'main' }, time: seconds, source: 'emr' },
  ],
  ['HEC, a text, time as text', { event: JSON.stringify(untimed), time: `${seconds}.000`, sourcetype: '_json', color: 'blue' }],
  [
    'GELF, full_message',
    { version: '1.1', host: 'srv', short_message: 'read', full_message: JSON.stringify(untimed), timestamp: seconds },
  ],
  ['GELF, short_message', { version: '1.1', short_message: JSON.stringify(untimed), timestamp: `${seconds}` }],
  [
    'GELF, additional fields',
    {
      version: '1.1',
      short_message: 'amartin has read',
      timestamp: seconds,
      _actor_id: 'amartin',
      _patient_id: '4711',
      _clinic_id: 'nord',
      _action: 'read',
    },
  ],
  ['OTLP, a body of text', otlp({ timeUnixNano: `${seconds}000000000`, body: { stringValue: JSON.stringify(untimed) } })],
  ['OTLP, a body that is a map', otlp({ timeUnixNano: `${seconds}000000000`, body: { kvlistValue: { values: pairs } } })],
  [
    'OTLP, attributes',
    otlp({ observedTimeUnixNano: `${seconds}000000000`, timeUnixNano: '0', body: { stringValue: 'read' }, attributes: pairs }),
  ],
  [
    'OTLP, a body of bytes',
    otlp({
      timeUnixNano: `${seconds}000000000`,
      body: { bytesValue: Buffer.from(JSON.stringify(untimed)).toString('base64') },
    }),
  ],
  [
    'OTLP of before its first version',
    {
      resourceLogs: [
        {
          instrumentationLibraryLogs: [
            { logs: [{ timeUnixNano: `${seconds}000000000`, body: { stringValue: JSON.stringify(untimed) } }] },
          ],
        },
      ],
    },
  ],
  [
    'OTLP in snake case',
    {
      resource_logs: [
        {
          scope_logs: [
            { log_records: [{ time_unix_nano: `${seconds}000000000`, body: { string_value: JSON.stringify(untimed) } }] },
          ],
        },
      ],
    },
  ],
  ['Loki', { streams: [{ stream: { host: 'srv' }, values: [[`${seconds}000000000`, JSON.stringify(untimed)]] }] }],
  ['Loki with metadata', { streams: [{ stream: {}, values: [[`${seconds}000000000`, 'read', untimed]] }] }],
  [
    'Loki, older',
    {
      streams: [{ labels: '{job="emr", host="srv"}', entries: [{ ts: '2026-11-28T08:00:00Z', line: JSON.stringify(untimed) }] }],
    },
  ],
  [
    'ECS event.original',
    { '@timestamp': '2026-11-28T08:00:00Z', event: { original: JSON.stringify(untimed) }, host: { name: 'srv' } },
  ],
  ['ECS with points', { '@timestamp': '2026-11-28T08:00:00Z', 'event.original': JSON.stringify(untimed), 'host.name': 'srv' }],
  [
    'Beats, message',
    { '@timestamp': '2026-11-28T09:00:00+01:00', message: JSON.stringify(untimed), agent: { type: 'filebeat' } },
  ],
  [
    'Beats, parsed and put under json',
    { '@timestamp': '2026-11-28T09:00:00+01:00', json: untimed, agent: { type: 'filebeat' }, host: { name: 'srv' } },
  ],
  ["a container's line", { log: `${JSON.stringify(untimed)}\n`, stream: 'stdout', time: '2026-11-28T08:00:00.000000001Z' }],
  [
    "a container's line, by its shipper",
    { date: seconds, log: JSON.stringify(untimed), kubernetes: { container_name: 'emr', host: 'node-3' } },
  ],
  [
    "a container's line in HEC, by its log driver",
    { event: { line: untimed, source: 'stdout', tag: 'a1b2' }, time: `${seconds}.000`, host: 'srv' },
  ],
  [
    "a container's line in HEC, as text",
    { event: { line: JSON.stringify(untimed), source: 'stdout', attrs: { stage: 'live' } }, time: seconds, host: 'srv' },
  ],
  [
    "a container's line in Elastic's words",
    { '@timestamp': '2026-11-28T08:00:00Z', log: JSON.stringify(untimed), stream: 'stdout' },
  ],
  [
    "the journal's",
    {
      MESSAGE: JSON.stringify(untimed),
      _HOSTNAME: 'srv',
      SYSLOG_IDENTIFIER: 'emr',
      __REALTIME_TIMESTAMP: `${seconds}000000`,
      PRIORITY: '6',
    },
  ],
  [
    "a shipper's, as the record of its own",
    {
      message: JSON.stringify(untimed),
      timestamp: '2026-11-28T08:00:00.000Z',
      source_type: 'file',
      file: '/var/log/emr',
      host: 'srv',
    },
  ],
  [
    "a shipper's in HEC",
    {
      event: {
        message: JSON.stringify(untimed),
        timestamp: '2026-11-28T08:00:00.000Z',
        source_type: 'file',
        file: '/var/log/emr',
        host: 'srv',
      },
      time: 1,
    },
  ],
  [
    "rsyslog's",
    {
      msg: JSON.stringify(untimed),
      host: 'srv',
      severity: 'info',
      facility: 'user',
      timereported: '2026-11-28T08:00:00Z',
      programname: 'emr',
    },
  ],
  [
    "NXLog's",
    {
      EventReceivedTime: '2026-11-28 09:00:03',
      EventTime: '2026-11-28 09:00:00',
      Message: JSON.stringify(untimed),
      Hostname: 'srv',
      SourceModuleName: 'in',
      SourceModuleType: 'im_file',
    },
  ],
  ['a record for a bridge to Kafka', { records: [{ key: 'a', value: untimed, timestamp: timeMs }] }],
  ['a CloudEvent', { specversion: '1.0', id: '1', source: '/emr', type: 'read', time: '2026-11-28T08:00:00Z', data: untimed }],
  ...['INFO audit - ', '[main] INFO '].flatMap((words): [string, unknown][] => [
    [`Beats, behind ${words}`, { '@timestamp': '2026-11-28T08:00:00Z', message: words + JSON.stringify(untimed) }],
    [
      `a container's line behind ${words}`,
      { log: `${words}${JSON.stringify(untimed)}\n`, stream: 'stdout', time: '2026-11-28T08:00:00Z' },
    ],
    [`HEC, behind ${words}`, { event: words + JSON.stringify(untimed), time: seconds }],
    [`Loki, behind ${words}`, { streams: [{ stream: {}, values: [[`${seconds}000000000`, words + JSON.stringify(untimed)]] }] }],
  ]),
  [
    'a message of Graylog',
    {
      message: JSON.stringify(untimed),
      source: 'srv',
      timestamp: '2026-11-28T08:00:00.000Z',
      gl2_source_input: '5f',
      streams: ['000000000000000000000001'],
      _id: '1',
    },
  ],
  [
    'a logger of Node',
    { name: 'emr', hostname: 'srv', pid: 1, level: 30, msg: JSON.stringify(untimed), time: '2026-11-28T08:00:00Z', v: 0 },
  ],
  [
    'a logger of Java',
    { timestamp: timeMs, level: 'INFO', threadName: 'main', loggerName: 'audit', mdc: {}, message: JSON.stringify(untimed) },
  ],
  [
    'a logger of Python',
    { asctime: '2026-11-28 09:00:00,000', name: 'audit', levelname: 'INFO', message: JSON.stringify(untimed) },
  ],
  [
    'a message whose count a relay took for text',
    { event: `157 <14>1 2026-11-28T09:00:00+01:00 srv emr 1 - - ${JSON.stringify(untimed)}`, time: 1 },
  ],
  [
    'a CloudEvent, as text',
    { specversion: '1.0', id: '1', source: '/emr', type: 'read', time: '2026-11-28T08:00:00Z', data: JSON.stringify(untimed) },
  ],
  [
    'a CloudEvent, packed',
    {
      specversion: '1.0',
      id: '1',
      source: '/emr',
      type: 'read',
      time: '2026-11-28T08:00:00Z',
      data_base64: Buffer.from(JSON.stringify(untimed)).toString('base64'),
    },
  ],
  [
    'an event of EventBridge',
    {
      version: '0',
      id: '1',
      'detail-type': 'Access',
      source: 'emr',
      account: '1',
      time: '2026-11-28T08:00:00Z',
      detail: untimed,
    },
  ],
  [
    'a subscription of CloudWatch Logs',
    {
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: '/emr/audit',
      logStream: 'emr-1',
      subscriptionFilters: ['all'],
      logEvents: [{ id: '1', timestamp: timeMs, message: `INFO audit - ${JSON.stringify(untimed)}` }],
    },
  ],
  [
    'a notification of SNS',
    {
      Type: 'Notification',
      MessageId: '1',
      TopicArn: 'arn:aws:sns:eu-west-3:1:emr',
      Message: JSON.stringify(untimed),
      Timestamp: '2026-11-28T08:00:00.000Z',
    },
  ],
  [
    'a push of Pub/Sub',
    {
      message: {
        attributes: {},
        data: Buffer.from(JSON.stringify(untimed)).toString('base64'),
        messageId: '1',
        publishTime: '2026-11-28T08:00:00Z',
      },
      subscription: 'projects/p/subscriptions/s',
    },
  ],
  ['a message that was pulled from Pub/Sub', { receivedMessages: [{ ackId: 'a', message: { data: packed, publishTime: at } }] }],
  [
    'a message of SQS',
    { Messages: [{ MessageId: '1', ReceiptHandle: 'r', Body: text, Attributes: { SentTimestamp: String(timeMs) } }] },
  ],
  [
    'a message of SQS as Lambda and Pipes are told it',
    [{ messageId: '1', receiptHandle: 'r', body: text, attributes: { SentTimestamp: String(timeMs) }, eventSource: 'aws:sqs' }],
  ],
  [
    'a notification of SNS in a message of SQS',
    { Records: [{ messageId: '1', receiptHandle: 'r', body: notification, eventSource: 'aws:sqs' }] },
  ],
  ['a notification of SNS as Lambda is told it', { Records: [{ EventSource: 'aws:sns', Sns: JSON.parse(notification) }] }],
  [
    'a record of Kinesis as Lambda is told it',
    { Records: [{ eventSource: 'aws:kinesis', kinesis: { data: packed, approximateArrivalTimestamp: timeMs / 1000 } }] },
  ],
  [
    'a record of Kinesis as Pipes have it',
    [{ eventSource: 'aws:kinesis', data: packed, partitionKey: 'p', approximateArrivalTimestamp: timeMs / 1000 }],
  ],
  ...[untimed, text].map((data): readonly [string, unknown] => [
    `an event of Event Grid, as ${typeof data}`,
    [{ id: '1', topic: '/t', subject: 's', eventType: 'Access', eventTime: at, dataVersion: '1', data }],
  ]),
  ['an entry of Cloud Logging', { logName: 'l', timestamp: at, resource: { type: 'gce' }, jsonPayload: untimed }],
  ['a line of Cloud Logging', { logName: 'l', timestamp: at, textPayload: `INFO audit - ${text}` }],
  [
    "a message of systemd's journal in bytes, as those are that hold anything but plain text",
    { MESSAGE: [...Buffer.from(JSON.stringify(untimed))], __REALTIME_TIMESTAMP: String(timeMs * 1000), SYSLOG_IDENTIFIER: 'emr' },
  ],
  ['a row of Kafka Connect', { schema: { type: 'struct', fields: [] }, payload: { ...untimed, time: timeMs } }],
  [
    'a change of a row',
    { before: null, after: untimed, source: { connector: 'oracle', table: 'AUDIT' }, op: 'c', ts_ms: timeMs },
  ],
  [
    'a change of a row with its schema',
    { schema: { type: 'struct' }, payload: { before: null, after: untimed, source: { table: 'AUDIT' }, op: 'r', ts_ms: timeMs } },
  ],
  ['a list of records', { Records: [{ ...untimed, time: timeMs }] }],
];

describe('what shippers put around records', () => {
  it.each(wrapped)('%s: the record is read, at the time of the wrapper', (_, record) => {
    expect(readOne(record)).toMatchObject({
      timeMs,
      clinicId: 'nord',
      actorId: 'amartin',
      patients: [{ id: '4711' }],
      action: 'read',
    });
  });

  it('is the time, the sender and the program only where the record does not say it', () => {
    const host = { fixed: 'sud' };
    expect(readOne({ event: { ...untimed, time: timeMs + 1 }, time: seconds, source: 'emr' })).toMatchObject({
      timeMs: timeMs + 1,
      application: 'emr',
    });
    expect(readOne({ event: auditEvent, host: 'srv-7' }).clinicId).toBe('srv-7');
    expect(readOne({ event: auditEvent, host: 'srv-7' }, { clinic: { map: { 'srv-7': '750000001' } } }).clinicId).toBe(
      '750000001',
    );
    expect(readOne({ event: { ...untimed, clinic_id: undefined, time: timeMs } }, { clinic: host }).clinicId).toBe('sud');
  });

  it.each(['x', '[', '{', '<', ']', '}'])('looks once over blanks, however many stand before %s', (end) => {
    const text = ' '.repeat(900_000) + end;
    for (const record of [
      { event: text },
      { version: '1.1', short_message: text },
      { message: text, '@timestamp': '2026-11-28T08:00:00Z' },
    ])
      expect(reads(record)).toHaveLength(1);
  });

  it('is the time of arrival where neither says it, as the protocols have it', () => {
    expect(readOne({ event: untimed }).timeMs).toBe(receivedMs);
    expect(readOne(otlp({ attributes: pairs })).timeMs).toBe(receivedMs);
  });

  it('carries fields that columns may name', () => {
    const columns = { clinic_id: 'site', patient_id: 'pid' };
    const inner = { time: timeMs, actor_id: 'amartin', pid: '4711' };
    expect(readOne({ event: inner, fields: { site: 'nord' } }, { columns })).toMatchObject({
      clinicId: 'nord',
      patients: [{ id: '4711' }],
    });
  });

  it('takes no sentence of a container for a record, and leaves alone what says more than its line', () => {
    expect(reads({ log: 'started', stream: 'stdout' })).toEqual(['missing_field']);
    expect(reads({ specversion: '1.0', data_base64: '//8=' })).toEqual(['not_utf8']);
    expect(readOne({ ...untimed, time: timeMs, value: { a: 1 } }).actorId).toBe('amartin');
    for (const streams of [[], ['a'], [{ name: 'a' }]])
      expect(readOne({ ...untimed, time: timeMs, streams }).actorId).toBe('amartin');
    expect(readOne({ ...untimed, time: timeMs, log: '{"level":"info"}' }).actorId).toBe('amartin');
    expect(
      readOne(
        { log: JSON.stringify({ ...untimed, time: timeMs, clinic_id: undefined }), kubernetes: { host: 'node-3' } },
        { clinic: { fixed: 'sud' } },
      ).clinicId,
    ).toBe('sud');
  });

  it('nests, FHIR inside of Loki inside of HEC', () => {
    const line = JSON.stringify(auditEvent);
    const loki = JSON.stringify({
      streams: [
        {
          stream: {},
          values: [
            ['1764316800000000000', line],
            ['1764316800000000000', line],
          ],
        },
      ],
    });
    expect(reads({ event: loki }).map((one) => (one as AccessEvent).actorId)).toEqual(['amartin', 'amartin']);
  });

  it('keeps an ECS event that names its account, unless what it was made of says more', () => {
    const ecs = { '@timestamp': '2026-11-28T08:00:00Z', user: { name: 'bdupont' }, event: { action: 'read', original: '' } };
    expect(readOne({ ...ecs, event: { ...ecs.event, original: JSON.stringify({ some: 'log' }) } }).actorId).toBe('bdupont');
    expect(readOne({ ...ecs, event: { ...ecs.event, original: JSON.stringify(auditEvent) } }).actorId).toBe('amartin');
  });

  it.each([
    ['HEC without event', { event: null, time: 1 }, ['missing_field']],
    ['HEC with a number', { event: 1 }, ['missing_field']],
    ['HEC with no time', { event: untimed, time: 'soon' }, ['bad_time']],
    ['HEC with a sentence', { event: 'first', source: 'main' }, ['unknown_format']],
    ['GELF with a sentence', { version: '1.1', short_message: 'hello' }, ['unknown_format']],
    ['GELF with no time', { version: '1.1', short_message: '{}', timestamp: 'soon' }, ['bad_time']],
    ['OTLP with nothing', otlp({}), ['missing_field']],
    ['a log that has a field called event', { event: 'x', time: timeMs, actor_id: 'amartin' }, ['missing_field']],
    [
      'Loki with a line that is none',
      { streams: [{ stream: {}, values: [['1764316800000000000'], 7] }] },
      ['wrong_type', 'wrong_type'],
    ],
    ['an attribute that reaches a prototype', otlp({ attributes: [attribute('__proto__', 'x')] }), ['missing_field']],
    ['no records', { Records: [] }, []],
    ['a row that was taken away', { before: untimed, after: null, source: {}, op: 'd', ts_ms: timeMs }, []],
  ])('refuses %s', (_, record, reasons) => expect(reads(record)).toEqual(reasons));

  it('never throws, whatever the wrapper holds', () => {
    const keys = [
      'event',
      'time',
      'fields',
      'version',
      'short_message',
      'timestamp',
      'resourceLogs',
      'scopeLogs',
      'logRecords',
      'attributes',
      'body',
      'kvlistValue',
      'values',
      'streams',
      'stream',
      'labels',
      'entries',
      '@timestamp',
      'message',
      'event.original',
      'Records',
      'log',
      'line',
      'value',
      'MESSAGE',
      'specversion',
      'schema',
      'payload',
      'op',
      'after',
      'source',
      'data',
      'data_base64',
    ];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('', '{', '1', '{"a":1}', null, 7, -1, 1e300, true),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('any'), { maxLength: 3 }),
      object: fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
    })).any;
    fc.assert(
      fc.property(value, (record) => void reads(record ?? '')),
      { numRuns: 1000 },
    );
  });
});
