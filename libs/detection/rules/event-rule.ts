import { readDetection } from './detection.js';
import type { ValueLists } from './detection.js';
import { isField, unknownField } from './fields.js';
import { isTimeZone } from './local-time.js';
import type { Match } from './match.js';
import { metadataKeys, readMetadata } from './metadata.js';
import type { Metadata } from './metadata.js';
import { shown } from './mistakes.js';
import type { Mistakes } from './mistakes.js';
import { mapOf, refuseUnknownKeys, textOf, textsOf } from './read-tree.js';
import type { MapTree } from './yaml-tree.js';

/** A Sigma event rule: which accesses. It raises nothing by itself. */
export interface EventRule {
  readonly kind: 'event';
  readonly metadata: Metadata;
  readonly line: number;
  /** Undefined when its detection is wrong. */
  readonly match: Match | undefined;
}

const keys = [...metadataKeys, 'fields', 'logsource', 'detection', 'vigie'];
const elsewhere = {
  correlation: 'a document is either an event rule (detection) or a correlation: separate them with ---',
  filter: 'filter documents are not taken yet: write the exception as not in a condition',
  action: 'action: global and repeat are the old form: write each document in full',
  scope: 'scope has no meaning here: leave it away',
};

/** Reads an event rule; what is wrong is noted. */
export function readEventRule(map: MapTree, lists: ValueLists, mistakes: Mistakes): EventRule {
  refuseUnknownKeys(map, 'an event rule', keys, elsewhere, mistakes);
  const metadata = readMetadata(map, mistakes);
  checkLogsource(map, mistakes);
  for (const { text, line } of textsOf(map.entries.get('fields'), mistakes) ?? [])
    if (!isField(text)) mistakes.at(line, unknownField(text));
  const detection = mapOf(map, 'detection', mistakes);
  const zone = readTimeZone(map, mistakes);
  return { kind: 'event', metadata, line: map.line, match: detection && readDetection(detection, { mistakes, lists, zone }) };
}

function checkLogsource(map: MapTree, mistakes: Mistakes): void {
  if (!map.entries.has('logsource')) {
    mistakes.at(map.line, 'logsource is missing: write logsource: {product: ehr}');
    return;
  }
  const logsource = mapOf(map, 'logsource', mistakes);
  if (!logsource) return;
  const hint = {
    category: 'logsource takes product only: leave category away',
    service: 'logsource takes product only: compare application in detection',
  };
  refuseUnknownKeys(logsource, 'logsource', ['product', 'definition'], hint, mistakes);
  textOf(logsource, 'definition', mistakes);
  const product = textOf(logsource, 'product', mistakes);
  if (product !== 'ehr')
    mistakes.at(
      logsource.entries.get('product')?.line ?? logsource.line,
      `product must be ehr${product ? `, not ${shown(product)}` : ''}: rules for other logs do not fit accesses to patient records`,
    );
}

function readTimeZone(map: MapTree, mistakes: Mistakes): string | undefined {
  const vigie = mapOf(map, 'vigie', mistakes);
  if (!vigie) return undefined;
  const hint = Object.fromEntries(
    ['spread', 'steps', 'attack', 'runbook'].map((key) => [key, `${key} belongs into the vigie map of a correlation`]),
  );
  refuseUnknownKeys(vigie, 'vigie of an event rule', ['time_zone'], hint, mistakes);
  const zone = textOf(vigie, 'time_zone', mistakes);
  if (zone === undefined || isTimeZone(zone)) return zone;
  return mistakes.at(
    vigie.entries.get('time_zone')?.line ?? vigie.line,
    `unknown time zone ${shown(zone)}: write a name such as Europe/Paris`,
  );
}
