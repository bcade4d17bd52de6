import type { AccessRow } from '#libs/contracts/access-row.js';
import { Backtest, type BacktestIncident } from '#libs/detection/history/backtest.js';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { Asked } from './checks.js';

const quietMs = 24 * 3_600_000;
const allowedLatenessMs = 15 * 60_000;
const rowsPerFrame = 1000;

/** What is a function of the set of accesses; the rest depends on when they came. Times as text with milliseconds, 64-bit numbers as text. */
const contents = `actor_id, state, level, toString(first_time) AS first, toString(last_time) AS last, toString(patients) AS figure,
  toString(patients_at_firing) AS at_firing, arraySort(clinics) AS all_clinics, rules, toString(step) AS last_step, found`;

/** The incidents of an account, as one text to compare. */
export type IncidentTexts = ReadonlyMap<string, string>;

/** Incidents that a run without any fault would have come to over these rows: judged in order of time by the same rules, of a folder. */
export async function undisturbedIncidents(
  rows: readonly AccessRow[],
  rulesDir = rulesConfig.VIGIE_RULES_DIR.parse(undefined),
): Promise<IncidentTexts> {
  const { rules } = await requireRules({
    VIGIE_RULES_DIR: rulesDir,
    VIGIE_LISTS_DIR: defaultListsDir,
  });
  const inOrder = rows.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
  const fromMs = Date.parse(inOrder[0]?.time ?? '2026-01-01T00:00:00Z');
  const toMs = Date.parse(inOrder.at(-1)?.time ?? '2026-01-01T00:00:00Z') + 1;
  const backtest = new Backtest({ rules, fromMs, toMs, quietMs, allowedLatenessMs });
  for (let from = 0; from < inOrder.length; from += rowsPerFrame)
    backtest.take(
      Buffer.from(
        inOrder
          .slice(from, from + rowsPerFrame)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      ),
    );
  return byAccount(
    backtest
      .result()
      .comparison.incidents.flatMap(({ tried }) => tried)
      .map(textOf),
  );
}

/** What the running system tells of its incidents, from ClickHouse. */
export async function toldIncidents(vigie: Asked): Promise<IncidentTexts> {
  const rows = await vigie.sql(`SELECT ${contents} FROM vigie.incidents WHERE state IN ('open', 'closed')`);
  return byAccount(
    rows.map((row) => {
      const { actor_id, state, level, first, last, figure, at_firing, all_clinics, rules, last_step, found } = row;
      return [
        String(actor_id),
        JSON.stringify([state, level, first, last, figure, at_firing, all_clinics, rules, last_step, found]),
      ];
    }),
  );
}

function textOf(one: BacktestIncident): readonly [string, string] {
  const { actor_id, state, level, first_time, last_time, patients, patients_at_firing, clinics, rules, step, found } = one;
  const figures = [patients, patients_at_firing].map(String);
  const times = [first_time, last_time].map((time) => time.replace('T', ' ').replace('Z', ''));
  return [actor_id, JSON.stringify([state, level, ...times, ...figures, clinics.toSorted(), rules, String(step), found])];
}

function byAccount(texts: readonly (readonly [string, string])[]): IncidentTexts {
  const all = Map.groupBy(texts, ([account]) => account);
  return new Map(
    [...all].map(([account, own]) => [
      account,
      own
        .map(([, text]) => text)
        .toSorted()
        .join(' + '),
    ]),
  );
}

/** `nothing, but [...]` and the like, for each account on which the two differ. */
export function differencesOf(told: IncidentTexts, undisturbed: IncidentTexts): readonly string[] {
  const accounts = [...new Set([...told.keys(), ...undisturbed.keys()])].filter(
    (account) => told.get(account) !== undisturbed.get(account),
  );
  return accounts.map(
    (account) => `incidents of ${account}: ${told.get(account) ?? 'none'}, undisturbed ${undisturbed.get(account) ?? 'none'}`,
  );
}
