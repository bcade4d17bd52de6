/** Keys and values of a parsed value, also those of JSON inside a text. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string') return textsOfJson(value) ?? [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
    : [];
}

/** Event ids, pseudonyms and request ids are keyed or random, and may hold any digits. */
export function isDigest(text: string): boolean {
  return /^(?:patient:)?[0-9a-f]{32}$/.test(text) || /^http:[0-9a-f-]{36}#\d+$/.test(text);
}

function textsOfJson(text: string): readonly string[] | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return textsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}
