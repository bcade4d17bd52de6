import type { DecodedItem } from '#libs/formats/decoded-item.js';
import { rowLine, type SourceContext, toRows } from '#libs/formats/to-rows.js';
import { metered } from '#libs/formats/work-meter.js';
import { isoOf } from '#libs/runtime/clock.js';
import { accepted, type Rejected } from '#libs/runtime/outcome.js';
import type { Source } from '#libs/sources/source.js';
import { admit } from '#services/ingestor/admit/admit.js';
import { sentEvents } from './sent-events.js';

export interface Trial {
  /** `{"record", "row"}`, or `{"record", "refused", "field", "reason"}`; `record` counts from 0. */
  readonly lines: readonly string[];
  readonly rows: number;
  readonly refused: number;
  /** More records are there than were asked for. */
  readonly isCut: boolean;
}

/** What the first records of a file would become, by the same road as in the ingestor. No clear patient identifier is in the lines. */
export function trial(bytes: Uint8Array, source: SourceContext & Pick<Source, 'reading'>, limit: number, nowMs: number): Trial {
  const items = sentEvents(bytes, { receivedMs: nowMs }, source.reading);
  const { lines, rows, refused, beside, isCut } = linesOf(items, source, nowMs, limit);
  return { lines, rows, refused: refused + beside, isCut };
}

/** What the first items would become; `events` are those that would be taken, `beside` of them those of which a part would be set aside. */
export function linesOf(
  items: Iterable<DecodedItem>,
  source: SourceContext,
  nowMs: number,
  limit = Infinity,
): Trial & { readonly events: number; readonly beside: number } {
  const lines: string[] = [];
  let [rows, events, refused, beside, record] = [0, 0, 0, 0, 0];
  let isCut = false;
  for (const item of items) {
    isCut = record === limit;
    if (isCut) break;
    const { made, wrong } = became(item, source, nowMs);
    for (const row of made) lines.push(`{"record":${record},"row":${row}}`);
    if (wrong)
      lines.push(
        JSON.stringify({ record, [made.length ? 'beside' : 'refused']: wrong.reason, field: wrong.field, reason: wrong.detail }),
      );
    rows += made.length;
    events += made.length ? 1 : 0;
    refused += wrong && !made.length ? 1 : 0;
    beside += wrong && made.length ? 1 : 0;
    record += 1;
  }
  return { lines, rows, events, refused, beside, isCut };
}

interface Became {
  readonly made: readonly string[];
  readonly wrong?: Rejected | undefined;
}

function became({ outcome, content, meter }: DecodedItem, source: SourceContext, nowMs: number): Became {
  if (outcome.kind === 'rejected') return { made: [], wrong: outcome };
  const admitted = admit(outcome.value, source.groupId);
  if (admitted.kind === 'rejected') return { made: [], wrong: admitted };
  if (admitted.kind === 'set-aside') return { made: [], wrong: admitted.why };
  const made = metered(() => accepted(toRows(outcome.value, source, isoOf(nowMs), content, meter).map(rowLine)));
  return made.kind === 'rejected' ? { made: [], wrong: made } : { made: made.value, wrong: admitted.beside };
}
