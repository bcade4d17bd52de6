/** See debian-tool.mjs: the path of a program of a Debian package on this machine, or why there is none. */
export function findTool(packageName: string, program: string): { readonly path?: string; readonly reason?: string };
