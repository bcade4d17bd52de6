import type { Correlation } from '../read/correlation.js';
import type { Document, Documents } from '../read/documents.js';
import type { EventRule } from '../read/event-rule.js';
import { type RuleMistake, Mistakes } from '../text/mistakes.js';

/**
 * The window of an event rule that stands alone. Every access that it selects is a time at which it holds, and those closer than quiet to one another
 * are one incident, so that no window reaches further back than its first access.
 */
const windowMs = 1_000;

/**
 * Event rules that raise incidents by themselves, as correlations of one access: those with a level that no correlation refers to, and those of a
 * correlation that says `generate: true`. What is wrong is noted; unless `isKnown`, a document that could not be read may refer to them.
 */
export function aloneOf(
  read: readonly Document[],
  correlations: readonly Correlation[],
  documents: Documents,
  isKnown: boolean,
  all: RuleMistake[],
): readonly Correlation[] {
  const used = referredTo(correlations, documents);
  const asked = referredTo(
    correlations.filter(({ generate }) => generate),
    documents,
  );
  const broken = new Set(all.map(({ file }) => file));
  return read.flatMap((document) => {
    if (document.kind !== 'event') return [];
    const mistakes = new Mistakes(document.file, broken.has(document.file) || !isKnown ? [] : all);
    const { level } = document.metadata;
    if (asked.has(document) && level === undefined)
      mistakes.at(document.line, 'level is missing: a correlation asks with generate for incidents of this event rule too');
    if (asked.has(document) || (!used.has(document) && level !== undefined)) return [correlationOf(document)];
    if (!used.has(document))
      mistakes.at(
        document.line,
        'no correlation refers to this event rule, and it has no level, so it would do nothing: refer to it, give it a level so that each access is an incident, or delete it',
      );
    for (const { key, line } of document.aloneKeys)
      mistakes.at(
        line,
        `${key} goes with an event rule that raises incidents by itself, and this one is counted by a correlation: write it there`,
      );
    return [];
  });
}

function referredTo(correlations: readonly Correlation[], documents: Documents): ReadonlySet<Document> {
  return new Set(correlations.flatMap(({ references }) => references.flatMap(({ text }) => documents.find(text) ?? [])));
}

function correlationOf({ metadata, file, line, vigie }: EventRule): Correlation {
  return {
    kind: 'correlation',
    subject: 'account',
    type: 'event_count',
    isAlone: true,
    metadata,
    file,
    line,
    bodyLine: line,
    references: [{ text: metadata.id || metadata.name, line }],
    groupBy: [],
    aliases: new Map(),
    timespanMs: windowMs,
    field: [],
    condition: { atLeast: 1, atMost: Number.POSITIVE_INFINITY },
    generate: false,
    vigie,
  };
}
