import type { Receiver } from '#libs/channels/receivers/schema.js';
import { readRouting } from './read-routing.js';
import type { Routing } from './routing.js';

/** Whom cases are told where nobody has said it. */
export const defaultRoutingText = `receivers:
  - { name: case-log, type: log }
policies:
  everybody:
    repeat: 2
    pause: 15m
    steps:
      - { after: 0m, tell: [case-log] }
      - { after: 15m, tell: [case-log] }
routes:
  - { match: {}, policy: everybody }
deadlines: { tell: [case-log], before: [48h, 24h, 6h, 1h], after: [0h, 24h] }
`;

/** That, and whoever else takes cases (webhooks that ask for them), at each step. */
export function defaultRouting(others: readonly Receiver[]): Routing {
  const tools = { readFile: () => '', reach: 'network' as const };
  const { deadlines, ...routing } = readRouting('the routing that comes with Vigie', defaultRoutingText, tools);
  const more = others.map(({ name }) => ({ kind: 'receiver' as const, name }));
  const policies = [...routing.policies].map(
    ([name, policy]) =>
      [name, { ...policy, steps: policy.steps.map((step) => ({ ...step, tell: [...step.tell, ...more] })) }] as const,
  );
  return {
    ...routing,
    receivers: new Map([...routing.receivers, ...others.map((one) => [one.name, one] as const)]),
    policies: new Map(policies),
    deadlines: deadlines && { ...deadlines, tell: [...deadlines.tell, ...more] },
  };
}
