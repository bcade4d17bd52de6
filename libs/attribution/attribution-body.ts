import { type Attribution, caveat, type Finding } from './leak.js';

/** A finding with the names of `vigie.leak_findings`. */
export function findingBody({
  rank,
  actorId,
  kind,
  ref,
  firstMs,
  lastMs,
  matched,
  size,
  share,
  lnBayes,
  support,
  alike,
}: Finding) {
  const times = { first_time: isoOf(firstMs), last_time: isoOf(lastMs) };
  return { rank, actor_id: actorId, kind, ref, ...times, matched, size, share, ln_bayes: lnBayes, support, alike: [...alike] };
}

/** An answer as JSON, with the names of `vigie.leaks` and the caveat. `smallest` is null where no sample could name the account that fits best. */
export function attributionBody(found: Attribution) {
  const { given, known, touched, accounts, patients, controls } = found;
  return {
    leak_id: found.leakId,
    verdict: found.verdict,
    given,
    known,
    touched,
    accounts,
    patients,
    findings: found.findings.map(findingBody),
    doubtful: found.doubtful.map(findingBody),
    unexplained: found.rest,
    smallest: found.smallest ?? null,
    controls: { samples: controls.samples, named: controls.named, largest_gain: controls.largestGain },
    exports_found: found.exportsFound,
    exports: found.exports.map(({ actorId, eventId, ...one }) => ({ actor_id: actorId, event_id: eventId, ...one })),
    caveat,
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
