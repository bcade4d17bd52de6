import type { EndpointPaused } from '#libs/contracts/webhook-body.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Courier } from './courier.js';

/**
 * Tells every other channel that one takes nothing. Resolves with whether an endpoint knows now; where there is no other one, the log is all
 * there is to tell, and has it.
 */
export async function tellOthers(
  couriers: readonly Courier[],
  notice: EndpointPaused,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): Promise<boolean> {
  const paused = notice.data.endpoint;
  const others = couriers.filter(({ channel }) => channel.name !== paused);
  const answers = await Promise.all(
    others.map(async (courier) => ({ name: courier.channel.name, verdict: await courier.announce(notice) })),
  );
  const endpoints = answers.filter(({ name }) => name !== 'log');
  for (const { name, verdict } of endpoints)
    if (verdict.kind !== 'delivered')
      log.warn('an endpoint could not be told that another one is paused', { endpoint: name, reason: verdict.reason });
  const told = endpoints.length === 0 || endpoints.some(({ verdict }) => verdict.kind === 'delivered');
  metrics.add('vigie_endpoint_notices_total', { endpoint: paused, outcome: told ? 'told' : 'nobody' });
  return told;
}
