// xml/: XML of hostile origin as a tree of plain elements. No document type, no entities but the five and characters by number,
// limits on size, depth and number, and no name of a sender's as a key of an object.

import { XMLParser } from 'fast-xml-parser';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import type { WorkMeter } from '../work-meter.js';

/** An element by its local name; namespaces and their prefixes are left out, comments and processing instructions too. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

/** Characters of a document, where its format says nothing else. */
const charactersMaxDefault = 256 * 1024;
/** Opening and closing tags of a document: what can be parsed without keeping others waiting. */
const tagsMax = 20_000;
/** The parser goes over a document for validity, for its elements and for its texts. */
const stepsOfCharacter = 4;

const attributesKey = ':@';
const textKey = '#text';
const dataKey = '#cdata';

const notNames: readonly string[] = [attributesKey, textKey, dataKey];

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  allowBooleanAttributes: false,
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  cdataPropName: dataKey,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Nothing here asks where it is: without this the parser writes the path of every attribute as a text.
  jPath: false,
  maxNestedTags: limits.depthMax,
  // Names stand in a map in the end; the parser's own objects must not have them as keys of their prototype.
  onDangerousProperty: (name) => `_${name}`,
});

/** The root of a document, or why it is none. The text is not quoted: it may hold a patient's name. */
export function parseXml(
  text: string,
  meter: WorkMeter,
  charactersMax: number = charactersMaxDefault,
): Accepted<XmlElement> | Rejected {
  if (text.length > charactersMax)
    return rejected('too_large', '', `the document has more than ${charactersMax} characters; send fewer objects in one message`);
  meter.draw(stepsOfCharacter * text.length, '');
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text))
    return rejected('forbidden_xml', '', 'the document declares a type or entities, which are not taken; send it without');
  if (tagsOf(text) > tagsMax) return rejected('too_many_nodes', '', `the document has more than ${tagsMax} tags; send several`);
  let parsed: unknown;
  try {
    parsed = parser.parse(text, true);
  } catch {
    return rejected('not_xml', '', `the document is not well-formed XML of at most ${limits.depthMax} levels, perhaps cut off`);
  }
  try {
    const [root, ...others] = elementsOf(parsed);
    if (!root || others.length) return rejected('not_xml', '', 'the document must have one root element');
    return accepted(root);
  } catch (cause) {
    if (!(cause instanceof ForeignEntity)) throw cause;
    return rejected('forbidden_xml', '', 'the document uses an entity that XML does not define; write the character itself');
  }
}

/** Caught by `parseXml` and nowhere else. */
class ForeignEntity extends Error {}

function elementsOf(nodes: unknown): readonly XmlElement[] {
  const elements: XmlElement[] = [];
  for (const node of listOf(nodes)) {
    const name = nameOf(node);
    if (name === undefined || name.startsWith('?')) continue;
    const inner = node[name];
    const attributes = attributesOf(node[attributesKey]);
    elements.push({ name: localName(name), attributes, children: elementsOf(inner), text: textWithin(inner) });
  }
  return elements;
}

function nameOf(node: Readonly<Record<string, unknown>>): string | undefined {
  for (const key in node) if (!notNames.includes(key)) return key;
  return undefined;
}

const noAttributes: ReadonlyMap<string, string> = new Map();

function attributesOf(given: unknown): ReadonlyMap<string, string> {
  if (!isObject(given)) return noAttributes;
  const attributes = new Map<string, string>();
  for (const key in given) attributes.set(localName(key), decoded(String(given[key])));
  return attributes;
}

function textWithin(nodes: unknown): string {
  let text = '';
  for (const node of listOf(nodes)) text += textOfNode(node);
  return text;
}

/** Text as it is meant: in CDATA as it stands. */
function textOfNode(node: Readonly<Record<string, unknown>>): string {
  if (node[dataKey] !== undefined)
    return listOf(node[dataKey])
      .map((inner) => plainText(inner[textKey]))
      .join('');
  return decoded(plainText(node[textKey]));
}

function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value.every(isObject) ? value : value.filter(isObject)) : [];
}

function tagsOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) count += 1;
  return count;
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const five: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.includes('&') ? text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[A-Za-z][\w.-]{0,63});/gi, entity) : text;
}

function entity(_: string, name: string): string {
  const known = Object.hasOwn(five, name) ? five[name] : undefined;
  if (known !== undefined) return known;
  if (!name.startsWith('#')) throw new ForeignEntity();
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : '\uFFFD';
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** A document in a text: what stands before its declaration or root, and behind its last tag, is left out. */
export function documentIn(text: string): string {
  const start = /<[?!A-Za-z_]/.exec(text.slice(0, 2048))?.index ?? 0;
  return text.slice(start, text.lastIndexOf('>') + 1);
}
