import { isPlainName, visibleName } from '#libs/contracts/visible-text.js';
import { limits } from './limits.js';

/** Where an event says nothing of its establishment. */
export const unknownClinic = 'unknown';
/** Where the name of the account holds nothing that can be seen: it is judged all the same. */
export const unknownActor = 'unknown';

/** As much of a text as is kept. */
export function shortText(text: string | undefined, max: number = limits.freeTextMax): string | undefined {
  return text?.slice(0, max).toWellFormed();
}

/** A clinic or an account: what is written in several lines is one, as for a person who reads it. */
export function countedName(text: string | undefined): string | undefined {
  if (text === undefined || (text.length <= limits.keyTextMax && isPlainName(text))) return text;
  const name = shortText(text.replaceAll(/\p{Cc}+/gu, ' '), limits.keyTextMax);
  return name && visibleName(name);
}
