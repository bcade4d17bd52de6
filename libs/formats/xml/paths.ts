import { childrenOf, type XmlElement } from './parse-xml.js';

/**
 * The texts at a path such as `EventIdentification/EventTypeCode/@csd-code|@code`, in the order of the document, without empty ones: names
 * of elements, and at its end attributes of which the first that is there counts, or the text of the element itself.
 */
export function textsAt(element: XmlElement, path: string): readonly string[] {
  const steps = path.split('/');
  const last = steps.at(-1) ?? '';
  const isAttribute = last.startsWith('@');
  const names = isAttribute ? last.split('|').map((name) => name.slice(1)) : [];
  return elementsAt(element, isAttribute ? steps.slice(0, -1) : steps).flatMap((found) => {
    const text = isAttribute ? names.map((name) => attributeOf(found, name)).find(Boolean) : found.text.trim();
    return text ? [text] : [];
  });
}

/** The first text at the first path that has one. */
export function textAt(element: XmlElement, ...paths: readonly string[]): string | undefined {
  return paths.flatMap((path) => textsAt(element, path))[0];
}

/** An attribute without blanks around it; undefined where it is empty. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name)?.trim() || undefined;
}

function elementsAt(element: XmlElement, steps: readonly string[]): readonly XmlElement[] {
  return steps.reduce<readonly XmlElement[]>((found, name) => found.flatMap((one) => childrenOf(one, name)), [element]);
}
