import { ConfigError } from '#libs/runtime/config.js';

/** A number of the French social security, with or without its key and blanks, Corsica's letters included. */
const socialSecurityNumber =
  /(?<!\d)[12](?:[ .\u00a0\u202f-]?\d){4}[ .\u00a0\u202f-]?\d[ .\u00a0\u202f-]?[\dab](?:[ .\u00a0\u202f-]?\d){6}(?:[ .\u00a0\u202f-]?\d{2})?(?!\d)/iu;

/** The patterns of VIGIE_PATIENT_PATTERNS, a regular expression a line, and the social security number, which always counts. */
export function readPatientPatterns(text: string): readonly RegExp[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return [socialSecurityNumber, ...lines.map((line, index) => patternOf(line, index + 1))];
}

function patternOf(line: string, number: number): RegExp {
  try {
    return new RegExp(line, 'iu');
  } catch {
    throw new ConfigError(`VIGIE_PATIENT_PATTERNS: line ${number} is no regular expression`);
  }
}

/** Words of an action that a person writes freely. */
const freeTexts = [
  'text', 'reason', 'not_qualified_reason', 'delay_reason', 'not_informed_reason', 'reference', 'by_whom', 'owner', 'controller_id',
]; // prettier-ignore

/** The field of an action that looks like it names a patient, if one does. Of answers, each by its place. */
export function patientLike(body: object, patterns: readonly RegExp[]): string | undefined {
  const isOne = (value: unknown) => typeof value === 'string' && patterns.some((pattern) => pattern.test(value));
  for (const [field, value] of Object.entries(body)) {
    if (freeTexts.includes(field) && isOne(value)) return field;
    const answer = field === 'answers' ? Object.entries(value as object).find(([, json]) => isOne(json)) : undefined;
    if (answer) return answer[0];
  }
  return undefined;
}
