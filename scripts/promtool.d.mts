/** See promtool.mjs: the path of Prometheus' tools on this machine, or why there is none. */
export function findPrometheus(name: 'promtool' | 'prometheus'): { readonly path?: string; readonly reason?: string };
