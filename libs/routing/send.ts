import type { CaseMessage, MessageKind } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';

/** One thing that one receiver is to be told. Instants are milliseconds of the wall clock. */
export interface Send {
  readonly send_id: string;
  readonly case_id: string;
  readonly kind: MessageKind;
  readonly receiver: string;
  /** When it is due. */
  readonly at: number;
  /** Empty, and 0, where no step of a policy makes it. */
  readonly policy: string;
  readonly step: number;
  readonly round: number;
  readonly message: CaseMessage;
  /** From then on it would be wrong to tell it: somebody took the case, or it is over. */
  stoppedAt: number | undefined;
  /** The mutes that keep it back, by comma; empty where none does. */
  readonly mutedBy: string;
  /** Only for those that were told one of these. */
  readonly needs: readonly string[];
}

/** What makes a send another than others. */
export interface SendKey {
  readonly case_id: string;
  /** The line of the case that it comes of. */
  readonly origin: string;
  readonly kind: MessageKind;
  readonly policy?: string;
  readonly step?: number;
  readonly round?: number;
  readonly receiver: string;
}

/**
 * The same for every reader and after every replay: no instant is in it. Only steps of an escalation are told apart by their policy, so that
 * what was told is not told again when a policy has another name.
 */
export function sendIdOf({ case_id, origin, kind, policy = '', step = 0, round = 0, receiver }: SendKey): string {
  const place = kind === 'escalation' ? [policy, step, round] : [];
  return hex128Of(JSON.stringify(['send', case_id, origin, kind, ...place, receiver]));
}

/** What came of a mute that ended is one message for all cases, so that it bears no case. */
export function muteEndIdOf(mutes: string, receiver: string): string {
  return hex128Of(JSON.stringify(['muted_end', mutes, receiver]));
}

/** Sends of the same id (what rose during a mute) as one, which lists the cases of all. Others stay as they are. */
export function gathered(sends: readonly Send[]): readonly Send[] {
  const byId = new Map<string, Send[]>();
  for (const one of sends) {
    const same = byId.get(one.send_id);
    if (same) same.push(one);
    else byId.set(one.send_id, [one]);
  }
  return [...byId.values()].flatMap((same) => {
    const [first] = same;
    if (!first || first.kind !== 'muted_end') return first ?? [];
    // Stopped only when nothing of it is news any more.
    const news = same.filter(({ stoppedAt }) => stoppedAt === undefined);
    const told = news.length > 0 ? news : same;
    const rows = told.flatMap(({ message }) => message.cases ?? []).toSorted(byCase);
    return {
      ...first,
      stoppedAt: news[0] ? undefined : first.stoppedAt,
      message: { ...first.message, cases: rows.slice(0, casesMax) },
    };
  });
}

/** Cases that one message lists. */
export const casesMax = 200;

function byCase(one: CaseRow, other: CaseRow): number {
  return one.case_id < other.case_id ? -1 : one.case_id > other.case_id ? 1 : 0;
}
