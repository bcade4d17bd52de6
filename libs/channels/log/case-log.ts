// log/: cases in the log of whoever tells of them: one structured line each, for where nobody has said yet who is to be told.
// Figures only; no account, no patient.
import type { CaseMessage, MessageKind } from '#libs/contracts/case-message.js';
import type { Log, LogFields } from '#libs/runtime/log.js';
import { clockState } from '#libs/texts/sentence.js';
import type { Sender } from '../channel.js';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

const sentences: Readonly<Record<MessageKind, string>> = {
  opening: 'a case is new: somebody should take it',
  again: 'a case is new again: somebody should take it',
  escalation: 'nobody has taken a case',
  level: 'the level of a case has risen',
  grew: 'a case has grown',
  asked: 'a case was given to somebody',
  ended: 'a case is resolved',
  withdrawn: 'a case was withdrawn: accesses that came later show that no rule holds',
  deadline: 'a clock of a case is near its end',
  digest: 'cases are open',
  muted_end: 'a mute is over, and cases are new',
  test: 'somebody tries the log',
};

const clockSentences = {
  running: sentences.deadline,
  over: 'a clock of a case is over',
  met: 'a clock of a case was met',
  met_late: 'a clock of a case was met late',
  stopped: 'a clock of a case has stopped',
  renewed: 'a list that was no longer whole was frozen again, or is as it was',
  outdated: 'a frozen list is no longer what the ledger has: freeze it again',
} as const;

/** The line of a message. */
export function logLineOf(message: CaseMessage): LogLine {
  const { kind, send_id, case: row, deadline, escalation, cases, at } = message;
  const clock = deadline && clockState(deadline, at);
  return {
    level: levelOf(message),
    message: clock ? clockSentences[clock] : sentences[kind],
    fields: {
      sendId: send_id,
      kind,
      ...(row && { caseId: row.case_id, groupId: row.group_id, level: row.level, patients: row.patients }),
      ...(deadline && { clock: deadline.clock, controller: deadline.controller_id, dueAt: deadline.due_at }),
      ...(escalation && { policy: escalation.policy, step: escalation.step + 1 }),
      ...(cases && { count: cases.length }),
    },
  };
}

/** Writing is taking: a log that is full or away holds nothing up. */
export function logSender(logger: Log): Sender {
  return {
    async send({ message }) {
      const { level, message: text, fields } = logLineOf(message);
      logger[level](text, fields);
      return { kind: 'delivered', status: 0 };
    },
  };
}

function levelOf({ kind, case: row, deadline, at }: CaseMessage): LogLine['level'] {
  if (deadline) {
    const state = clockState(deadline, at);
    return state === 'over' ? 'error' : state === 'running' || state === 'outdated' ? 'warn' : 'info';
  }
  if (kind === 'ended' || kind === 'withdrawn' || kind === 'test' || kind === 'digest') return 'info';
  const urgent = row === undefined || row.level === 'high' || row.level === 'critical';
  return urgent || kind === 'escalation' ? 'warn' : 'info';
}
