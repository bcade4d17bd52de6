import { calendarTime } from '#libs/formats/calendar-time.js';
import { checkLogsource, readTimeZone } from './event-rule.js';
import { readDetection } from './detection.js';
import type { ListsToAsk } from './list-values.js';
import type { Match } from '../match/match.js';
import { metadataKeys, readMetadata, type Metadata } from './metadata.js';
import { misplacedIn, oldForms } from './misplaced-keys.js';
import { shown, type Mistakes } from '../text/mistakes.js';
import { mapOf, refuseUnknownKeys, textOf, textsOf, type Located } from './read-tree.js';
import { belongs, correlationKeys, filterKeys } from './vigie-keys.js';
import type { MapTree } from '../yaml/tree.js';

/** An exception: which accesses no longer count for the rules that it names, until when, and who answers for it. */
export interface Filter {
  readonly kind: 'filter';
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
  readonly references: readonly Located[];
  /** What stays in the rules: `not selection` keeps what the selection does not meet. */
  readonly match: Match;
  readonly expiresMs: number;
  readonly owner: string;
  readonly reason: string;
}

const keys = [...metadataKeys, 'logsource', 'filter', 'vigie'];
const elsewhere = {
  detection: 'a document is either an event rule or a filter: separate them with ---',
  correlation: 'a document is either a correlation or a filter: separate them with ---',
  level: 'a filter raises nothing: leave level away',
  ...oldForms,
  ...misplacedIn('filter'),
};

/** Reads a filter; undefined when something is wrong (noted). */
export function readFilter(
  map: MapTree,
  file: string,
  lists: ListsToAsk,
  mistakes: Mistakes,
  warnings: Mistakes,
): Filter | undefined {
  const before = mistakes.count;
  refuseUnknownKeys(
    map,
    'a filter',
    keys.filter((key) => key !== 'level'),
    elsewhere,
    mistakes,
  );
  const metadata = readMetadata(map, mistakes);
  checkLogsource(map, mistakes);
  const answer = readAnswer(map, mistakes);
  const body = mapOf(map, 'filter', mistakes);
  if (!body) return undefined;
  const references = readReferences(body, mistakes);
  const entries = new Map([...body.entries].filter(([key]) => key !== 'rules'));
  const vigie = map.entries.get('vigie')?.value;
  const zone = vigie?.kind === 'map' ? readTimeZone(vigie, mistakes) : undefined;
  const match = readDetection({ ...body, entries }, { mistakes, warnings, lists, zone, holder: 'filter' });
  if (!references || !answer || !match || mistakes.count > before) return undefined;
  return { kind: 'filter', metadata, file, line: map.line, references, match, ...answer };
}

function readReferences(body: MapTree, mistakes: Mistakes): readonly Located[] | undefined {
  const entry = body.entries.get('rules');
  if (!entry) return mistakes.at(body.line, 'rules is missing: name the event rules or correlations that the filter is for');
  const references = textsOf(entry, mistakes);
  if (references?.length === 0) return mistakes.at(entry.line, 'rules is empty, so the filter would do nothing: name rules');
  const any = references?.find(({ text }) => text === 'any');
  return any
    ? mistakes.at(any.line, 'any is not taken: an exception names the rules that it weakens, so that its reach can be seen')
    : references;
}

/** Who answers for the exception, and until when. */
function readAnswer(map: MapTree, mistakes: Mistakes): Pick<Filter, 'expiresMs' | 'owner' | 'reason'> | undefined {
  const vigie = mapOf(map, 'vigie', mistakes);
  const line = map.entries.get('vigie')?.line ?? map.line;
  if (!vigie) {
    if (!map.entries.has('vigie'))
      mistakes.at(
        line,
        'vigie is missing: an exception says expires, owner and reason, so that it ends and somebody answers for it',
      );
    return undefined;
  }
  refuseUnknownKeys(vigie, 'vigie of a filter', [...filterKeys, 'time_zone'], belongs(correlationKeys, 'correlation'), mistakes);
  for (const key of filterKeys)
    if (!vigie.entries.has(key)) mistakes.at(line, `${key} is missing: an exception says expires, owner and reason`);
  const [expires, owner, reason] = filterKeys.map((key) => textOf(vigie, key, mistakes)?.trim());
  const time = expires === undefined ? undefined : calendarTime(expires);
  if (expires !== undefined && time === undefined)
    mistakes.at(
      vigie.entries.get('expires')?.line ?? line,
      `expires is a day such as 2027-01-31 (it ends as that day begins in UTC) or an instant such as 2027-01-31T18:00:00+01:00, not ${shown(expires)}`,
    );
  return time === undefined || owner === undefined || reason === undefined
    ? undefined
    : { expiresMs: Date.parse(time), owner, reason };
}
