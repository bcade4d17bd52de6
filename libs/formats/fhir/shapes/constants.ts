import type { AccessEvent } from '../../event.js';
import { countedName } from '../../names.js';
import type { Leaf } from './walk.js';

const coding = String.raw`(?:\.coding)?\.(?:system|version|code|display|userSelected)`;
const concept = String.raw`(?:${coding}|\.text)`;
const named = String.raw`\.(?:reference|type|display|identifier\.(?:system|use|value|type${concept}))`;

/** Where codes, numberings, machines and places stand. Nobody's name or number does, and FHIR has no other keys on the way to them. */
const ofTheSource: readonly RegExp[] = [
  String.raw`(?:resourceType|implicitRules|language|action|severity)`,
  String.raw`meta\.(?:profile|source|(?:tag|security)${coding})`,
  String.raw`(?:type|subtype|category|code|purposeOfEvent|authorization)${concept}`,
  String.raw`outcome(?:(?:\.code)?${coding})?`,
  String.raw`source\.(?:site|(?:site|observer)${named}|type${concept})`,
  String.raw`agent\.(?:requestor|policy|(?:type|role|purposeOfUse|authorization)${concept}|media${coding})`,
  String.raw`agent\.(?:network\.(?:address|type)|networkString|networkUri|location${named})`,
  String.raw`agent\.extension\.(?:url|valueCodeableConcept${concept})`,
  String.raw`agent\.who\.(?:type|identifier\.(?:system|use|type${concept}))`,
  String.raw`entity\.(?:(?:type|role|securityLabel)${concept}|lifecycle${coding})`,
  String.raw`entity\.what\.(?:type|identifier\.(?:system|use|type${concept}))`,
].map((path) => new RegExp(`^resource\\.${path}$`));
const ofAnEntry = /^(?:request\.method|search\.mode|response\.status)$/;

/** What names an agent. */
const ofAnAgent = /^resource\.agent(?:\[\d+\])?\.(?:altId|name|who\.(?:display|reference|identifier(?:\[\d+\])?\.value))$/;
const agent = /^resource\.agent(?:\[\d+\])?\./;

/**
 * Whether what would be the same in all records of a shape is the source's: a shape outlives its request, and nothing of a patient may do so. What is in
 * no slot (`found`) must stand where no patient does, or name the account, or be a name of an agent that stands in the event by itself (`bound`), which the
 * readers take from machines alone.
 */
export function areConstants(
  { text, leaves, event }: { readonly text: string; readonly leaves: readonly Leaf[]; readonly event: AccessEvent },
  found: readonly Leaf[],
  bound: ReadonlySet<string>,
): boolean {
  const slots = new Set(found.map(({ path }) => path));
  const account = new Set(
    leaves.flatMap(({ path, start, end }) =>
      ofAnAgent.test(path) && countedName(text.slice(start, end)) === event.actorId ? [agent.exec(path)?.[0]] : [],
    ),
  );
  return leaves.every(({ path, isPlain }) => {
    if (slots.has(path) || isOfTheSource(path)) return true;
    return isPlain && ofAnAgent.test(path) && (bound.has(path) || account.has(agent.exec(path)?.[0]));
  });
}

function isOfTheSource(path: string): boolean {
  const place = path.replaceAll(/\[\d+\]/g, '');
  return ofAnEntry.test(place) || ofTheSource.some((one) => one.test(place));
}
