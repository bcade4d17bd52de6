import { createRequire } from 'node:module';
import { isForbidden } from '../reach/rights.js';

type Ask = (given: unknown) => Promise<unknown>;
interface BrokerPool {
  withBroker(ask: Ask): Promise<unknown>;
}

/**
 * Who may not be in a group is told by kafkajs that no coordinator was found, as if brokers were busy: it asks one broker after the other and forgets what each answered. Here the
 * refusal is what it rejects with.
 */
export function tellRefusals(): void {
  const { prototype }: { prototype: BrokerPool & { tells?: true } } = createRequire(import.meta.url)(
    'kafkajs/src/cluster/brokerPool',
  );
  if (prototype.tells) return;
  const { withBroker } = prototype;
  prototype.withBroker = async function withBrokerOrRefusal(ask) {
    let refusal: unknown;
    const asked: Ask = async (given) => {
      try {
        return await ask(given);
      } catch (cause) {
        if (isForbidden(cause)) refusal = cause;
        throw cause;
      }
    };
    const answer = await withBroker.call(this, asked);
    if (answer === null && refusal !== undefined) throw refusal;
    return answer;
  };
  prototype.tells = true;
}
