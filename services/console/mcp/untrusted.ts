import { hash } from 'node:crypto';
import { printable, visibleName } from '#libs/contracts/visible-text.js';

/** Characters of one text of others. */
export const untrustedCharsMax = 80;

/** Texts of one list of others. */
export const untrustedTextsMax = 10;

/** Digits of a pseudonym or a digest, or enough of them to look one up, with or without what people put between. */
const digits = /(?:[0-9a-f][-_:. ]?){24,}/iu;
const links = /!?\[([^\]]*)\]\([^)]*\)|<[^>]*>|\b[a-z][a-z0-9+.-]{1,20}:\/\/\S*|\bdata:\S*|\bwww\.\S*/giu;

/** A text that looks as if it named a patient is not told at all. */
export const withheld = '[withheld]';

/**
 * What somebody else wrote, for the key `untrusted`: one line without what nobody sees, without links, cut; `[withheld]` where it looks like an
 * identifier of a patient (`patterns`, see `readPatientPatterns`) or like a pseudonym.
 */
export function untrustedText(text: string, patterns: readonly RegExp[]): string {
  const plain = printable(visibleName(text.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ')));
  if ([text, plain].some((one) => digits.test(one) || patterns.some((pattern) => pattern.test(one)))) return withheld;
  const unlinked = plain.replaceAll(links, (_, words: string | undefined) => words ?? '[link]');
  const cut = Array.from(unlinked.replaceAll(/\s+/gu, ' ').trim());
  return cut.length > untrustedCharsMax ? `${cut.slice(0, untrustedCharsMax - 1).join('')}…` : cut.join('');
}

/** Of several, the first ten that differ. */
export function untrustedTexts(texts: readonly string[], patterns: readonly RegExp[]): readonly string[] {
  return [...new Set(texts.map((text) => untrustedText(text, patterns)))].slice(0, untrustedTextsMax);
}

/** Forms of ids that carry no sentence: of a clinic (a FINESS number), and of a rule, a source, a receiver or a controller. */
const clinicForm = /^(?=.{1,20}$)[A-Za-z]{0,6}[-_.]?\d[A-Za-z0-9._-]*$/;
const nameForm = /^(?=.{1,60}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/;

/** The id of a clinic; a sign in its place, the same for the same, where it is none that could be told apart from a sentence. */
export function clinicIdText(id: string): string {
  return clinicForm.test(id) && !digits.test(id) ? id : `clinic-${signOf(id)}`;
}

/** The same for what Vigie's own files name: rules, sources, receivers, controllers. A UUID is such a name. */
export function ownNameText(name: string): string {
  const bare = name.replaceAll('-', '');
  const isLong = /[0-9a-f]{32}/i.test(name) || (digits.test(name) && bare.length !== 32);
  return nameForm.test(name) && !isLong ? name : `name-${signOf(name)}`;
}

function signOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 8);
}
