import { silentLog } from '#libs/runtime/log.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { type KafkaOptions, questionMsMax, within } from '../client.js';
import { isForbidden } from '../reach/rights.js';
import { withAdmin } from '../topics/admin.js';
import { groupsLookedAtBeginning } from '../topics/principals.js';
import { type Runs, runsOf, waitsFor } from './upgrade-order.js';

/** Between two looks at the groups, in milliseconds. */
const lookEveryMs = 2000;

export interface Turn {
  readonly own: Runs;
  /** After so long it begins all the same, in milliseconds; 0: at once. */
  readonly waitMsMax: number;
  readonly signal: AbortSignal;
  /** Told whom it waits for, whenever that changes. */
  readonly onWait: (why: string) => void;
}

/**
 * Resolves when nobody runs for whom this process must wait (see `waitsFor`), or it has waited long enough: what an older reader does not know it leaves out or sets aside,
 * so that beginning late is better than not beginning. Rejects when the signal aborts. A principal that may not look at a group does not wait for its members.
 */
export async function awaitTurn(options: KafkaOptions, turn: Turn): Promise<void> {
  const { clock, log = silentLog } = options;
  const { own, waitMsMax, signal, onWait } = turn;
  const until = clock.monotonic() + waitMsMax;
  for (let last = ''; ; await clock.sleep(lookEveryMs, signal)) {
    const why = waitMsMax === 0 ? '' : await whyNot(options, own);
    if (why === '') return;
    if (clock.monotonic() >= until) {
      log.warn('services of another version still run, and are waited for no longer: what those write or read may be set aside', {
        reason: why,
      });
      return;
    }
    if (why !== last) onWait(why);
    last = why;
  }
}

async function whyNot(options: KafkaOptions, own: Runs): Promise<string> {
  try {
    const due = waitsFor(own, await runningNow(options));
    const names = [...new Set(due.map(({ service, level }) => `${service} of level ${level}`))];
    return names.length === 0
      ? ''
      : `an upgrade is under way: this ${own.service} of level ${own.level} begins when no ${names.join(', no ')} runs any more`;
  } catch (cause) {
    // Who may list a group and not look into it is answered with an error.
    if (isForbidden(cause)) return '';
    return `Kafka's groups cannot be looked at: ${messageOf(cause)}`;
  }
}

/** Every service that reads, as the groups show it. */
async function runningNow(options: KafkaOptions): Promise<readonly Runs[]> {
  const { clock, prefix = '' } = options;
  return withAdmin(options, async (admin) => {
    const { groups } = await within(clock, questionMsMax, 'list of groups', admin.listGroups());
    const names = groups.map(({ groupId }) => groupId).filter((name) => name.startsWith(prefix + groupsLookedAtBeginning));
    if (names.length === 0) return [];
    const described = await within(clock, questionMsMax, 'members of groups', admin.describeGroups(names));
    return described.groups.flatMap(({ members }) => members.flatMap(({ clientId }) => runsOf(clientId) ?? []));
  });
}
