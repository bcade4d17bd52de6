import { type AffectedIncident, type Effect, placeOf } from './effect.js';
import { alignedRows } from '../table.js';

const headings = ['', 'INCIDENT OF', 'PATIENTS', 'CASE', 'VERDICT'] as const;
/** Columns of figures stand to the right. */
const figures = new Set([2]);

/** What an exception does to the incidents of its accounts: what is gone, what is weaker, and how much stays. */
export function effectText({ incidents, unfound }: Effect): string {
  const changed = incidents.filter(({ fate }) => fate !== 'same');
  const open = new Set(changed.flatMap(({ told }) => told.filter(({ verdict }) => verdict === '').map(({ case_id }) => case_id)));
  const lines = [
    ...alignedRows([headings, ...changed.map(cellsOf)], figures),
    `${incidents.length - changed.length} other incident(s) of the same account(s) stay as they are; none that was found true is touched`,
    ...[...open].map((id) => `beware: nobody has judged case ${id} yet, and it would have been quiet`),
    ...unfound.map(
      ({ verdict, case_id, ...one }) =>
        `not shown: the incident of ${placeOf(one)} (case ${case_id}, ${verdict || 'no verdict'}) is not found by the rules in use in what was judged`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function cellsOf({ fate, present, told }: AffectedIncident): readonly string[] {
  const ids = new Set(told.map(({ case_id }) => case_id));
  const verdicts = new Set(told.map(({ verdict }) => verdict || 'open'));
  return [fate, placeOf(present), String(present.patients), [...ids].join(', ') || '-', [...verdicts].join(', ') || '-'];
}
