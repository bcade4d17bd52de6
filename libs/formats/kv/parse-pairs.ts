import type { Pairs } from '../siem/pairs.js';

const pairsMax = 2000;
const pair = /([A-Za-z_][\w.@-]{0,127})\s?[=:]\s?(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,;"']*))/gsy;

/** `name=value name="a value"; name:"value"`: quoted values as they are meant, others up to a blank or a comma. What is no pair is left out. */
export function parsePairs(text: string): Pairs {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < text.length && pairs.length < pairsMax;) {
    pair.lastIndex = at;
    const [whole = '', name = '', double, single, bare = ''] = isStart(text, at) ? (pair.exec(text) ?? []) : [];
    if (whole) pairs.push([name, double?.replaceAll(/\\(["\\])/g, '$1') ?? single ?? bare]);
    at += whole.length || 1;
  }
  return pairs;
}

/** A name begins behind what separates. */
function isStart(text: string, at: number): boolean {
  return at === 0 || /[\s,;|[({]/.test(text[at - 1] ?? '');
}
