/**
 * A source map cut down to lines of our own. Of packages the line in the bundle is enough, and they are nine tenths of what a map of all would say: a process reads
 * the whole of its map when it needs the first line of a stack, and holds it from then on, tens of megabytes.
 * The format is that of ECMA-426: lines parted by `;`, segments by `,`, each of numbers in base 64 as differences to the segment before.
 */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map([...digits].map((digit, value) => [digit, value]));

/** Bits of a digit that count, and the one that says that another digit follows. */
const [bits, more] = [5, 32];

/** The same map (of esbuild: version, sources, mappings, names) of these sources alone. What stood in others is said to have none, so that it is not taken for the line before it. */
export function ownLines(map, isOwn) {
  const kept = map.sources.map((source) => isOwn(source));
  const places = kept.map((own, at) => (own ? kept.slice(0, at).filter(Boolean).length : -1));
  const cut = new Segments();
  // In each segment: column in the bundle, source, line, column there, name; all but the first go on from line to line.
  const at = [0, 0, 0, 0, 0];
  for (const line of map.mappings.split(';')) {
    at[0] = 0;
    for (const segment of line === '' ? [] : line.split(',')) {
      const differences = numbersOf(segment);
      for (const [place, difference] of differences.entries()) at[place] += difference;
      if (differences.length > 1 && kept[at[1]]) cut.add([at[0], places[at[1]], at[2], at[3]]);
      else cut.end(at[0]);
    }
    cut.nextLine();
  }
  return { ...map, sources: map.sources.filter((_, place) => kept[place]), names: [], mappings: cut.text() };
}

/** Writes segments as differences. */
class Segments {
  #lines = [];
  #line = [];
  #before = [0, 0, 0, 0];
  #isOpen = false;

  add(fields) {
    this.#line.push(fields.map((field, place) => textOf(field - this.#before[place])).join(''));
    this.#before = fields;
    this.#isOpen = true;
  }

  /** From this column on there is no source, until one is added: said once. */
  end(column) {
    if (!this.#isOpen) return;
    this.#line.push(textOf(column - this.#before[0]));
    this.#before[0] = column;
    this.#isOpen = false;
  }

  nextLine() {
    this.#lines.push(this.#line.join(','));
    this.#line = [];
    this.#before[0] = 0;
  }

  text() {
    // One line more than there are: Node does not see that a segment without a source is over where the text is.
    return `${this.#lines.join(';')};`;
  }
}

function numbersOf(segment) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const part = values.get(digit);
    value += (part % more) << shift;
    shift += bits;
    if (part >= more) continue;
    // The lowest bit is the sign.
    numbers.push(value % 2 === 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function textOf(number) {
  let [value, text] = [number < 0 ? -number * 2 + 1 : number * 2, ''];
  for (; value >= more; value >>= bits) text += digits[(value % more) + more];
  return text + digits[value];
}
