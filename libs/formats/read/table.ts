// read/: from what a transport hands over to events: which format it is in, what wraps it, what its source's configuration says.
// It knows no transport and no log.

import { azureFormat, cloudTrailFormat, gcpFormat, o365Format } from '../cloud/formats.js';
import { columnsFormat } from '../columns/format.js';
import { csvWrapper } from '../csv/wrapper.js';
import { ecsFormat } from '../ecs/format.js';
import { bundleWrapper } from '../fhir/bundle-wrapper.js';
import { atnaFormat } from '../atna/format.js';
import { cefFormat } from '../cef/format.js';
import { epicFormat } from '../epic/event-log.js';
import { kvFormat } from '../kv/format.js';
import { leefFormat } from '../leef/format.js';
import { fhirXmlWrapper } from '../fhir/xml/xml-wrapper.js';
import { syslogWrapper } from '../syslog/wrapper.js';
import { fhirFormat } from '../fhir/format.js';
import type { InputFormat, Wrapper } from '../input-format.js';
import { mediboardFormat } from '../mediboard/tables.js';
import { ocsfFormat } from '../ocsf/format.js';
import type { Payload } from '../payload.js';
import { openemrFormat } from '../openemr/tables.js';
import { tamanuFormat } from '../tamanu/tables.js';
import { vigieFormat } from '../vigie/format.js';
import { behindWordsWrapper } from '../wrappers/behind-words.js';
import { changeRowWrapper } from '../wrappers/change-row.js';
import { cloudDeliveryWrapper } from '../wrappers/cloud-deliveries.js';
import { cloudEventsWrapper } from '../wrappers/cloud-events.js';
import { ecsOriginalWrapper } from '../wrappers/ecs-original.js';
import { gelfWrapper } from '../wrappers/gelf.js';
import { hecWrapper } from '../wrappers/hec.js';
import { joinedLinesWrapper } from '../wrappers/joined-lines.js';
import { lokiWrapper } from '../wrappers/loki.js';
import { otlpWrapper } from '../wrappers/otlp.js';
import { recordsWrapper } from '../wrappers/records.js';
import { shippedLineWrapper } from '../wrappers/shipped-line.js';

/** What carries records, in the order in which it is looked for. */
export const wrappers: readonly Wrapper[] = [
  joinedLinesWrapper, syslogWrapper, fhirXmlWrapper, bundleWrapper, otlpWrapper, lokiWrapper, ecsOriginalWrapper, gelfWrapper, hecWrapper, cloudEventsWrapper,
  cloudDeliveryWrapper, changeRowWrapper, shippedLineWrapper, recordsWrapper, csvWrapper, behindWordsWrapper,
]; // prettier-ignore

/** The same by what they are recognised in, so that nobody is asked in vain. */
export const wrappersOf = byKind(wrappers);

/** Every format, in the order in which it is looked for: the first that recognises a record reads it. */
export const formats: readonly InputFormat[] = [
  fhirFormat, atnaFormat, epicFormat, cefFormat, leefFormat,
  ocsfFormat, ecsFormat, gcpFormat, cloudTrailFormat, azureFormat, o365Format,
  mediboardFormat, openemrFormat, tamanuFormat, columnsFormat, vigieFormat, kvFormat,
]; // prettier-ignore

export const formatsOf = byKind(formats);

function byKind<T extends { readonly kind: Payload['kind'] }>(
  all: readonly T[],
): Readonly<Record<Payload['kind'], readonly T[]>> {
  return { json: all.filter(({ kind }) => kind === 'json'), text: all.filter(({ kind }) => kind === 'text') };
}
