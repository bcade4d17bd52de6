/** Objects and lists within each other that a question may have: what tools take has three. */
export const nestingMax = 20;

/** Whether a value, as JSON reads it, nests deeper than that. It calls nothing for what it finds inside: what walks such a value by calls is ended by the depth itself. */
export function nestsTooDeep(value: unknown): boolean {
  let here: readonly object[] = [value].filter(isNest);
  for (let depth = 0; here.length > 0; depth += 1) {
    if (depth === nestingMax) return true;
    here = here.flatMap((one) => Object.values(one).filter(isNest));
  }
  return false;
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
