import * as fc from 'fast-check';
import { verdicts } from '#libs/contracts/case-action.js';
import { type CaseMessage, caseMessage, messageKinds } from '#libs/contracts/case-message.js';
import { type CaseRow, caseStatuses } from '#libs/contracts/case-row.js';
import { changeTypes, levels } from '#libs/contracts/incident.js';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import { isoOf } from '#libs/runtime/clock.js';

const hex = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const time = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }).map(isoOf);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** Names as feeds bring them: honest ones, and those that want to be a header, a command, a mention, a link or markup. */
export const hostileNames = [
  'a\r\nBcc: x@y', 'a\nX-Evil: 1', '<script>alert(1)</script>', '<!channel>', '@all look', '[click](http://evil.example)', '*bold* _it_ ~no~ `code`',
  'a|b=c\\d', '\u202egnp.exe', 'x\u0000y', '"quoted" & \'single\'', '=cmd|calc', '$(reboot)', 'é'.repeat(200), '\ud800half',
] as const; // prettier-ignore
const name = fc.oneof(
  fc.constantFrom(...hostileNames),
  fc
    .tuple(fc.constantFrom('dr', 'nurse', 'éric', 'svc'), fc.integer({ min: 10_000, max: 99_999 }))
    .map(([word, number]) => `${word}.${number}`),
);

export const randomCase: fc.Arbitrary<CaseRow> = fc
  .record({
    case_id: hex,
    group_id: fc.constantFrom('aleo', 'helix'),
    subject_kind: fc.constantFrom(...subjectKinds),
    actor_id: name,
    account_count: fc.integer({ min: 1, max: 5_000 }),
    status: fc.constantFrom(...caseStatuses),
    verdict: fc.constantFrom(...verdicts, '' as const),
    owner: fc.constantFrom('', 'a.durand', 'b\r\nle roy'),
    level: fc.constantFrom(...levels),
    controllers: fc.array(fc.constantFrom('750300123', 'nord'), { maxLength: 2 }),
    incident_ids: fc.array(hex, { minLength: 1, maxLength: 4 }),
    rules: fc.array(fc.constantFrom('mass-access-10m', 'a|b', 'c=d'), { maxLength: 6 }),
    rule_titles: fc.array(fc.constantFrom('Many patients', 'a|b', 'c=d\r\n'), { maxLength: 6 }),
    clinics: fc.array(fc.constantFrom('750300123', 'nord', 'süd'), { maxLength: 4 }),
    patients: fc.nat(1_000_000),
    patients_settled: fc.boolean(),
    step: fc.nat(100_000),
    first_time: time,
    last_time: time,
    opened_at: time,
    acknowledge_by: fc.option(time),
    acknowledged_at: fc.option(time),
    acknowledged_by: fc.constantFrom('', 'a.durand'),
    resolved_at: fc.option(time),
    resolved_by: fc.constantFrom('', 'a.durand'),
    on_hold_until: fc.option(time),
    reopened: fc.nat(3),
    version: fc.nat(50),
    changed_at: time,
    titled: fc.boolean(),
  })
  .map(({ titled, ...row }) => ({ ...row, title: titled ? `Many patients read by ${row.actor_id}` : 'Many patients read' }));

/** Any message of the contract: of every kind, with what the kind speaks of. */
export const randomMessage: fc.Arbitrary<CaseMessage> = fc
  .record({
    send_id: hex,
    kind: fc.constantFrom(...messageKinds),
    at: time,
    row: randomCase,
    change_id: maybe(hex),
    change_type: maybe(fc.constantFrom(...changeTypes)),
    escalation: fc.record({ policy: fc.constantFrom('standard', 'critical'), step: fc.nat(3), round: fc.nat(4) }),
    deadline: fc.record({
      controller_id: fc.constantFrom('750300123', 'nord'),
      clock: fc.constantFrom('gdpr33', 'nis2_24', 'own-clock'),
      due_at: time,
      state: fc.constantFrom('running', 'met', 'met_late', 'stopped'),
    }),
    cases: fc.array(randomCase, { maxLength: 30 }),
    audit_heads: fc.array(
      fc
        .tuple(hex, fc.integer({ min: 1, max: 9_000 }), hex, hex)
        .map(([chain, rows, ...digest]) => `${chain}:${rows}:${digest.join('')}`),
      { maxLength: 3 },
    ),
  })
  .map(({ row, escalation, deadline, cases, change_id, change_type, audit_heads, ...rest }) => {
    const { kind } = rest;
    return caseMessage.parse({
      ...rest,
      ...(kind !== 'digest' && kind !== 'test' && kind !== 'muted_end' && { case: row, change_id, change_type }),
      ...(kind === 'escalation' && { escalation }),
      ...(kind === 'deadline' && { deadline }),
      ...(kind === 'digest' && { audit_heads }),
      ...((kind === 'digest' || kind === 'muted_end') && { cases }),
    });
  });
