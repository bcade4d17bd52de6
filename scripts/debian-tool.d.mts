/** See debian-tool.mjs: the path of a program of a Debian package on this machine, or why there is none. */
export function findTool(packageName: string, program: string): { readonly path?: string; readonly reason?: string };

/** See debian-tool.mjs: a Chromium and the environment that it needs, or why there is none. */
export function findBrowser(): {
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly reason?: string;
};
