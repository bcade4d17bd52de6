import type { Action } from '#libs/contracts/vocabulary.js';
import type { JsonObject } from '../json/parse-item.js';
import { codesOf, hasCode, listOf, textOf } from './elements.js';

/** Codes of `subtype`, `type` and R5's `code`: RESTful interactions, DICOM (DCM), IHE transactions, ISO 21089. */
const actionOfCode: ReadonlyMap<string, Action> = new Map<string, Action>([
  ...entries('read', 'read', 'vread', 'history', 'history-instance', 'history-type', 'history-system', '110103', 'access'),
  ...entries('search', 'search', 'search-type', 'search-system', '110112', 'query'),
  ...entries(
    'search',
    'ITI-9',
    'ITI-18',
    'ITI-21',
    'ITI-22',
    'ITI-38',
    'ITI-44',
    'ITI-47',
    'ITI-55',
    'ITI-66',
    'ITI-67',
    'ITI-78',
    'ITI-83',
  ),
  ...entries('create', 'create', '110107'),
  ...entries('update', 'update', 'patch'),
  ...entries('delete', 'delete', '110105'),
  ...entries('export', '$export', 'export', '110106', 'disclose'),
  ...entries('download', '110104', '110102', 'ITI-43', 'ITI-68', 'RAD-107'),
  ...entries('login', '110122'),
  ...entries('logout', '110123'),
]);

/** Says nothing by itself about what was done: the next code decides. */
const breakTheGlass: readonly string[] = ['110127', 'BTG', 'ETREAT'];

function entries(action: Action, ...codes: readonly string[]): readonly (readonly [string, Action])[] {
  return codes.map((code) => [code, action]);
}

/** What was done: `subtype` first, then `type` (in R5 `code`, then `category`), then the letter in `action`. */
export function actionOf(resource: JsonObject): Action {
  for (const element of ['subtype', 'code', 'type', 'category'] as const)
    for (const { code } of codesOf(resource[element])) {
      const known = actionOfCode.get(code);
      if (known) return known;
      if (/export/i.test(code)) return 'export';
    }
  return ofLetter(resource);
}

function ofLetter(resource: JsonObject): Action {
  switch (textOf(resource['action'])) {
    case 'C':
      return 'create';
    case 'R':
      return 'read';
    case 'U':
      return 'update';
    case 'D':
      return 'delete';
    default:
      return listOf(resource['entity']).some((entity) => hasCode(entity['role'], '24')) ? 'search' : 'other';
  }
}

/** Purposes of use and whether one of the codes is an emergency access. */
export function purposeOf(resource: JsonObject): { readonly purpose?: string; readonly emergency?: true } {
  const agents = listOf(resource['agent']);
  const stated = [
    resource['purposeOfEvent'],
    resource['authorization'],
    ...agents.flatMap((agent) => [agent['purposeOfUse'], agent['authorization']]),
  ];
  const codes = stated.flatMap((value) => codesOf(value).map(({ code }) => code));
  const all = [...codes, ...['subtype', 'type', 'code'].flatMap((element) => codesOf(resource[element]).map(({ code }) => code))];
  const [purpose] = codes;
  const emergency = all.some((code) => breakTheGlass.includes(code));
  return { ...(purpose && { purpose }), ...(emergency && { emergency: true as const }) };
}
