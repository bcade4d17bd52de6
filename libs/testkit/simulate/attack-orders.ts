import { roleNames } from '../hospital/roles.js';
import { attackNames, type AttackOrder, attackPlans, type AttackSettings } from '../hospital/attacks/attack-plans.js';

/** How each setting of an attack is written and read. */
const settings: Readonly<Record<string, (value: string) => AttackSettings>> = {
  start: (value) => ({ hour: clockHour(value) }),
  day: (value) => ({ day: number('day', value, 0) }),
  days: (value) => ({ days: number('days', value, 1) }),
  pace: (value) => ({ pace: number('pace', value, 0.0001, false) }),
  patients: (value) => ({ patients: number('patients', value, 1) }),
  open: (value) => ({ open: number('open', value, 0) }),
  closed: (value) => ({ closed: number('closed', value, 0) }),
  together: (value) => ({ together: number('together', value, 1) }),
  actors: (value) => ({ actors: number('actors', value, 1) }),
  perDay: (value) => ({ perDay: number('perDay', value, 1) }),
  order: (value) => ({ order: oneOf('order', value, ['mixed', 'by_clinic', 'ascending']) }),
  among: (value) => ({ among: oneOf('among', value, ['register', 'in_care']) }),
  role: (value) => ({ role: oneOf('role', value, [...roleNames, 'service'] as const) }),
  account: (value) => ({ account: value }),
  as: (value) => ({ as: value }),
};

/**
 * Reads `none`, or attacks separated by commas, each a name with settings behind plus signs: `burst+start=06:30+pace=600,slow+day=2`.
 * Throws `RangeError` with what is wrong and what there is.
 */
export function parseAttackOrders(text: string): AttackOrder[] {
  return text === 'none' ? [] : text.split(',').map(parseOrder);
}

function parseOrder(text: string): AttackOrder {
  const [given = '', ...pairs] = text.trim().split('+');
  const name = oneOf('attack', given, attackNames);
  return pairs.reduce<AttackOrder & object>((order, pair) => ({ ...order, ...parseSetting(pair) }), { name });
}

function parseSetting(pair: string): AttackSettings {
  const [key = '', ...value] = pair.split('=');
  const read = Object.hasOwn(settings, key) ? settings[key] : undefined;
  if (!read) throw new RangeError(`there is no setting ${key} of an attack; there are ${Object.keys(settings).join(', ')}`);
  return read(value.join('='));
}

/** What can be planted, for the help. */
export function attackHelp(): string {
  const lines = attackNames.map((name) => `  ${name.padEnd(22)} ${attackPlans[name].what}`);
  const keys =
    'start=HH:MM, day, days, pace (records a minute), patients, open, closed (clinics), together, actors, perDay, order, among (register, in_care), ' +
    'role, account, as (what it is called)';
  return `Attacks:\n${lines.join('\n')}\n\nSettings: ${keys}\nExample:  --attacks burst+start=06:30+pace=600,slow+day=2`;
}

function clockHour(value: string): number {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value) ?? [];
  if (!hours || !minutes) throw new RangeError(`start=${value} is not a time of the day such as 06:30`);
  return Number(hours) + Number(minutes) / 60;
}

function number(key: string, text: string, least: number, isWhole = true): number {
  const value = Number(text);
  if (!text.trim() || !(isWhole ? Number.isSafeInteger(value) : Number.isFinite(value)) || value < least)
    throw new RangeError(`${key}=${text} is not a ${isWhole ? 'whole ' : ''}number of ${least} or more`);
  return value;
}

function oneOf<const T extends string>(what: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (!found) throw new RangeError(`there is no ${what} ${text}; there are ${words.join(', ')}`);
  return found;
}
