export const entries: readonly string[];
export function reachableFrom(dist: string, roots: readonly string[]): ReadonlySet<string>;
export function stays(file: string, reached: ReadonlySet<string>): boolean;
