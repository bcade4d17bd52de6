/** Events of an ordinary working day as NDJSON lines of about 375 bytes: accounts that come back, patients that are read several times. */
export function accessLines(count: number, seed = 1): readonly string[] {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const roles = ['physician', 'nurse', 'secretary', 'pharmacist'];
  const start = Date.UTC(2024, 10, 19, 6);
  return Array.from({ length: count }, (_, index) => {
    const actor = below(1400);
    const clinic = actor % 17;
    return JSON.stringify({
      time: new Date(start + index * 40).toISOString(),
      group_id: 'helix',
      clinic_id: `7503001${String(clinic).padStart(2, '0')}`,
      actor_id: `account.${String(actor).padStart(4, '0')}`,
      actor_role: roles[actor % roles.length],
      actor_kind: 'human',
      action: 'read',
      outcome: 'success',
      // An account goes over its own ward of some forty patients, and now and then meets another.
      patient_ids: [String(8_000_000 + (below(10) ? actor * 40 + below(40) : below(200_000)))],
      categories: ['identity', 'prescription'],
      source_ip: `10.${clinic}.2.${actor % 250}`,
      device: `ward-pc-${actor % 300}`,
      session_id: `s-${actor}-${Math.floor(index / 5000)}`,
      mfa: actor % 3 === 0,
      application: 'mediboard',
      id: `${81_000_000 + index}`,
    });
  });
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
