import type { Clock } from '#libs/runtime/clock.js';

const lookEveryMs = 1000;
const attemptsMax = 30;

/** Asks until nothing is wrong, and answers with what is wrong in the end. */
export async function untilRight(
  look: () => Promise<readonly string[]>,
  clock: Clock,
  withinMs: number,
): Promise<readonly string[]> {
  const from = clock.monotonic();
  for (;;) {
    const wrong = await look().catch((cause: unknown) => [`it could not be asked: ${String(cause)}`]);
    if (wrong.length === 0 || clock.monotonic() - from > withinMs) return wrong;
    await clock.sleep(lookEveryMs);
  }
}

/** Brokers that have just come back may not know everything at once, and a store answers nobody while the log does not take who looked. */
export async function persistently<T>(ask: () => Promise<T>, clock: Clock): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (cause) {
      if (attempt === attemptsMax) throw cause;
      await clock.sleep(lookEveryMs);
    }
  }
}
