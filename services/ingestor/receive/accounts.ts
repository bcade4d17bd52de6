// receive/: a request as a stream under limits: who sends, how much, in what form, and what it is answered.
// What it brings goes to a `Taker`.

import { type IngestAnswer, type ItemOutcome, refusedListedMax } from './intake.js';

/** The answer of Vigie's own doors for outcomes that are told item by item. */
export function answerOf(outcomes: readonly ItemOutcome[]): IngestAnswer {
  const refused = outcomes.flatMap((one, index) =>
    one.kind === 'refused' ? [{ index, field: one.field, reason: one.reason }] : [],
  );
  return {
    accepted: outcomes.filter(({ kind }) => kind === 'accepted').length,
    refused: refused.slice(0, refusedListedMax),
    refused_count: refused.length,
    quarantined: outcomes.filter(({ kind }) => kind === 'quarantined').length,
  };
}

/** Whether anything of a request was taken: kept, or set aside in custody. */
export function tookAny({ accepted, quarantined }: IngestAnswer): boolean {
  return accepted + quarantined > 0;
}
