import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { bytesOf } from '../scorer.fixture.js';

export const hourMs = 3_600_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
export const rules = [
  aRule({
    id: 'mass',
    selection,
    atLeast: 40,
    timespanMs: 600_000,
    spread: { field: 'clinic_id', atLeast: 2 },
    steps: [40, 400],
  }),
];

/** Besides its work, which is two patients more, the usurped account reads fifty patients of two clinics in eight minutes; one of the clinics sends its half the next night. */
const attackAt = aMonday + hourMs;
const attack = Array.from({ length: 50 }, (_, n) =>
  row({ n: `attack ${n}`, time: attackAt + n * 9600, actor: 'admin', clinic: n % 2 ? 'live' : 'nightly' }),
);
const live = attack.filter(({ clinic_id }) => clinic_id === 'live');
const nightly = attack.filter(({ clinic_id }) => clinic_id === 'nightly');

/** Two days of live work of everybody, the usurped account among them; the nightly file comes `lateHours` after the attack. */
export function frames(lateHours: number): readonly Frame[] {
  const work = Array.from({ length: 48 * 6 }, (_, n) => {
    const time = aMonday + n * 600_000;
    return ['nurse.1', 'nurse.2', 'admin'].map((actor) =>
      row({ n: `work ${actor} ${n}`, time, actor, clinic: 'live', patient: n % 7 }),
    );
  });
  const attackIn = work.findIndex(([first]) => Date.parse(first?.time ?? '') > attackAt);
  work[attackIn]?.push(...live);
  const nightlyIn = work.findIndex(([first]) => Date.parse(first?.time ?? '') > attackAt + lateHours * hourMs);
  // The file holds the ordinary work of its site, too.
  const file = Array.from({ length: 40 }, (_, n) =>
    row({ n: `file ${n}`, time: attackAt - 2 * hourMs + n * 300_000, actor: `nurse.${n % 3}`, clinic: 'nightly', patient: n }),
  );
  const received_at = work[nightlyIn]?.[0]?.time ?? '';
  work[nightlyIn]?.push(...[...nightly, ...file].map((one) => ({ ...one, received_at })));
  return work.map((rows, offset) => ({ offset, bytes: bytesOf(rows) }));
}

interface RowGiven {
  readonly n: string;
  readonly time: number;
  readonly actor: string;
  readonly clinic: string;
  readonly patient?: number;
}

export function row({ n, time, actor, clinic, patient }: RowGiven): AccessRow {
  const iso = new Date(time).toISOString();
  return anAccessRow({
    time: iso,
    received_at: iso,
    actor_id: actor,
    clinic_id: clinic,
    patient_id: aPatient(patient ?? n),
    event_id: anEventId(n),
  });
}
