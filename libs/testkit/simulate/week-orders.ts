import { honestWeeks, type WeekOrder, weekNames } from '../hospital/weeks/weeks.js';

/** Day from the start on which a week begins that says nothing else: late enough for accounts to have a past. */
const usualDay = 6;

/** Reads `none`, or honest weeks separated by commas, each a name with its day: `merger,downtime+day=8`. Throws `RangeError`. */
export function parseWeekOrders(text: string): WeekOrder[] {
  return text === 'none' ? [] : text.split(',').map(parseOrder);
}

function parseOrder(text: string): WeekOrder {
  const [given = '', ...rest] = text.trim().split('+');
  const name = weekNames.find((one) => one === given);
  if (!name) throw new RangeError(`there is no honest week ${given}; there are ${weekNames.join(', ')}`);
  if (rest.length === 0) return { name, day: usualDay };
  const [, day] = /^day=(\d{1,4})$/.exec(rest.join('+')) ?? [];
  if (day === undefined) throw new RangeError(`${text.trim()}: a week has one setting, such as +day=8`);
  return { name, day: Number(day) };
}

/** What there is, for the help. */
export function weekHelp(): string {
  return `Honest weeks:\n${weekNames.map((name) => `  ${name.padEnd(22)} ${honestWeeks[name]}`).join('\n')}`;
}
