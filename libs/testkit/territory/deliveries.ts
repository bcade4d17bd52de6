import type { SeededRandom } from '../hospital/random.js';
import type { Look } from './look.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The district hospital sends its laboratory and images by a file every hour, the local one everything every four. */
const fileHours = (look: Look) =>
  look.account.site === 2 ? 4 : look.account.site === 1 && look.application !== 'platform' ? 1 : 0;

/** When an access arrives, milliseconds since 1970: after a second or so, with the next file, or when a cart finds its network again. */
export function arrivalOf(look: Look, random: SeededRandom): number {
  const hours = fileHours(look);
  if (hours > 0) {
    const every = hours * hourMs;
    // A file is not in the order of time.
    return (Math.floor(look.at / every) + 1) * every + random.whole(0, minuteMs);
  }
  if (random.chance(0.004)) return look.at + random.whole(2 * minuteMs, 25 * minuteMs);
  return look.at + random.whole(200, 4_000);
}
