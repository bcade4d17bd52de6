/** With signs between each three digits, as people and spreadsheets write them: blanks of any width, apostrophes, commas, points. */
const grouped = /^\d{1,3}([\s'\u2019,.])\d{3}(?:\1\d{3})*$/;

/** A number of records as it is written; NaN for anything else. What may be a fraction or thousands is a fraction only where it is a whole number so. */
export function countOf(text: string): number {
  const plain = text.replace(/[.,]0{1,2}$/, '');
  const number = plain === '' ? Number.NaN : Number(plain);
  return Number.isInteger(number) || !grouped.test(plain) ? number : Number(plain.replaceAll(/\D/g, ''));
}
