import { noSources, readSources, type SourcesFile } from '#libs/sources/read-sources.js';
import { ConfigError } from '#libs/runtime/config.js';

const doors =
  'Splunk HEC /services/collector, Elastic /_bulk, OTLP /v1/logs, Loki /loki/api/v1/push, GELF /gelf, Amazon Data Firehose /firehose, files /v1/files';

/** Every door of the ingestor that is open beside `/v1/events` and FHIR, a line each; `path` is the file of sources, where there is one. */
export function inletsOf(path: string | undefined, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { listeners, sources } = read(path, environment);
  const sockets = listeners.map(
    ({ kind, transport, host, port, name }) => `${kind} over ${transport} on ${host}:${port} (${name})`,
  );
  const folders = sources.flatMap(({ folder, source, groupId }) =>
    folder === undefined ? [] : [`folder ${folder} (${source}@${groupId})`],
  );
  const topics = sources.flatMap(({ topic, source, groupId }) =>
    topic === undefined ? [] : [`topic ${topic} (${source}@${groupId})`],
  );
  const own = [...sockets, ...folders, ...topics];
  return [
    `HTTP: ${doors}`,
    ...(own.length ? own : ['syslog, GELF, folders, topics: none is open; name them in VIGIE_SOURCES_FILE']),
  ];
}

/** The ingestor itself tells of mistakes. */
function read(path: string | undefined, environment: Readonly<Record<string, string | undefined>>): SourcesFile {
  if (!path) return noSources;
  try {
    return readSources(path, { environment, reach: 'machine', withoutTokens: true });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return noSources;
  }
}
