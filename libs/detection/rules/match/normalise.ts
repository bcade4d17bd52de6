import { createHash } from 'node:crypto';
import { type GlobPart, lowerAscii, type Match, not } from './match.js';

type Join = Extract<Match, { op: 'and' | 'or' }>;
type Asked = Extract<Match, { op: 'test' }>;

/** A condition in order, with the JSON of its parts, by which they are ordered; for a test and a `not`, its own. */
interface Ordered {
  readonly match: Match;
  readonly texts: readonly string[];
}

/** What was put in order before, and the digests of that: rules share conditions, and a reload meets most of them again. */
const known = new WeakMap<Match, Match>();
const digests = new WeakMap<Match, string>();

/**
 * The same meaning in one form: nested `and`/`or` flattened, children sorted and without repetition, double `not` removed, text that is
 * compared without case in lower case. What is in order already is given back as it is.
 */
export function normalise(match: Match): Match {
  const before = known.get(match);
  if (before) return before;
  const ordered = orderedOf(match);
  known.set(match, ordered.match);
  known.set(ordered.match, ordered.match);
  digests.set(ordered.match, digestOfPieces(piecesOf(ordered)));
  return ordered.match;
}

/** 32 hexadecimal digits of SHA-256 over the normalised condition. */
export function digestOf(normalised: Match): string {
  return digests.get(normalised) ?? digestOfPieces([JSON.stringify(normalised)]);
}

function digestOfPieces(pieces: Iterable<string>): string {
  const hash = createHash('sha256').update('selection 1\n');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex').slice(0, 32);
}

/** The JSON in pieces: texts of hundreds of kilobytes, a rule after the other, are what the collector of garbage is slowest with. */
function* piecesOf(ordered: Ordered): Iterable<string> {
  const { match, texts } = ordered;
  if (texts.length < piece || match.op === 'test' || match.op === 'not') return yield textOf(ordered);
  yield `{"op":"${match.op}","of":[`;
  for (let at = 0; at < texts.length; at += piece) yield `${at > 0 ? ',' : ''}${texts.slice(at, at + piece).join(',')}`;
  yield ']}';
}

const piece = 128;

function orderedOf(match: Match): Ordered {
  if (match.op === 'test') {
    const ordered = inLowerCase(match);
    return { match: ordered, texts: [textOfTest(ordered)] };
  }
  if (match.op !== 'not') return orderedJoin(match);
  const inner = orderedOf(match.of);
  if (inner.match.op === 'not') return orderedOf(inner.match.of);
  return { match: inner.match === match.of ? match : not(inner.match), texts: [`{"op":"not","of":${textOf(inner)}}`] };
}

/** What `JSON.stringify` gives, put together from what is there, since a condition may have thousands of parts. */
function textOf({ match, texts }: Ordered): string {
  return match.op === 'and' || match.op === 'or' ? `{"op":"${match.op}","of":[${texts.join(',')}]}` : (texts[0] ?? '');
}

function orderedJoin(match: Join): Ordered {
  const [first] = match.of;
  if (match.of.length === 1 && first) return orderedOf(first);
  const found: Match[] = [];
  const texts: string[] = [];
  for (const child of match.of) {
    if (child.op === 'test') {
      const ordered = inLowerCase(child);
      found.push(ordered);
      texts.push(textOfTest(ordered));
      continue;
    }
    const inner = orderedOf(child);
    if (inner.match.op === match.op) {
      for (const one of inner.match.of) found.push(one);
      for (const text of inner.texts) texts.push(text);
    } else {
      found.push(inner.match);
      texts.push(textOf(inner));
    }
  }
  const isSame = texts.every((text, at) => found[at] === match.of[at] && (at === 0 || (texts[at - 1] ?? '') < text));
  return isSame && texts.length === match.of.length ? { match, texts } : inOrder(match.op, found, texts);
}

function inOrder(op: Join['op'], found: readonly Match[], texts: readonly string[]): Ordered {
  const textAt = (at: number | undefined): string => (at === undefined ? '' : (texts[at] ?? ''));
  const places = [...texts.keys()].toSorted((one, two) => (textAt(one) < textAt(two) ? -1 : textAt(one) > textAt(two) ? 1 : 0));
  const distinct = places.filter((at, index) => index === 0 || textAt(at) !== textAt(places[index - 1]));
  const of = distinct.flatMap((at) => found[at] ?? []);
  const [only] = of;
  return of.length === 1 && only ? orderedOf(only) : { match: { op, of: of.slice() }, texts: distinct.map(textAt) };
}

/** The test itself where nothing changes, as in all that a rule holds: values of rules are read in lower case. */
function inLowerCase(match: Asked): Asked {
  const { test: asked } = match;
  if (asked.kind !== 'glob' || asked.cased) return match;
  if (asked.parts.every((part) => typeof part === 'string' || lowerAscii(part.literal) === part.literal)) return match;
  const parts = asked.parts.map((part) => (typeof part === 'string' ? part : { literal: lowerAscii(part.literal) }));
  return { op: 'test', test: { ...asked, parts } };
}

function textOfTest(match: Asked): string {
  if (match.test.kind !== 'glob') return JSON.stringify(match);
  const { field, parts, cased } = match.test;
  const [first] = parts;
  const inside = parts.length === 1 && first !== undefined ? textOfPart(first) : parts.map(textOfPart).join(',');
  return '{"op":"test","test":{"kind":"glob","field":"' + field + '","parts":[' + inside + '],"cased":' + String(cased) + '}}';
}

function textOfPart(part: GlobPart): string {
  return typeof part === 'string' ? `"${part}"` : `{"literal":${JSON.stringify(part.literal)}}`;
}
