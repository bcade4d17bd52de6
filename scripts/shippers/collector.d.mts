/** See collector.mjs: the path of an OpenTelemetry Collector that was built, or why there is none. */
export function collectorHere(): { readonly path?: string; readonly reason?: string };
