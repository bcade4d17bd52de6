import type { Rule } from '../rule.js';
import { timespanText } from './timespan.js';

const nouns: Readonly<Record<string, readonly [string, string]>> = {
  patient_id: ['patient', 'patients'],
  clinic_id: ['clinic', 'clinics'],
  event_id: ['event', 'events'],
  session_id: ['session', 'sessions'],
  source_ip: ['address', 'addresses'],
  application: ['application', 'applications'],
};

/** What a rule means, as one sentence of plain English. */
export function explainRule(rule: Rule): string {
  const count = `at least ${rule.condition.atLeast.toLocaleString('en')} different ${noun(rule.field, rule.condition.atLeast)}`;
  const spread = rule.spread
    ? ` in at least ${rule.spread.atLeast} different ${noun([rule.spread.field], rule.spread.atLeast)}`
    : '';
  const within = rule.by.length > 0 ? `, counted for each ${rule.by.join(' and ')} apart` : '';
  const again =
    rule.steps.length > 0
      ? `, and tells it again at ${rule.steps.map((step) => step.toLocaleString('en')).join(', ')} patients`
      : '';
  return `Raises ${article(rule.level)} ${rule.level} incident when one account reaches ${count}${spread} within ${timespanText(rule.timespanMs)}${within}${again}.`;
}

function noun(fields: readonly string[], count: number): string {
  const words = fields.map((field) => nouns[field]?.[count === 1 ? 0 : 1] ?? `${field} values`);
  return fields.length > 1 ? `combinations of ${fields.join(' and ')}` : words.join('');
}

function article(level: string): string {
  return /^[aeiou]/.test(level) ? 'an' : 'a';
}
