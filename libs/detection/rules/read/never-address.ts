import type { GlobPart } from '../match/match.js';
import { isAddress } from '../match/network.js';
import { shown } from '../text/mistakes.js';

/**
 * Why no address is the text, or looks like the pattern, if so. Only what is written as addresses are is judged: sources may send the name of a
 * host, or a port behind the address.
 */
export function neverAddress(parts: readonly GlobPart[], text: string): string | undefined {
  const said = parts.map((part) => (part === 'any' ? '*' : part === 'one' ? '?' : part.literal)).join('');
  if (/^[\da-f:.]+\/\d+$/i.test(said))
    return `${shown(text)} is a network, and compared as a text it could never match: write source_ip|cidr`;
  if (/[*?]/.test(said)) return /^[\d.*?]+$/.test(said) && isNoFour(said) ? noAddress(text) : undefined;
  const isFour = /^[\d.]*\.[\d.]*$/.test(said);
  const isSix = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(said);
  return (isFour && (isNoFour(said) || said.split('.').length < 4)) || (isSix && !isAddress(said)) ? noAddress(text) : undefined;
}

/** More than four numbers, an empty one, or one beside a dot that is larger than 255; leading zeros stand for nothing, as some write them. */
function isNoFour(said: string): boolean {
  if (said.split('.').length > 4 || /^\.|\.\.|\.$/.test(said)) return true;
  return [...said.matchAll(/(?<=\.)\d+|\d+(?=\.)/g)].some(([number]) => Number(number) > 255);
}

function noAddress(text: string): string {
  return `${shown(text)} is no address, so that this could never match: write one such as 10.4.2.17 or 2001:db8::1`;
}

/**
 * Why a part of an address, or a pattern of one, is hardly met: rows write an address in one way (`libs/formats/address.ts`), and whole ones are
 * compared in it, but of a part nobody can say how it would be written there. `begins`: the text is the begin of the field.
 */
export function doubtfulPart(text: string, begins: boolean): string | undefined {
  const isSix = /^\[?[\da-f:.*?]+$/i.test(text) && text.includes(':');
  const isFour = /^[\d.*?]+$/.test(text);
  const at = begins ? '(?:^|[:.])' : '[:.]';
  const hasZeroInFront = (isSix || isFour) && new RegExp(`${at}0[\\da-f]`, 'i').test(text);
  const isMapped = isSix && /:ffff:\d{1,3}\./i.test(text);
  return hasZeroInFront || isMapped || (isSix && text.startsWith('['))
    ? `${shown(text)} is hardly a part of any address, since accesses have 2001:db8::1 without brackets and without zeros in front of a number, and ::ffff:10.4.2.17 as 10.4.2.17: write it so, or the network with source_ip|cidr`
    : undefined;
}
