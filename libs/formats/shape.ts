import { namesPerson } from './person-words.js';

/** What stands in the place of a part that looks like somebody's identifier. */
export const placeholder = '*';

/** So many digits in a row look like a number of somebody. */
const digitsInRow = /\d(?:[ -]?\d){5,}/g;
/** Letters with at most a version behind them: names of resources, screens and operations. */
const plainSegment = /^[$_.]?[A-Za-z]+(?:[_.-][A-Za-z]+)*\d{0,2}$/;
/** Parameters of how an answer is cut, sorted and written, and their values. */
const plainParameter = /^(?:_[a-z]+|page|limit|offset|size|sort|order|format|lang|view|tab|mode|action)$/;
const plainValue = /^-?[A-Za-z]{1,24}$|^\d{1,4}$/;
const address = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?[^?#\s]*(?:\?[^#\s]*)?(?:#.*)?$/;

/**
 * A text from which what looks like an identifier is taken out: of an address or a path the segments that are no plain names, and the values
 * of its query, so that its shape stays (`/r4/Patient/*` + `/Observation?code=*&_count=50`); of any other text rows of six digits or more.
 */
export function withoutIdentifiers(text: string): string {
  if (!/[/?&=]/.test(text) || !address.test(text)) return text.replaceAll(digitsInRow, placeholder);
  const [beforeFragment = ''] = text.split('#', 1);
  const at = beforeFragment.indexOf('?');
  const isQuery = at < 0 && beforeFragment.includes('=');
  const path = isQuery ? '' : at < 0 ? beforeFragment : beforeFragment.slice(0, at);
  const query = isQuery ? beforeFragment : at < 0 ? undefined : beforeFragment.slice(at + 1);
  const shapedQuery = query === undefined ? '' : `${isQuery ? '' : '?'}${query.split('&').map(parameter).join('&')}`;
  return `${shapedPath(path)}${shapedQuery}`;
}

function shapedPath(path: string): string {
  const [, origin = '', rest = path] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*)(.*)$/.exec(path) ?? [];
  const host = origin.replace(/\/\/[^/]*@/, '//').replaceAll(digitsInRow, placeholder);
  const segments = rest.split('/');
  return host + segments.map((one, at) => (isPerson(segments[at - 1], one) ? placeholder : segment(one))).join('/');
}

/** What may stand behind the name of a collection of people and is none of them. */
const noPerson =
  /^(?:|[$_].*|all|details?|edit|export|history|index|list|me|merge|new|print|search|summary|view|liste|nouveau|recherche)$/i;

/** Whether a segment is who is meant by the one before it, such as the name in `/patients/DUPONT-Jean`. */
function isPerson(before: string | undefined, text: string): boolean {
  return before !== undefined && namesPerson(before) && !noPerson.test(text);
}

function segment(text: string): string {
  return text === '' || plainSegment.test(text) || /^[A-Za-z]?\d{1,2}$/.test(text) ? text : placeholder;
}

function parameter(text: string): string {
  const at = text.indexOf('=');
  if (at < 0) return segment(text);
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const shownName = /^[A-Za-z_][\w.:-]{0,63}$/.test(name) ? name.replaceAll(digitsInRow, placeholder) : placeholder;
  return `${shownName}=${plainParameter.test(name) && plainValue.test(value) ? value : placeholder}`;
}
