import { EngineState } from './engine-state.js';
import { FrameScanner } from './frame-scanner.js';
import { suppressedId } from './incident-book.js';
import type { Incident, Opening } from './incident.js';
import type { Pending, Rejudgement } from './rejudgements.js';
import { idOfHistory, RowIntake } from './row-intake.js';
import { ScannedRow } from './scan-row.js';
import { hashBytes, viewOf } from './scan-text.js';

/** What waits for its history, oldest first. */
export function rejudgementsOf(state: EngineState): readonly Rejudgement[] {
  return [...state.rejudgements.byAccount].map(([account, pending]) => {
    const { groupId, actorId, throughOffset } = pending;
    return { groupId, actorId, throughOffset, ...state.rejudgements.needOf(stretchOf(state, account, pending)) };
  });
}

/**
 * Judges the account over its stored rows and what has come since, in order of time, with an engine that forgets nothing, and puts what
 * that finds in the place of what was known. Nothing happens when the account does not wait any more.
 */
export function rejudge(state: EngineState, asked: Rejudgement, frames: readonly Uint8Array[], detectedAt: number): void {
  const key = Buffer.from(`${inner(asked.groupId)}","actor_id":"${inner(asked.actorId)}`);
  const account = state.accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
  const pending = state.rejudgements.byAccount.get(account);
  if (!account || !pending) return;
  state.copies?.keep(account);
  const history = judged(state, inOrder([...frames, ...pending.lines], key));
  const found = history.accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
  const stretch = stretchOf(state, account, pending);
  for (const kind of ['incidents', 'suppressed'] as const)
    state[kind].adopt({
      account,
      ...stretch,
      incidents: history[kind].byAccount.get(found) ?? [],
      receivedAt: pending.receivedAt || state.lastReceivedAt,
      detectedAt,
      opening: (incident, order) => openingOf(incident, order, { pending, state, account, detectedAt, kind }),
    });
  if (state.dormancy.width > 0 && found) {
    state.compiled.dormancies.forEach((_, index) => state.dormancy.adopt(account, index, history.dormancy, found));
  }
  state.rejudgements.byAccount.delete(account);
}

function stretchOf(state: EngineState, account: number, pending: Pending): { readonly from: number; readonly to: number } {
  const known = [...(state.incidents.byAccount.get(account) ?? []), ...(state.suppressed.byAccount.get(account) ?? [])];
  return state.rejudgements.stretchOf(pending, known);
}

/** An engine state over the rows that shares marks and selections, so that its incidents can be taken over. */
function judged(state: EngineState, bytes: Uint8Array): EngineState {
  const options = { ...state.options, keepsAll: true, keepClosedMs: Number.MAX_SAFE_INTEGER };
  const history = new EngineState(options, state.marks, state.compiled.selectionIds);
  const intake = new RowIntake(history);
  const scanner = new FrameScanner(bytes);
  const row = new ScannedRow();
  while (scanner.next(row)) intake.take(row, 0, 0);
  // What waits for more accesses goes on waiting.
  intake.settle(state.settler.watermark, 0);
  return history;
}

/** The rows of the account in order of time, one frame. */
function inOrder(frames: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  const rows: { readonly time: number; readonly line: Uint8Array }[] = [];
  const row = new ScannedRow();
  for (const frame of frames) {
    const scanner = new FrameScanner(frame);
    while (scanner.next(row)) {
      if (Buffer.compare(row.bytes.subarray(row.accountStart, row.accountEnd), key) !== 0) continue;
      const { bytes, start, end } = row.line ?? { bytes: row.bytes, start: row.lineStart, end: row.lineEnd };
      rows.push({ time: row.time, line: bytes.subarray(start, end) });
    }
  }
  rows.sort((a, b) => a.time - b.time);
  return Buffer.concat(rows.flatMap(({ line }) => [line, newline]));
}

interface Asker {
  readonly pending: Pending;
  readonly state: EngineState;
  readonly account: number;
  readonly detectedAt: number;
  readonly kind: 'incidents' | 'suppressed';
}

/** The id is that of the first late access, in order of arrival, that can have had a part in the incident and that opened no other. */
function openingOf(
  { firstFired, lastTime }: Incident,
  order: number,
  { pending, state, account, detectedAt, kind }: Asker,
): Opening {
  const { groupId, actorId, openers, lateMs } = pending;
  const reachMs = state.compiled.reach.windowsMs;
  const used = new Set((state[kind].byAccount.get(account) ?? []).map(({ opening }) => opening.id));
  const opener = openers.findIndex(
    ({ time, id }) => time > firstFired - reachMs && time <= lastTime && !used.has(kind === 'suppressed' ? suppressedId(id) : id),
  );
  const [taken] = opener < 0 ? [] : openers.splice(opener, 1);
  const id = taken?.id ?? idOfHistory(groupId, actorId, firstFired, pending.throughOffset);
  return { id, groupId, actorId, order, detectedAt, found: 'late', lateMs, completedBy: firstFired };
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const newline = Buffer.from('\n');
