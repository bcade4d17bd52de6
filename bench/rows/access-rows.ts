import { createHash } from 'node:crypto';

/** Access rows of an ordinary day as they lie in frames, about 560 bytes each: `count` rows from the `first` on, one per line. */
export function accessRows(first: number, count: number): Buffer {
  const start = Date.UTC(2024, 10, 19, 6);
  const lines: string[] = [];
  for (let index = first; index < first + count; index += 1) {
    const actor = (index * 7919) % 1400;
    const time = new Date(start + index).toISOString();
    const event = createHash('md5').update(`event ${index}`).digest('hex');
    const patient = createHash('md5')
      .update(`patient ${actor * 40 + (index % 40)}`)
      .digest('hex');
    lines.push(
      `{"time":"${time}","group_id":"helix","actor_id":"account.${actor}","patient_id":"${patient}","clinic_id":"7503001${actor % 17}","action":"read",` +
        `"outcome":"success","event_id":"${event}","source":"mediboard","received_at":"${time}","actor_role":"nurse","actor_kind":"human",` +
        `"privileged":false,"categories":["identity","prescription"],"source_ip":"10.${actor % 17}.2.${actor % 250}","device":"ward-pc-${actor % 300}",` +
        `"session_id":"s-${actor}-${Math.floor(index / 5000)}","mfa":${actor % 3 === 0},"application":"mediboard","key_id":"k1"}\n`,
    );
  }
  return Buffer.from(lines.join(''));
}
