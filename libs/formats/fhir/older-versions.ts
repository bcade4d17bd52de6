import { isObject, type JsonObject } from '../json/parse-item.js';
import { listOf, objectOf } from './elements.js';

/**
 * An AuditEvent of STU3 or DSTU2 in the shape of R4, so that one reader reads them all. Told by what is there, element by element: builds
 * between the versions mix them. What has R4's shape already stays as it is.
 */
export function inNewShape(resource: JsonObject): JsonObject {
  const event = objectOf(resource['event']);
  const agents = resource['agent'] ?? resource['participant'];
  const entities = resource['entity'] ?? resource['object'];
  const source = resource['source'];
  const time = event['dateTime'];
  const isNew = resource['event'] === undefined && listOf(agents).every(hasWho) && listOf(entities).every(hasWhat);
  if (isNew && resource['participant'] === undefined && resource['object'] === undefined && !isOldSource(source)) return resource;
  return {
    ...event,
    ...resource,
    ...(time !== undefined && resource['recorded'] === undefined && { recorded: time }),
    ...(agents !== undefined && { agent: listOf(agents).map(agentOf) }),
    ...(entities !== undefined && { entity: listOf(entities).map(entityOf) }),
    ...(isObject(source) && { source: sourceOf(source) }),
  };
}

/** Nearly every record: nothing of it would change, and nothing of it is copied. */
function hasWho(agent: JsonObject): boolean {
  return agent['who'] !== undefined || (agent['userId'] === undefined && agent['reference'] === undefined);
}

function hasWhat(entity: JsonObject): boolean {
  const isNamed = isObject(entity['what']) || (entity['identifier'] === undefined && entity['reference'] === undefined);
  return isNamed && entity['detail'] === undefined;
}

function isOldSource(source: unknown): boolean {
  return isObject(source) && source['observer'] === undefined && source['identifier'] !== undefined;
}

function agentOf(agent: JsonObject): JsonObject {
  return hasWho(agent) ? agent : { ...agent, who: referenceOf(agent['reference'], agent['userId']) };
}

function entityOf(entity: JsonObject): JsonObject {
  if (hasWhat(entity)) return entity;
  const { identifier, reference } = entity;
  const what =
    entity['what'] ?? (identifier === undefined && reference === undefined ? undefined : referenceOf(reference, identifier));
  return {
    ...entity,
    ...(what !== undefined && { what }),
    ...(entity['detail'] !== undefined && { detail: listOf(entity['detail']).map(detailOf) }),
  };
}

/** A reference, and the identifier that stood beside it. DSTU2's `identifier` of a user is the number alone at times. */
function referenceOf(reference: unknown, identifier: unknown): JsonObject {
  const number = typeof identifier === 'string' ? { value: identifier } : identifier;
  return { ...objectOf(reference), ...(number !== undefined && { identifier: number }) };
}

/** Details were in base64. */
function detailOf(detail: JsonObject): JsonObject {
  const { value } = detail;
  return typeof value === 'string' && detail['valueString'] === undefined
    ? { ...detail, valueString: Buffer.from(value.slice(0, 4096), 'base64').toString() }
    : detail;
}

function sourceOf(source: JsonObject): JsonObject {
  return isOldSource(source) ? { ...source, observer: referenceOf(undefined, source['identifier']) } : source;
}
