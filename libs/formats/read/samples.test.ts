import { describe, expect, it } from '@jest/globals';
import { sample, samplesAreThere, samplesOf } from '#libs/testkit/samples/samples.js';
import type { Reading } from '../input-format.js';
import { concatenatedJson } from '../json/concatenated.js';
import { itemsOf, layoutOf } from '../json/items.js';
import { reads } from './reads.fixture.js';

(samplesAreThere ? describe : describe.skip)('records of others', () => {
  it.each([
    ['jsonl/bh-audit-note_update_failure.json', 'missing_field'],
    ['gelf/fluentbit-gelf-1.json', 'missing_field'],
    ['gelf/fluentbit-gelf-2.json', 'missing_field'],
    ['otlp/fluentbit-otlp-logs-2038.in.json', 'unknown_format'],
    ['otlp/otel-proto-examples-events.json', 'missing_field'],
    ['otlp/otel-proto-examples-logs.json', 'missing_field'],
    ['loki/winston-loki-fixtures.json', 'missing_field'],
  ])('%s says nothing of an access, as long as nobody says where: %s', (name, reason) => {
    expect(told(reads(sample(name).toString()))).toEqual([reason]);
  });

  it('are read by what their source says of its columns', () => {
    const columns = {
      time: 'timestamp',
      actor_id: 'actor.subject_id',
      patient_id: 'resource.patient_id',
      action: 'action.type',
      outcome: 'outcome.status',
      clinic_id: 'actor.org_id',
      categories: 'resource.type',
      actor_kind: 'actor.subject_type',
      application: 'service.name',
    };
    expect(reads(sample('jsonl/bh-audit-note_update_failure.json').toString(), { columns })).toMatchObject([
      {
        timeMs: Date.UTC(2026, 0, 6, 18, 41, 55), actorId: 'user_789', actorKind: 'human', clinicId: 'org_77', action: 'update',
        outcome: 'failure', patients: [{ id: 'pat_456' }], categories: ['notes'], application: 'bh-notes-api',
      },
    ]); // prettier-ignore
  });

  it('keep the time and the program of OpenTelemetry', () => {
    const columns = { actor_id: 'some.map.key', action: 'string.attribute' };
    const values = { action: { 'some string': 'read' } };
    const found = reads(sample('otlp/otel-proto-examples-logs.json').toString(), {
      columns: { ...columns, actor_id: 'string.attribute', clinic_id: 'my.scope.attribute' },
      values,
    });
    expect(found).toMatchObject([
      {
        timeMs: 1_544_712_660_300,
        application: 'my.service',
        actorId: 'some string',
        clinicId: 'some scope attribute',
        action: 'read',
      },
    ]);
  });

  it.each(samplesOf('hec'))('%s: every body is split, and what is cut off is known', (name) => {
    for (const body of sample(name).toString().split('\n---\n')) {
      const bytes = Buffer.from(body);
      const items = [...concatenatedJson(bytes)];
      expect(items.filter(({ complete }) => !complete)).toHaveLength(body.endsWith('"second"') ? 1 : 0);
      expect(items.length).toBe(body.split('"event"').length - 1);
      for (const { start, end } of items)
        expect(told(reads(bytes.subarray(start, end).toString()))).toEqual([
          expect.stringMatching(/^(?:unknown_format|missing_field|not_json)$/),
        ]);
    }
  });

  it.each(samplesOf('bulk'))('%s: its lines are records of nobody', (name) => {
    const bytes = sample(name);
    for (const { start, end } of itemsOf(bytes, layoutOf(bytes)))
      expect(told(reads(bytes.subarray(start, end).toString()))).toEqual(['missing_field']);
  });

  it.each<[string, number, Partial<Reading>, string]>([
    [
      'csv/gdpr-healthcare_logs.csv',
      100,
      { columns: { time: 'Timestamp', actor_id: 'UserID', actor_role: 'Role', clinic_id: 'Country' } },
      'U001 | NL | read | 2024-01-01T14:00:00.000Z',
    ],
    [
      'csv/gdpr-alerts_siem_ready.csv',
      65,
      { columns: { id: 'alert_id', time: 'Timestamp', actor_id: 'UserID', clinic_id: 'Country' } },
      'U003 | FR | read | 2024-02-12T10:00:00.000Z',
    ],
    [
      'csv/gdpr-audit_log.csv',
      4,
      {
        columns: { time: 'timestamp', actor_id: 'user', application: 'view' },
        values: { action: { 'Acknowledged Alert': 'other' } },
      },
      'ciso_user | unknown | read | 2025-07-22T16:35:05.880Z',
    ],
  ])('%s: %d rows', (name, count, reading, first) => {
    const rows = told(reads(sample(name).toString(), reading));
    expect(rows).toHaveLength(count);
    expect(rows[0]).toBe(first);
    for (const row of rows) expect(row).toMatch(/ \| \w+ \| (?:read|export|download|other) \| \d{4}-/);
  });
});

function told(rows: ReturnType<typeof reads>): readonly string[] {
  return rows.map((one) =>
    typeof one === 'string' ? one : `${one.actorId} | ${one.clinicId} | ${one.action} | ${new Date(one.timeMs).toISOString()}`,
  );
}
