import type { Credential } from './credentials.js';
import type { SourcesFile } from './read-sources.js';
import type { ConfiguredSource, Listener } from './source.js';

/** What a file of sources means, a sentence for each listener and each source. */
export function sentencesOf(file: SourcesFile): readonly string[] {
  if (file.sources.length === 0) return [...file.listeners.map(listenerSentence), nobody];
  return [...file.listeners.map(listenerSentence), ...file.sources.map((source) => sourceSentence(source, file.credentials))];
}

const nobody =
  'The list of sources is empty: nobody comes in by this file, and only the tokens of VIGIE_INGEST_TOKENS are known.';

function listenerSentence({ name, kind, transport, host, port, proxies }: Listener): string {
  const who =
    transport === 'tls' ? 'its senders are told apart by their certificates' : 'its senders are told apart by their addresses';
  const balancers = proxies.length ? `, and balancers at ${proxies.join(', ')} say which those are` : '';
  return `The listener ${name} takes ${kind} over ${transport.toUpperCase()} on ${host} port ${port}; ${who}${balancers}.`;
}

function sourceSentence(source: ConfiguredSource, credentials: readonly Credential[]): string {
  const parts = [`comes in ${listed(doorsOf(source, credentials))}`, formatOf(source), placesOf(source), keptOf(source)];
  return `${source.source} of ${source.groupId} ${parts.join('; ')}.`;
}

function doorsOf(source: ConfiguredSource, credentials: readonly Credential[]): readonly string[] {
  const tokens = credentials.filter((one) => one.source === source).length;
  const from = source.senders.length ? ` from ${source.senders.join(', ')}` : '';
  return [
    ...(tokens ? [`over HTTP by ${tokens === 1 ? 'a token' : `any of ${tokens} tokens`}`] : []),
    ...source.certificates.map((match) =>
      'subject' in match ? `by the certificate of ${match.subject}` : `by the certificate ${match.fingerprint.slice(0, 12)}...`,
    ),
    ...source.listeners.map((name) => `by the listener ${name}${from}`),
    ...(source.topic === undefined ? [] : [`from the topic ${source.topic}`]),
    ...(source.folder === undefined ? [] : [`from the folder ${source.folder}`]),
  ];
}

function formatOf({ reading: { format, zone, columns } }: ConfiguredSource): string {
  const what = format === undefined ? 'the format of each record is found out' : `every record is read as ${format}`;
  const from = columns
    ? `, ${Object.entries(columns)
        .map(([field, column]) => `${field} from ${column}`)
        .join(', ')}`
    : '';
  return `${what}${from}, times without a zone as of ${zone}`;
}

function placesOf({ authority, reading: { authorities, clinic } }: ConfiguredSource): string {
  const numbers = { group: "bare patient numbers are the group's", clinic: "bare patient numbers are each clinic's own" }[
    authority
  ];
  const best = authorities.length ? `, of several numbers of a patient the first of ${authorities.join(', ')} counts` : '';
  return `${numbers ?? `bare patient numbers are those of ${authority}`}${best}; ${clinicOf(clinic)}`;
}

function clinicOf(clinic: ConfiguredSource['reading']['clinic']): string {
  if (!clinic) return 'the clinic is what a record says';
  return 'fixed' in clinic
    ? `the clinic is always ${clinic.fixed}`
    : `${Object.keys(clinic.map).length} names of clinics are replaced`;
}

function keptOf({ extraFields }: ConfiguredSource): string {
  if (!extraFields) return 'of unknown fields the harmless ones are kept';
  return extraFields.length ? `of unknown fields ${extraFields.join(', ')} are kept` : 'no unknown field is kept';
}

function listed(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}` : (parts[0] ?? '');
}
