import { createHmac } from 'node:crypto';
import { stayMarginSteps, stepOf, visibleFrom } from '#libs/care/steps.js';
import type { CareStay } from '#libs/contracts/care/care-fact.js';
import { keptFor, careTopic } from '#libs/contracts/topics.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import { authorityOf, type SourceContext } from '#libs/formats/to-rows.js';
import { isoOf } from '#libs/runtime/clock.js';

/** A stay without an end links as long as its fact is kept. */
const openSteps = stepOf(keptFor[careTopic] ?? 0);
const hexDigits = 32;

/** The facts of a stay: one for each pseudonym of its patient. */
export function stayFacts(stay: Stay, source: SourceContext, receivedMs: number): readonly CareStay[] {
  const { active, former } = source.keys.at(receivedMs);
  const authority = stay.patient.authority ?? authorityOf(source, stay.clinicId);
  const from = stepOf(stay.beginMs) - (stay.isPlanned ? stayMarginSteps : 0);
  const until =
    stay.endMs === undefined
      ? Math.max(stepOf(receivedMs), stepOf(stay.beginMs)) + openSteps
      : stepOf(stay.endMs) + stayMarginSteps;
  const fact = {
    what: 'stay', group_id: source.groupId, stay_id: idOf(stay, source), from: Math.max(0, from), until: stay.isCancelled ? Math.max(0, from) : until,
    visible: visibleFrom(receivedMs, receivedMs), received_at: isoOf(receivedMs),
  } as const; // prettier-ignore
  const keys = former ? [active, former] : [active];
  return keys.map((key) => {
    const { what, group_id, ...rest } = fact;
    return { what, group_id, patient_id: key.of(authority, stay.patient.id), ...rest };
  });
}

/** A number of a visit may be looked up in a register, so that it is keyed as event ids are. */
function idOf({ id }: Stay, { keys, source }: SourceContext): string {
  const mac = createHmac('sha256', Buffer.from(keys.eventSecret, 'hex')).update(`vigie.stay.v1\0${source}\0${id}`);
  return mac.digest('hex').slice(0, hexDigits);
}
