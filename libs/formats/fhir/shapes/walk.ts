// shapes/: AuditEvents that say the same as one that was read before, but for a few values: only these are looked at.
// Whatever is not exactly so is read by the readers of the folder above; the two give the same rows, which a property test proves.

/** What has nothing inside it in a JSON value, and where it lies. */
export interface Leaf {
  /** Keys from the value on, with the place in an array in brackets: `agent[0].who.identifier.value`. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** A text without escapes, which lies there without its quotes. Everything else lies there whole: numbers, words, empty lists, texts with escapes. */
  readonly isPlain: boolean;
}

export interface Walked {
  /** Behind the value. */
  readonly end: number;
  readonly leaves: readonly Leaf[];
}

const depthMax = 16;
const leavesMax = 256;
const space = /[ \t\n\r]/;
const bare = /[^\s,\]}]+/y;
/** FHIR has no other keys. One with a point would look like a path. */
const ordinaryKey = /^\w{1,64}$/;

/**
 * The leaves of the JSON value that begins at `start`, whose own path is `root`. Undefined where it is deep or long, has a key twice or one that FHIR does
 * not have: such values are not for this folder. It does not judge what it walks over: whoever asks must give the same part of the text to `JSON.parse`.
 */
export function walk(text: string, start: number, root = ''): Walked | undefined {
  const leaves: Leaf[] = [];
  const end = valueAt(start, root, 0);
  return end < 0 ? undefined : { end, leaves };

  function valueAt(at: number, path: string, depth: number): number {
    const first = text[at];
    if (first === '"') return textAt(at, path);
    if (first === '{' || first === '[') return depth === depthMax ? -1 : membersAt(at + 1, path, depth + 1, first === '{');
    bare.lastIndex = at;
    return bare.test(text) ? leafAt(path, at, bare.lastIndex) : -1;
  }

  function textAt(at: number, path: string): number {
    const end = closingQuote(text, at + 1);
    if (end < 0) return -1;
    if (text.slice(at + 1, end).includes('\\')) return leafAt(path, at, end + 1);
    return leafAt(path, at + 1, end, true) < 0 ? -1 : end + 1;
  }

  function leafAt(path: string, from: number, end: number, isPlain = false): number {
    if (leaves.length === leavesMax) return -1;
    leaves.push({ path, start: from, end, isPlain });
    return end;
  }

  function membersAt(from: number, path: string, depth: number, named: boolean): number {
    const keys = new Set<string>();
    const close = named ? '}' : ']';
    let at = afterSpace(text, from);
    if (text[at] === close) return leafAt(path, from - 1, at + 1);
    for (let index = 0; ; index += 1) {
      let inner = `${path}[${index}]`;
      if (named) {
        const end = text[at] === '"' ? closingQuote(text, at + 1) : -1;
        const key = end < 0 ? '' : text.slice(at + 1, end);
        if (!ordinaryKey.test(key) || keys.has(key)) return -1;
        keys.add(key);
        inner = path === '' ? key : `${path}.${key}`;
        at = afterSpace(text, end + 1);
        if (text[at] !== ':') return -1;
        at = afterSpace(text, at + 1);
      }
      at = valueAt(at, inner, depth);
      if (at < 0) return -1;
      at = afterSpace(text, at);
      if (text[at] === close) return at + 1;
      if (text[at] !== ',') return -1;
      at = afterSpace(text, at + 1);
    }
  }
}

/** Where a text that is open at `from` ends, or -1. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && isEscaped(text, at, from)) at = text.indexOf('"', at + 1);
  return at;
}

function isEscaped(text: string, at: number, from: number): boolean {
  let before = at;
  while (before > from && text[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

/** Past what JSON takes as white space. */
export function afterSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && space.test(text.charAt(at))) at += 1;
  return at;
}
