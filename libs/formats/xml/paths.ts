import { remembered } from '#libs/runtime/remembered.js';
import type { XmlElement } from './parse-xml.js';

/**
 * The texts at a path such as `EventIdentification/EventTypeCode/@csd-code|@code`, in the order of the document, without empty ones: names
 * of elements, and at its end attributes of which the first that is there counts, or the text of the element itself.
 */
export function textsAt(element: XmlElement, path: string): readonly string[] {
  const { elements, attributes } = stepsOf(path);
  const texts: string[] = [];
  collect(element, elements, 0, (found) => {
    const text = attributes.length ? firstAttribute(found, attributes) : found.text.trim();
    if (text) texts.push(text);
  });
  return texts;
}

interface Steps {
  readonly elements: readonly string[];
  /** Of the last element; none where its text is meant. */
  readonly attributes: readonly string[];
}

/** Paths are those of mappings. */
const stepsOf = remembered((path: string): Steps => {
  const steps = path.split('/');
  const last = steps.at(-1) ?? '';
  if (!last.startsWith('@')) return { elements: steps, attributes: [] };
  return { elements: steps.slice(0, -1), attributes: last.split('|').map((name) => name.slice(1)) };
});

function collect(element: XmlElement, names: readonly string[], step: number, take: (found: XmlElement) => void): void {
  if (step === names.length) return take(element);
  for (const child of element.children) if (child.name === names[step]) collect(child, names, step + 1, take);
}

function firstAttribute(element: XmlElement, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = attributeOf(element, name);
    if (text) return text;
  }
  return undefined;
}

/** The first text at the first path that has one. */
export function textAt(element: XmlElement, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const [text] = textsAt(element, path);
    if (text) return text;
  }
  return undefined;
}

/** An attribute without blanks around it; undefined where it is empty. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name)?.trim() || undefined;
}
