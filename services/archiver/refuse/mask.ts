import { z } from 'zod';
import { accessRow } from '#libs/contracts/access-row.js';
import { auditRow } from '#libs/contracts/audit-row.js';
import { caseActionFrame } from '#libs/contracts/case-action.js';
import { incidentChange } from '#libs/contracts/incident.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import { type Topic, topics } from '#libs/contracts/topics.js';

/** Longest text that is kept of a refused row, in characters. */
const contentCharactersMax = 8192;

/** What a refused row says of itself, as far as it can be read. */
export interface MaskedRow {
  readonly groupId: string;
  readonly source: string;
  readonly content: string;
}

/**
 * A row that the store refused, fit for the quarantine: only values that the topic's schema allows are kept, since anything else could be
 * a clear identifier in the wrong place. A line that is no JSON object is not kept at all, only its length.
 */
export function maskRow(topic: Topic, line: Buffer): MaskedRow {
  const parsed = parseObject(line);
  if (!parsed) return { groupId: '', source: '', content: `${line.length} bytes that are no JSON object` };
  const checks: Readonly<Record<string, Check>> = shapes[topic];
  const masked = Object.entries(parsed).map(([key, value]) => {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (!check) return ['***', `masked ${typeof value}`] as const;
    return [key, check.safeParse(value).success ? value : `masked ${typeof value}`] as const;
  });
  // A cut through a pair of surrogates leaves a half that no JSON reader takes.
  const content = JSON.stringify(Object.fromEntries(masked)).slice(0, contentCharactersMax).toWellFormed();
  const kept = new Map<string, unknown>(masked);
  return { groupId: textOf(kept.get('group_id')), source: textOf(kept.get('source')), content };
}

interface Check {
  safeParse(value: unknown): { readonly success: boolean };
}

const shapes = {
  // No store has a block's hash.
  [topics.accesses]: accessRow.omit({ id_block: true }).shape,
  [topics.incidents]: incidentChange.shape,
  // Which action of which case; nothing that a person wrote.
  [topics.actions]: z
    .object(caseActionFrame)
    .omit({ by: true })
    .extend({ type: z.string().regex(/^[a-z]+\.[a-z_]+$/) }).shape,
  // Which row of which chain; nobody's name.
  [topics.audit]: auditRow.omit({ by: true, remote_address: true }).shape,
  // What its free texts hold is known of rows of our own making only, and those are not refused.
  [topics.quarantine]: quarantineRow.omit({ detail: true, content: true, sealed: true }).shape,
} as const;

function parseObject(line: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(line.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : '';
}
