// read/: from what a transport hands over to events: which format it is in, what wraps it, what its source's configuration says.
// It knows no transport and no log.

import { fhirFormat } from '../fhir/format.js';
import { bundleWrapper } from '../fhir/bundle-wrapper.js';
import { atnaFormat } from '../atna/format.js';
import { cefFormat } from '../cef/format.js';
import { epicFormat } from '../epic/event-log.js';
import { kvFormat } from '../kv/format.js';
import { leefFormat } from '../leef/format.js';
import { fhirXmlWrapper } from '../fhir/xml-wrapper.js';
import { syslogWrapper } from '../syslog/wrapper.js';
import { vigieFormat } from '../vigie/format.js';
import type { InputFormat, Wrapper } from '../input-format.js';

/** What carries records, in the order in which it is looked for. */
export const wrappers: readonly Wrapper[] = [syslogWrapper, fhirXmlWrapper, bundleWrapper];

/** Every format, in the order in which it is looked for: the first that recognises a record reads it. */
export const formats: readonly InputFormat[] = [fhirFormat, atnaFormat, epicFormat, cefFormat, leefFormat, vigieFormat, kvFormat];
