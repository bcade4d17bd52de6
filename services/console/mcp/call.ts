import type { Log } from '#libs/runtime/log.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { refused, type Shown } from '../answer/answer.js';
import type { CaseSight } from '../visible/case-sight.js';
import { holdsUnknownDigits } from './last-look.js';
import type { Asking, AssistantTool, Said } from './tool.js';

/** Bytes of one answer, and milliseconds until it has to be there. */
export const answerBytesMax = 64 * 1024;
export const answerMsMax = 30_000;

/** What a call answers, as the protocol has it: the body and the same as text, or a refusal as text. */
export interface CallResult {
  [key: string]: unknown;
  readonly content: [{ readonly type: 'text'; readonly text: string }];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

export interface CallTools {
  readonly sight: CaseSight;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** One call of an assistant: it runs at most one tool, and knows afterwards what was shown. */
export class Call {
  /** For the audit. A call that never came to a tool showed nothing. */
  shown: Shown = { case_id: '', rows: 0 };
  status = 200;
  tool = '';

  constructor(
    readonly asking: Asking,
    private readonly tools: CallTools,
  ) {}

  async run(tool: AssistantTool, given: unknown): Promise<CallResult> {
    this.tool = tool.name;
    const said = await this.#said(tool, given);
    this.status = said.status;
    this.tools.metrics.add('vigie_mcp_calls_total', { tool: tool.name, outcome: outcomeOf(said.status) });
    const content: CallResult['content'] = [{ type: 'text', text: JSON.stringify(said.body) }];
    if (said.status >= 400) return { content, isError: true };
    if (said.shows) this.shown = said.shows;
    return { content, structuredContent: { ...said.body } };
  }

  async #said(tool: AssistantTool, given: unknown): Promise<Said> {
    const { user } = this.asking.assistant;
    if (!tool.roles.some((role) => user.roles.includes(role)))
      return refused(403, 'not_allowed', `this is told to ${tool.roles.join(' and ')} only: the token has another role`);
    try {
      return this.#looked(tool, await this.#inTime(() => tool.run(this.asking, given)));
    } catch (cause) {
      if (cause instanceof Transient) return refused(503, 'store_away', 'the store does not answer: ask again later');
      this.tools.log.error('a tool of assistants has failed', { tool: tool.name, cause });
      return refused(500, 'internal', 'this could not be answered, and the console has written down why');
    }
  }

  async #inTime(ask: () => Promise<Said>): Promise<Said> {
    const ended = new AbortController();
    const late = this.tools.clock
      .sleep(answerMsMax, ended.signal)
      .then(() => refused(504, 'too_slow', `there was no answer within ${answerMsMax / 1000} s: ask for less`));
    late.catch(() => {});
    return Promise.race([ask(), late]).finally(() => ended.abort());
  }

  /** The last look at an answer before it goes out. */
  #looked(tool: AssistantTool, said: Said): Said {
    if (said.status >= 400) return said;
    const body = tool.output.parse(said.body);
    const { assistant, now } = this.asking;
    const isKnown = (id: string) => said.ids?.includes(id) || this.tools.sight.beginning(id, assistant.user, now).length > 0;
    if (holdsUnknownDigits(body, isKnown)) {
      this.tools.metrics.add('vigie_mcp_filtered_total', { tool: tool.name });
      this.tools.log.error('an answer to an assistant held what may be a pseudonym, and was not given', { tool: tool.name });
      return refused(
        500,
        'kept_back',
        'the answer was kept back, since it held what may name a patient: this is a mistake of Vigie, and is counted',
      );
    }
    if (Buffer.byteLength(JSON.stringify(body)) <= answerBytesMax) return { ...said, body };
    return refused(413, 'too_large', `the answer has more than ${answerBytesMax / 1024} KiB: ask for less`);
  }
}

function outcomeOf(status: number): string {
  if (status < 400) return 'answered';
  if (status === 403) return 'denied';
  return status < 500 ? 'refused' : 'failed';
}
