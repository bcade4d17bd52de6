export const runtimePackages: readonly string[];
export const entries: readonly string[];
export function reachableFrom(dist: string, roots: readonly string[]): ReadonlySet<string>;
export function stays(file: string, reached: ReadonlySet<string>): boolean;
export function packagesFor(modules: string, names: readonly string[]): ReadonlySet<string>;
export function packageFileStays(file: string, packages: ReadonlySet<string>): boolean;
