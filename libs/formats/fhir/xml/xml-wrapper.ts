import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../../input-format.js';
import { limits } from '../../limits.js';
import type { JsonObject } from '../../json/parse-item.js';
import { metered, WorkMeter } from '../../work-meter.js';
import { documentIn, parseXml } from '../../xml/parse-xml.js';
import { resourceFromXml } from './from-xml.js';

const startMax = 2048;
const types: readonly string[] = ['AuditEvent', 'Bundle'];
const root = new RegExp(`<(?:\\w{1,32}:)?(?:${types.join('|')})[\\s/>]`);

/** FHIR's AuditEvent and Bundle as XML: what it would be as JSON is read as that. */
export const fhirXmlWrapper: Wrapper = {
  name: 'fhir-xml',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && root.test(payload.text.slice(0, startMax)),
  *unwrap(payload) {
    if (payload.kind !== 'text') return yield rejected('not_xml', '', 'a resource of FHIR as XML must be text');
    const { text, envelope } = payload;
    const resource = readFhirXml(text);
    if (resource.kind === 'rejected') return yield resource;
    yield accepted({ kind: 'json', value: resource.value, envelope });
  },
};

/** The resource as FHIR's JSON would have it, or why the text is none that is taken. */
export function readFhirXml(text: string): Accepted<JsonObject> | Rejected {
  const document = metered(() => parseXml(documentIn(text), new WorkMeter(), limits.itemBytesMax));
  if (document.kind === 'rejected') return document;
  if (types.includes(document.value.name)) return accepted(resourceFromXml(document.value));
  return rejected('other_resource', '', 'only AuditEvent resources and Bundles of them are taken here');
}
