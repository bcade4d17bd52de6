import { ecsRecord } from '../ecs/format.js';
import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { Payload } from '../payload.js';
import { innerPayload } from '../payload.js';
import { RecordView } from '../record/record.js';
import { timeOfValue } from '../record/time.js';
import { WorkMeter } from '../work-meter.js';
import { carriesRecord, within } from './message.js';

/** `log` is a line that came from a container, where nobody has put it into `message`; in ECS it is no text. */
const originals = ['event.original', 'message', 'log'];
/** Where Filebeat puts what it has parsed of a line that is JSON, unless it is told another place. */
const parsed = 'json';
const accounts = ['user.id', 'user.name', 'user.email', 'client.user.id', 'client.user.name', 'source.user.name', 'related.user'];

/**
 * What Beats, Elastic Agent and Logstash put around a line that they read: the line is the record where the fields around it name nobody.
 * Where they do, the line counts only when it is of a kind that says more than they do: XML, CEF, LEEF, FHIR, OCSF.
 */
export const ecsOriginalWrapper: Wrapper = {
  name: 'ecs-original',
  kind: 'json',
  recognises: (payload) => originalIn(payload) !== undefined,
  *unwrap(payload, { zone }) {
    const record = ecsRecord(payload) ?? {};
    const view = viewOf(record);
    const { receivedMs } = payload.envelope;
    const timeMs = timeOfValue(view.text(['@timestamp']), { zone, receivedMs });
    const [host, sourceIp, application] = [
      view.text(['host.name', 'host.hostname', 'observer.name', 'agent.hostname']),
      view.text(['source.ip', 'client.ip']),
      view.text(['service.name', 'event.dataset']),
    ];
    const labels = view.values('labels').find((value): value is JsonObject => typeof value === 'object');
    const said = { ...(typeof timeMs === 'number' && { timeMs }), ...(host && { host }), ...(sourceIp && { sourceIp }) };
    const inner = { ...said, ...(application && { application }), ...(labels && { fields: labels }) };
    yield innerPayload(originalIn(payload), within(payload.envelope, inner));
  },
};

function originalIn(payload: Payload): string | JsonObject | undefined {
  const record = ecsRecord(payload);
  if (!record) return undefined;
  const view = viewOf(record);
  const text = originals.map((place) => view.text([place])).find((found) => found !== undefined && carriesRecord(found));
  const isNamed = view.text(accounts) !== undefined;
  if (text !== undefined) return !isNamed || saysMore(text) ? text : undefined;
  const object = record[parsed];
  return !isNamed && isObject(object) ? object : undefined;
}

function saysMore(text: string): boolean {
  return /^\s*<|CEF:\s?\d|LEEF:\s?\d|"(?:resourceType|class_uid)"\s*:/.test(text.slice(0, 4096));
}

/** The few fields that are looked at here are paid for by the reader of what is inside. */
function viewOf(record: JsonObject): RecordView {
  return new RecordView(record, {}, new WorkMeter(Number.POSITIVE_INFINITY));
}
