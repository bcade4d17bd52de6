/** See debian-tool.mjs: the path of a program of a Debian package on this machine, or why there is none. */
export function findTool(packageName: string, program: string): { readonly path?: string; readonly reason?: string };

interface ToolWithLibraries {
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

/** See debian-tool.mjs: a Chromium and the environment that it needs, or why there is none. */
export function findBrowser(): ToolWithLibraries;

/** See debian-tool.mjs: a program of a Debian package and the environment that it needs, or why there is none. */
export function findWithLibraries(
  packageName: string,
  program: string,
  where?: { readonly folder?: string; readonly others?: readonly string[] },
): ToolWithLibraries;

interface UnpackedTool extends ToolWithLibraries {
  readonly home?: string;
}

/** See debian-tool.mjs: a program as Debian packages it, with the modules of other packages, or why there is none. */
export function findUnpacked(packages: readonly [string, ...string[]], program: string): UnpackedTool;
