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
  return {
    ...event,
    ...resource,
    ...(time !== undefined && resource['recorded'] === undefined && { recorded: time }),
    ...(agents !== undefined && { agent: listOf(agents).map(agentOf) }),
    ...(entities !== undefined && { entity: listOf(entities).map(entityOf) }),
    ...(isObject(source) && { source: sourceOf(source) }),
  };
}

function agentOf(agent: JsonObject): JsonObject {
  const { userId, reference } = agent;
  if (agent['who'] !== undefined || (userId === undefined && reference === undefined)) return agent;
  return { ...agent, who: referenceOf(reference, userId) };
}

function entityOf(entity: JsonObject): JsonObject {
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
  const { identifier } = source;
  return source['observer'] !== undefined || identifier === undefined
    ? source
    : { ...source, observer: referenceOf(undefined, identifier) };
}
