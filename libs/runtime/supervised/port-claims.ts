import { z } from 'zod';

/** A port that several processes of this machine are to share, as the system knows it. */
export const sharedAddress = z.object({
  protocol: z.enum(['tcp', 'udp']),
  host: z.string(),
  port: z.int().min(0).max(65_535),
});
export type SharedAddress = z.infer<typeof sharedAddress>;

/** What a process asks whoever started it before it shares a port, and what it is answered; `claim` tells its questions apart. */
export const portClaim = sharedAddress.extend({ kind: z.literal('port claim'), claim: z.int() });
export type PortClaim = z.infer<typeof portClaim>;
export const portAnswer = z.object({ kind: z.literal('port answer'), claim: z.int(), refused: z.string().optional() });
export type PortAnswer = z.infer<typeof portAnswer>;

/** A port that another program has. */
class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly code = 'EADDRINUSE';
}

let claims = 0;

/**
 * Asks whoever started this process for a port to share with the other processes that it started. A port that may be shared is open to every program of the same user: without
 * this, two installations would take turns at the requests of one. Rejects with the code `EADDRINUSE` where another program has it. A process that nobody started shares with nobody.
 */
export function claimPort(address: SharedAddress): Promise<void> {
  if (!process.connected) return Promise.resolve();
  const claim = (claims += 1);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = (message: unknown) => {
    const { success, data } = portAnswer.safeParse(message);
    if (!success || data.claim !== claim) return;
    end();
    if (data.refused === undefined) resolve();
    else reject(new PortTaken(data.refused));
  };
  // Whoever would answer is gone, and this process drains: it opens nothing new.
  const alone = () => {
    end();
    reject(new Error(`port ${address.port} is not opened any more: whoever started this process is gone`));
  };
  const end = () => {
    process.off('message', hear);
    process.off('disconnect', alone);
  };
  process.on('message', hear);
  process.on('disconnect', alone);
  const question: PortClaim = { kind: 'port claim', claim, ...address };
  process.send?.(question, undefined, undefined, () => {});
  return promise;
}
