/**
 * The French number of a person (NIR: sex, year, month, place, order, and a key of two digits), whoever gives it: no account of a hospital
 * is numbered so. The key is not proven: a number with a slip of the pen still is, or nearly is, somebody's. Months beyond 12 stand for
 * births of which the month is not known. A Swiss GLN of the health register, by which professionals sign in, has the length of a number
 * without its key: it is told by its range and by the check digit of GS1.
 */
export function isNationalNumber(text: string): boolean {
  if (text.length < nationalNumberLength.withoutKey || isSwissGln(text)) return false;
  const digits = text.length <= 64 ? bare(text) : '';
  const month = /^[1-478]\d\d(\d\d)(?:\d\d|2[AB])\d{6}(?:\d\d)?$/i.exec(digits)?.[1];
  return month !== undefined && ((month >= '01' && month <= '12') || (month >= '20' && month <= '42') || month >= '50');
}

/** Characters of a number. */
export const nationalNumberLength = { withoutKey: 13, whole: 15 } as const;

/**
 * The one spelling of such a number: without what groups its digits, and with its key, which follows from the others (97 less their remainder by 97, where 2A and 2B, the departments of Corsica, are 19 and 18).
 * Undefined for any other text.
 */
export function nationalNumberOf(text: string): string | undefined {
  if (!isNationalNumber(text)) return undefined;
  const digits = bare(text).toUpperCase();
  if (digits.length === nationalNumberLength.whole) return digits;
  const key = 97 - (Number(digits.replace('2A', '19').replace('2B', '18')) % 97);
  return digits + String(key).padStart(2, '0');
}

function bare(text: string): string {
  return text.replaceAll(/[\s.-]/g, '');
}

/** 13 digits in the range that Refdata gives to persons and organisations of health, the last of which checks the others (GS1, modulo 10). */
function isSwissGln(text: string): boolean {
  if (!/^7601\d{9}$/.test(text)) return false;
  const sum = [...text].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}
