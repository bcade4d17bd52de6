import { readDetection } from './detection.js';
import type { ListsToAsk } from './list-values.js';
import { unknownField } from '../match/field-hints.js';
import { isField } from '../match/fields.js';
import { isTimeZone } from '../match/local-time.js';
import type { Match } from '../match/match.js';
import { metadataKeys, readMetadata, type Metadata } from './metadata.js';
import { shown, type Mistakes } from '../text/mistakes.js';
import { misplacedIn, oldForms } from './misplaced-keys.js';
import { listOf, mapOf, refuseUnknownKeys, textOf } from './read-tree.js';
import { aloneKeys, belongs, correlationKeys, filterKeys, nothing, readAlone, type VigieKeys } from './vigie-keys.js';
import type { MapTree } from '../yaml/tree.js';

/** A Sigma event rule: which accesses. Alone, each of them is an incident; counted by a correlation it raises nothing by itself. */
export interface EventRule {
  readonly kind: 'event';
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
  /** Undefined when its detection is wrong. */
  readonly match: Match | undefined;
  /** What its incidents say, where it raises some; `aloneKeys` are those of these keys that are written. */
  readonly vigie: VigieKeys;
  readonly aloneKeys: readonly { readonly key: string; readonly line: number }[];
}

const keys = [...metadataKeys, 'fields', 'logsource', 'detection', 'vigie'];
const elsewhere = {
  correlation: 'a document is either an event rule (detection) or a correlation: separate them with ---',
  filter: 'a document is either an event rule (detection) or a filter: separate them with ---',
  ...oldForms,
  ...misplacedIn('event rule'),
};

/** Reads an event rule; what is wrong is noted. */
export function readEventRule(map: MapTree, file: string, lists: ListsToAsk, mistakes: Mistakes, warnings: Mistakes): EventRule {
  refuseUnknownKeys(map, 'an event rule', keys, elsewhere, mistakes);
  const metadata = readMetadata(map, mistakes);
  checkLogsource(map, mistakes);
  for (const { text, line } of listOf(map.entries.get('fields'), mistakes) ?? [])
    if (!isField(text)) mistakes.at(line, unknownField(text));
  const detection = mapOf(map, 'detection', mistakes);
  const { zone, ...rest } = readVigie(map, mistakes, warnings);
  const match = detection && readDetection(detection, { mistakes, warnings, lists, zone, holder: 'detection' });
  return { kind: 'event', metadata, file, line: map.line, match, ...rest };
}

/** Only accesses to patient records are judged here. */
export function checkLogsource(map: MapTree, mistakes: Mistakes): void {
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

function readVigie(
  map: MapTree,
  mistakes: Mistakes,
  warnings: Mistakes,
): Pick<EventRule, 'vigie' | 'aloneKeys'> & { readonly zone: string | undefined } {
  const vigie = mapOf(map, 'vigie', mistakes);
  if (!vigie) return { zone: undefined, vigie: nothing, aloneKeys: [] };
  const counting = correlationKeys.filter((key) => !aloneKeys.some((one) => one === key));
  refuseUnknownKeys(
    vigie,
    'vigie of an event rule',
    ['time_zone', ...aloneKeys],
    { ...belongs(counting, 'correlation'), ...belongs(filterKeys, 'filter') },
    mistakes,
  );
  const written = aloneKeys.flatMap((key) => vigie.entries.get(key) ?? []);
  return { zone: readTimeZone(vigie, mistakes), vigie: readAlone(vigie, mistakes, warnings), aloneKeys: written };
}

/** Where `hour` and `day` are asked; what is wrong is noted. */
export function readTimeZone(vigie: MapTree, mistakes: Mistakes): string | undefined {
  const zone = textOf(vigie, 'time_zone', mistakes);
  if (zone === undefined || isTimeZone(zone)) return zone;
  return mistakes.at(
    vigie.entries.get('time_zone')?.line ?? vigie.line,
    `unknown time zone ${shown(zone)}: write a name such as Europe/Paris`,
  );
}
