import { DossierScopes } from '#libs/access-store/dossiers/dossier-scopes.js';
import {
  type LedgerCase,
  type LedgerFigures,
  LedgerReader,
  type Listed,
  type ScopeDifference,
} from '#libs/access-store/dossiers/ledger-reader.js';
import type { DossierScope, Figures } from '#libs/contracts/dossier.js';
import { printable } from '#libs/contracts/visible-text.js';
import { figuresSentence, type ListedIncident, settledOfAll } from '#libs/dossier/figures.js';
import { readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { type StoreClient, withStore } from '../with-store.js';
import { oneCase } from './one-case.js';

/** What `vigie dossier figures` shows, side by side: what the incidents count, what the scope has, and what it changes. */
export interface CaseFigures {
  readonly case_id: string;
  readonly incidents: readonly ListedIncident[];
  readonly of_incidents: LedgerFigures;
  readonly scope: DossierScope | undefined;
  readonly of_scope: LedgerFigures;
  readonly difference: ScopeDifference;
}

/** `vigie dossier figures`: how many patients of a case, by tier, controller and clinic, and whether the list equals the figure. */
export async function figuresCommand(prefix: string, { format }: { readonly format: 'table' | 'json' }): Promise<void> {
  const figures = await withStore(readCommandConfig(), async (client) =>
    caseFigures(client, await oneCase(new LedgerReader(client), prefix)),
  );
  process.stdout.write(format === 'json' ? `${JSON.stringify(figuresJson(figures), null, 2)}\n` : figuresText(figures));
}

export async function caseFigures(client: StoreClient, { case_id, incidents }: LedgerCase): Promise<CaseFigures> {
  const reader = new LedgerReader(client);
  const scope = (await new DossierScopes(client).of(case_id)).at(-1);
  const listed: Listed[] = [];
  for (const incident of incidents) listed.push(await reader.listed(incident));
  const of_incidents = await reader.figures(case_id, 0);
  const version = scope?.version ?? 0;
  return {
    case_id,
    incidents: listed.map(listedIncident),
    of_incidents,
    scope,
    of_scope: version === 0 ? of_incidents : await reader.figures(case_id, version),
    difference: await reader.difference(case_id, version, 0),
  };
}

export function listedIncident({ incident, listed, newest_received }: Listed): ListedIncident {
  return { figure: incident.patients, listed, newestReceived: newest_received, figureAt: incident.changed_at };
}

const settledWords = {
  settled: 'the list equals the figure',
  judging: 'accesses that came in lately are still being judged: the list is ahead of the figure, ask again in a minute',
  differs:
    'the list and the figure differ, and nothing is on its way: accesses were deleted, or it is a fault; compare the figures below',
} as const;

function rowOf(title: string, one: Figures): readonly string[] {
  const { patients, exposed, exported, displayed, listed, attempted, unnamed_records } = one;
  return [title, ...[patients, exposed, exported, displayed, listed, attempted, unnamed_records].map(String)];
}

function figuresText({ case_id, incidents, of_incidents, scope, of_scope, difference }: CaseFigures): string {
  const rows = [
    ['', 'patients', 'exposed', 'exported', 'displayed', 'listed', 'attempted', 'unnamed records'],
    rowOf('incidents', of_incidents.whole),
    rowOf(scope ? `scope ${scope.version}` : 'scope', of_scope.whole),
    ...[...of_scope.controllers].map(([id, one]) => rowOf(`  controller ${id}`, one)),
    ...of_scope.clinics.map(({ clinic_id, controller_id, figures }) =>
      rowOf(`    clinic ${clinic_id} of ${controller_id}`, figures),
    ),
  ];
  const told = incidents.map(({ figure, listed }) => `${figure} counted, ${listed} listed`);
  return [
    `case ${case_id}: ${settledWords[settledOfAll(incidents)]} (${told.join('; ')})`,
    scope ? `scope ${scope.version} by ${printable(scope.author)}: ${printable(scope.reason)}` : 'scope: that of the incidents',
    `difference: +${difference.added} -${difference.left_out} patients${examples(difference)}`,
    ...alignedRows(printable(rows), new Set([1, 2, 3, 4, 5, 6, 7])),
    figuresSentence(of_scope.whole),
    'Controllers and clinics share the patients that were seen in several; pseudonyms are not persons.',
    '',
  ].join('\n');
}

function examples({ added_examples, left_out_examples }: ScopeDifference): string {
  const some = [...added_examples.map((id) => `+${id}`), ...left_out_examples.map((id) => `-${id}`)];
  return some.length ? `, such as ${some.join(' ')}` : '';
}

function plainFigures({ whole, controllers, clinics }: LedgerFigures): object {
  return { whole, controllers: Object.fromEntries(controllers), clinics };
}

function figuresJson({ of_incidents, of_scope, ...rest }: CaseFigures): object {
  const settled = settledOfAll(rest.incidents);
  return { ...rest, settled, of_incidents: plainFigures(of_incidents), of_scope: plainFigures(of_scope) };
}
