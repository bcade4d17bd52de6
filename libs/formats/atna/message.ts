import { childrenOf, type XmlElement } from '../xml/parse-xml.js';
import { textAt, textsAt } from '../xml/paths.js';
import { objectPlaces, participantPlaces } from './mapping.js';

/** An `ActiveParticipant`: a person or a system that took part. */
export interface Participant {
  readonly id?: string;
  readonly alternativeId?: string;
  readonly name?: string;
  readonly type?: string;
  readonly idType?: string;
  readonly address?: string;
  readonly addressType?: string;
  readonly roles: readonly string[];
  readonly roleWords: readonly string[];
  readonly isRequestor: boolean;
}

/** A `ParticipantObjectIdentification`: a patient, a document, a study, a query. */
export interface ParticipantObject {
  readonly id?: string;
  readonly type?: string;
  readonly role?: string;
  readonly query?: string;
  readonly kinds: readonly string[];
  readonly instances: readonly string[];
}

export function participantsOf(message: XmlElement): readonly Participant[] {
  return childrenOf(message, 'ActiveParticipant').map((element) => ({
    ...single(element, participantPlaces, ['id', 'alternativeId', 'name', 'type', 'idType', 'address', 'addressType']),
    roles: all(element, participantPlaces.roles),
    roleWords: all(element, participantPlaces.roleWords),
    isRequestor: /^(?:true|1)$/i.test(textAt(element, ...participantPlaces.isRequestor) ?? ''),
  }));
}

export function objectsOf(message: XmlElement): readonly ParticipantObject[] {
  return childrenOf(message, 'ParticipantObjectIdentification').map((element) => ({
    ...single(element, objectPlaces, ['id', 'type', 'role', 'query']),
    kinds: all(element, objectPlaces.kinds),
    instances: all(element, objectPlaces.instances),
  }));
}

/** Every text at some paths. */
export function all(element: XmlElement, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => textsAt(element, path));
}

/** Codes that the schema has as numbers, so that `01` is `1`. */
const numbered: ReadonlySet<string> = new Set(['type', 'addressType', 'role']);

function single<Place extends string>(
  element: XmlElement,
  places: Readonly<Record<Place, readonly string[]>>,
  names: readonly Place[],
): { readonly [name in Place]?: string } {
  const found: { [name in Place]?: string } = {};
  for (const name of names) {
    const text = textAt(element, ...places[name]);
    if (text !== undefined) found[name] = numbered.has(name) ? text.replace(/^0+(?=\d+$)/, '') : text;
  }
  return found;
}
