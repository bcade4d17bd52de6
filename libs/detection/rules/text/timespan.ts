const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const names: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** Milliseconds of `10m`; undefined when it is not a positive whole number and one of s, m, h, d, w. */
export function parseTimespan(text: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? [];
  const unitMs = units[unit];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

/** `10 minutes`, in the largest unit that divides it; a day is said as 24 hours, since the window slides. */
export function timespanText(timespanMs: number): string {
  if (timespanMs === 86_400_000) return '24 hours';
  const [unitMs, name] = names.find(([unitMs]) => timespanMs % unitMs === 0) ?? [1_000, 'second'];
  const count = timespanMs / unitMs;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
