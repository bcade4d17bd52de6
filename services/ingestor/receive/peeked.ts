/** Whether there is a first item, and all of them: none is read before the one in front of it was taken. */
export function peeked<T>(items: Iterable<T>): readonly [boolean, Iterable<T>] {
  const rest = items[Symbol.iterator]();
  const first = rest.next();
  const all = function* (): Generator<T> {
    for (let one = first; !one.done; one = rest.next()) yield one.value;
  };
  return [!first.done, all()];
}
