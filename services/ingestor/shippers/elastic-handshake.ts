import type { Answer } from '../receive/receiver.js';

/** Said to be a version that every shipper of today speaks to. */
const version = {
  number: '8.19.0',
  build_flavor: 'default',
  build_type: 'docker',
  build_hash: '0000000000000000000000000000000000000000',
  build_date: '2025-07-23T00:00:00.000Z',
  build_snapshot: false,
  lucene_version: '9.12.2',
  minimum_wire_compatibility_version: '7.17.0',
  minimum_index_compatibility_version: '7.0.0',
};

/** Of this door, the same in every process: clients compare it to notice that they speak to another cluster. */
const clusterUuid = 'dmlnaWUtaW5nZXN0LWRvb3I';

const root = { name: 'vigie', cluster_name: 'vigie', cluster_uuid: clusterUuid, version, tagline: 'You Know, for Search' };
const licence = {
  status: 'active',
  uid: '00000000-0000-0000-0000-000000000000',
  type: 'basic',
  issue_date_in_millis: 0,
  start_date_in_millis: -1,
};
const features = { ilm: { available: true, enabled: true }, security: { available: true, enabled: true } };
const health = {
  cluster_name: 'vigie',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
  delayed_unassigned_shards: 0,
  number_of_pending_tasks: 0,
  number_of_in_flight_fetch: 0,
  task_max_waiting_in_queue_millis: 0,
  active_shards_percent_as_number: 100,
};

/**
 * What Elasticsearch would answer before the first bulk request. Indices, aliases, policies, templates and streams are said to be there, so that nothing is
 * loaded; what is loaded all the same is acknowledged, and does nothing.
 */
export function handshakeAnswer(method: string, path: string): Answer {
  const [, kind = '', ...names] = path.split('/');
  const name = names.at(-1) ?? '';
  if (kind === '') return { status: 200, body: root };
  if (kind === '_license') return { status: 200, body: { license: licence } };
  if (kind === '_xpack') return { status: 200, body: { license: { ...licence, mode: 'basic' }, features } };
  if (kind === '_cluster') return { status: 200, body: health };
  if (method === 'PUT' || method === 'POST' || method === 'DELETE')
    return { status: 200, body: { acknowledged: true, ...(names.length === 0 && { shards_acknowledged: true, index: kind }) } };
  return { status: 200, body: held(kind, name) };
}

function held(kind: string, name: string): object {
  switch (kind) {
    case '_ilm':
      return { [name]: { version: 1, policy: { phases: {} } } };
    case '_index_template':
      return { index_templates: [{ name, index_template: { index_patterns: [`${name}*`], composed_of: [], data_stream: {} } }] };
    case '_component_template':
      return { component_templates: [{ name, component_template: { template: {} } }] };
    case '_data_stream':
      return { data_streams: [{ name, timestamp_field: { name: '@timestamp' }, indices: [], generation: 1, status: 'GREEN' }] };
    case '_alias':
      return { [name]: { aliases: { [name]: { is_write_index: true } } } };
    case '_template':
      return { [name]: { index_patterns: [`${name}*`], settings: {}, mappings: {}, aliases: {} } };
    default:
      return { [name]: {} };
  }
}

/** What is asked of them, beside the root. */
export const handshakePaths: readonly string[] = [
  '_license', '_xpack', '_cluster/health', '_ilm/*', '_alias/*', '_template/*', '_index_template/*', '_component_template/*', '_data_stream/*', '_ingest/pipeline/*',
]; // prettier-ignore
