import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { ConsoleClient } from '../case/console-client.js';

/** Time between two looks at what was told, and the most of them: a case is told within half a minute, and stored within seconds. */
const lookEveryMs = 1_000;
const looksMax = 60;

export interface TakenCase {
  readonly row: SeenRow;
  /** Messages of it that were delivered. */
  readonly told: number;
}

/** Waits until somebody was told of the case of an incident, and takes it. Rejects as the client does. */
export async function takeCase(
  client: Pick<ConsoleClient, 'show' | 'notifications' | 'act'>,
  incidentId: string,
  { clock, owner, signal }: { readonly clock: Clock; readonly owner: string; readonly signal: AbortSignal },
): Promise<TakenCase> {
  const { case: found } = await client.show(incidentId);
  let told = 0;
  for (let looks = 0; told === 0 && looks < looksMax; looks += 1) {
    if (looks > 0) await clock.sleep(lookEveryMs, signal);
    const sends = await client.notifications(found.case_id);
    told = sends.filter(({ outcome, kind }) => outcome === 'delivered' && kind !== '').length;
  }
  const row = await client.act(found.case_id, { type: 'case.assigned', owner });
  return { row, told };
}

/** What became of it, and how its dossier is made; `before` is what commands need in front of them. */
export function caseText({ row, told }: TakenCase, before: string): string {
  const id = row.case_id.slice(0, 8);
  const vigie = `${before}npx vigie`;
  return [
    '  The case, as people have it:',
    '',
    `  ${id}  ${told > 0 ? `told ${told === 1 ? 'once' : `${told} times`}` : 'not told yet'}, ${row.status}, taken by ${row.owner}; ${row.controllers.length} controllers`,
    '',
    `  ${vigie} case show ${id}`,
    `  ${vigie} dossier figures ${id}`,
    '',
  ].join('\n');
}
