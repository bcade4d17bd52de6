import type { Action } from '#libs/contracts/vocabulary.js';
import type { JsonObject } from '../json/parse-item.js';
import { codesOf, hasCode, listOf, textOf } from './elements.js';

/** Codes of `subtype`, `type` and R5's `code`: RESTful interactions, DICOM (DCM), IHE transactions, ISO 21089. */
export const actionOfCode: ReadonlyMap<string, Action> = new Map<string, Action>([
  ...entries('read', 'read', 'vread', 'history', 'history-instance', 'history-type', 'history-system', '110103', 'access'),
  ...entries('search', 'search', 'search-type', 'search-system', '110112', 'query'),
  ...words('search', 'ITI-9 ITI-18 ITI-21 ITI-22 ITI-38 ITI-45 ITI-47 ITI-55 ITI-56 ITI-66 ITI-67 ITI-78 ITI-83'),
  ...entries('create', 'create', '110107'),
  ...entries('update', 'update', 'patch'),
  ...entries('delete', 'delete', '110105'),
  ...entries('export', '$export', 'export', '110106', 'disclose'),
  ...entries('download', '110104', '110102', 'ITI-43', 'ITI-68', 'RAD-107'),
  ...entries('login', '110122'),
  ...entries('logout', '110123'),
]);

/** Operations of FHIR that show or hand out what is kept, by their names without `$`. */
const actionOfOperation: ReadonlyMap<string, Action> = new Map<string, Action>([
  ...entries('read', 'everything', 'summary', 'document', 'lastn', 'graphql', 'graph'),
  ...entries('search', 'match', 'docref', 'find'),
  ...entries('export', 'export'),
]);

/** Says nothing by itself about what was done: the next code decides. */
const breakTheGlass: readonly string[] = ['110127', 'BTG', 'ETREAT'];

function entries(action: Action, ...codes: readonly string[]): readonly (readonly [string, Action])[] {
  return codes.map((code) => [code, action]);
}

function words(action: Action, codes: string): readonly (readonly [string, Action])[] {
  return entries(action, ...codes.split(' '));
}

/** What the first code that anybody knows says that was done. */
export function actionOfCodes(codes: readonly string[]): Action | undefined {
  for (const code of codes) {
    const known = saidBy(code);
    if (known) return known;
  }
  return undefined;
}

function saidBy(code: string): Action | undefined {
  return actionOfCode.get(code) ?? (/export/i.test(code) ? 'export' : undefined);
}

/** Whether a code says that care could not wait for a right of access. */
export function isEmergency(code: string): boolean {
  return breakTheGlass.includes(code);
}

/**
 * What was done: `subtype` first, then `type` (in R5 `code`, then `category`), then the letter in `action`, then the operation that was asked for. An export is one
 * whatever its record calls it.
 */
export function actionOf(resource: JsonObject, operations: readonly (string | undefined)[] = []): Action {
  const named = operations.flatMap((one) => (one === undefined ? [] : (actionOfOperation.get(one) ?? [])))[0];
  const said = saidOf(resource);
  if (named === undefined) return said;
  return said === 'other' || (named === 'export' && (said === 'read' || said === 'search')) ? named : said;
}

function saidOf(resource: JsonObject): Action {
  for (const element of elementsOfAction) {
    for (const { code } of codesOf(resource[element])) {
      const known = saidBy(code);
      if (known) return known;
    }
  }
  return ofLetter(resource);
}

const elementsOfAction = ['subtype', 'code', 'type', 'category'] as const;

/** DICOM's role of what was asked. */
const search: readonly string[] = ['24'];

function ofLetter(resource: JsonObject): Action {
  const isSearch = () => listOf(resource['entity']).some((entity) => hasCode(entity['role'], search));
  return actionOfLetter(textOf(resource['action'])) ?? (isSearch() ? 'search' : 'other');
}

/** `C`, `R`, `U`, `D`; `E` for what is carried out says nothing by itself. */
export function actionOfLetter(letter: string | undefined): Action | undefined {
  switch (letter) {
    case 'C':
      return 'create';
    case 'R':
      return 'read';
    case 'U':
      return 'update';
    case 'D':
      return 'delete';
    default:
      return undefined;
  }
}

/** The first purpose of use: of the event, else of its agents. */
export function purposeOf(resource: JsonObject): string | undefined {
  let purpose = firstCodeOf(resource['purposeOfEvent']) ?? firstCodeOf(resource['authorization']);
  for (const agent of listOf(resource['agent']))
    purpose ??= firstCodeOf(agent['purposeOfUse']) ?? firstCodeOf(agent['authorization']);
  return purpose;
}

function firstCodeOf(value: unknown): string | undefined {
  return value === undefined ? undefined : codesOf(value)[0]?.code;
}

/** Whether one of the codes is an emergency access. */
export function isEmergencyEvent(resource: JsonObject): boolean {
  for (const place of placesOfEmergency) if (hasCode(resource[place], breakTheGlass)) return true;
  for (const agent of listOf(resource['agent']))
    if (hasCode(agent['purposeOfUse'], breakTheGlass) || hasCode(agent['authorization'], breakTheGlass)) return true;
  return false;
}

const placesOfEmergency = ['purposeOfEvent', 'authorization', 'subtype', 'type', 'code'] as const;
