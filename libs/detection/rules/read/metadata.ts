import { levels } from '#libs/contracts/incident.js';
import { calendarTime } from '#libs/formats/calendar-time.js';
import { ruleLimits } from '../text/limits.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { listOf, proseOf, textOf } from './read-tree.js';
import type { MapTree } from '../yaml/tree.js';

export type Level = (typeof levels)[number];
const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];

/** Keys that describe a rule to people; their shape is checked, their meaning is not. */
export const metadataKeys: readonly string[] = [
  'title', 'id', 'name', 'status', 'level', 'description', 'tags', 'falsepositives', 'references', 'author', 'date', 'modified', 'license',
]; // prettier-ignore

/** What event rules and correlations have in common. */
export interface Metadata {
  readonly title: string;
  /** Empty when not given. */
  readonly id: string;
  readonly name: string;
  readonly level: Level | undefined;
  readonly description: string;
  readonly falsePositives: readonly string[];
}

/** Reads and checks the metadata of a document; what is wrong is noted, what is missing is empty. */
export function readMetadata(map: MapTree, mistakes: Mistakes): Metadata {
  const lineOf = (key: string): number => map.entries.get(key)?.line ?? map.line;
  if (!map.entries.has('title')) mistakes.at(map.line, 'title is missing: say in a few words what the rule finds');
  const id = textOf(map, 'id', mistakes) ?? '';
  if (id !== '' && !isUuid(id)) mistakes.at(lineOf('id'), `id must be a UUID, not ${shown(id)}: make one with uuidgen`);
  const name = textOf(map, 'name', mistakes) ?? '';
  if (name !== '' && !/^[A-Za-z_][\w.-]*$/.test(name))
    mistakes.at(
      lineOf('name'),
      `name must be letters from A to Z, digits, _, - and ., and begin with a letter or _, not ${shown(name)}`,
    );
  if (!map.entries.has('id') && !map.entries.has('name'))
    mistakes.at(map.line, 'id and name are missing: give at least one, so that the rule can be referred to');
  const status = textOf(map, 'status', mistakes);
  if (status !== undefined && !statuses.includes(status))
    mistakes.at(lineOf('status'), `status is ${anyOf(statuses)}, not ${shown(status)}`);
  listOf(map.entries.get('references'), mistakes);
  for (const { text, line } of listOf(map.entries.get('tags'), mistakes) ?? [])
    if (!/^[a-z0-9_-]+\.[a-z0-9._-]+$/.test(text))
      mistakes.at(line, `a tag is a namespace, a dot and a name in small letters, such as attack.t1078, not ${shown(text)}`);
  for (const key of ['author', 'license']) proseOf(map, key, mistakes);
  for (const key of ['date', 'modified']) checkDate(map, key, mistakes);
  // One line, in subjects of mails and tables of a terminal too.
  const title = (proseOf(map, 'title', mistakes) ?? '').trim().replaceAll(/\s*\n\s*/g, ' ');
  const titleChars = [...title].length; // as the schema of Sigma counts: an emoji is one
  if (titleChars > ruleLimits.titleChars)
    mistakes.at(
      lineOf('title'),
      `the title has ${titleChars} characters, more than ${ruleLimits.titleChars}: it stands in every notification, put the rest into description`,
    );
  return {
    title,
    id: id.toLowerCase(),
    name,
    level: readLevel(map, mistakes),
    description: proseOf(map, 'description', mistakes)?.trim() ?? '',
    falsePositives: (listOf(map.entries.get('falsepositives'), mistakes) ?? []).map(({ text }) => text),
  };
}

/** The form of an id. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function readLevel(map: MapTree, mistakes: Mistakes): Level | undefined {
  const text = textOf(map, 'level', mistakes);
  const level = levels.find((known) => known === text);
  if (text !== undefined && !level)
    mistakes.at(map.entries.get('level')?.line ?? map.line, `level is ${anyOf(levels)}, not ${shown(text)}`);
  return level;
}

function checkDate(map: MapTree, key: string, mistakes: Mistakes): void {
  const text = textOf(map, key, mistakes);
  const isDay = text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text);
  if (text !== undefined && (!isDay || calendarTime(text) === undefined))
    mistakes.at(
      map.entries.get(key)?.line ?? map.line,
      `${key} is a day of the calendar, written as 2026-11-23, not ${shown(text)}`,
    );
}
