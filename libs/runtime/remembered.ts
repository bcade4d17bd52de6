/**
 * A pure function of a short text that remembers what it gave, for words that come again in every record. `entriesMax` bounds what senders can
 * make it remember: beyond it everything is forgotten at once, which costs no list per entry. Texts of more than `lengthMax` are not kept.
 */
export function remembered<T>(
  work: (text: string) => T,
  { entriesMax = 2000, lengthMax = 128 }: { readonly entriesMax?: number; readonly lengthMax?: number } = {},
): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found) return found.value;
    const value = work(text);
    if (text.length > lengthMax) return value;
    if (known.size >= entriesMax) known.clear();
    known.set(text, { value });
    return value;
  };
}
