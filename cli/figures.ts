/** `12,008`, as English texts write figures. */
export function count(value: number): string {
  return value.toLocaleString('en-GB');
}

/** `42 s`, `3 min 05 s`, `2 h 10 min` */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, '0')} min`;
}
