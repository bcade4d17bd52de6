import { goesByHabit, type Rule } from '#libs/detection/rule/rule.js';
import { exposedOf, falsePerWeek } from './goals.js';
import type { Played } from './verdict.js';

/** What was played, as the tables of a page: what each attack had when it was told, and what every rule found and cost. */
export function markdownReport(played: readonly Played[], rules: readonly Rule[]): string {
  return [...attackTable(played, rules), '', ...ruleTable(played, rules), ''].join('\n');
}

function attackTable(played: readonly Played[], rules: readonly Rule[]): readonly string[] {
  const names = [...new Set(played.flatMap(({ attacks }) => attacks.map(({ name }) => name)))];
  const rows = names.map((name) => {
    const seen = played.flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name));
    const exposed = seen.map(exposedOf).toSorted((a, b) => a - b);
    const middle = exposed[Math.floor((exposed.length - 1) / 2)];
    const first = seen.flatMap(({ byRule }) => (firstOf(byRule) ? [titleOf(firstOf(byRule) ?? '', rules)] : []));
    const found = seen.filter(({ told }) => told.length > 0).length;
    const patients = Math.max(...seen.map((attack) => attack.patients));
    return `| \`${name}\` | ${found} of ${seen.length} | ${text(middle)} (${text(exposed.at(-1))}) of ${patients.toLocaleString('en')} | ${[...new Set(first)].join('; ')} |`;
  });
  return ['| attack | found | patients exposed when told, median (most) | told first by |', '| --- | --- | --- | --- |', ...rows];
}

/** Every rule that found or cost anything: of how many attacks it was the first to tell, how many it told at all, and its false incidents a week. */
function ruleTable(played: readonly Played[], rules: readonly Rule[]): readonly string[] {
  const attacks = played.flatMap((one) => one.attacks);
  const rows = rules.flatMap((rule) => {
    const { id, title } = rule;
    const first = attacks.filter(({ byRule }) => firstOf(byRule) === id).length;
    const told = attacks.filter(({ byRule }) => byRule[id] !== undefined).length;
    const wrong = falsePerWeek(played, (one) => one.falseIncidents.filter((incident) => incident.rules.includes(id)));
    const bare = falsePerWeek(played, (one) => one.falseWithoutExceptions.filter((incident) => incident.rules.includes(id)));
    if (told === 0 && wrong === 0 && bare === 0) return [];
    const kind = goesByHabit(rule) ? 'learned' : 'fixed';
    return [{ first, told, line: `| ${title} | ${kind} | ${first} | ${told} | ${wrong.toFixed(2)} | ${bare.toFixed(2)} |` }];
  });
  const lines = rows.toSorted((a, b) => b.first - a.first || b.told - a.told).map(({ line }) => line);
  return [
    `| rule | | told first, of ${attacks.length} attacks | told at all | false incidents a week | without exceptions |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ];
}

/** The rule with which an attack had fewest patients. */
function firstOf(byRule: Readonly<Record<string, number>>): string | undefined {
  return Object.entries(byRule).toSorted(([, a], [, b]) => a - b)[0]?.[0];
}

function titleOf(id: string, rules: readonly Rule[]): string {
  return rules.find((rule) => rule.id === id)?.title ?? id;
}

function text(exposed: number | undefined): string {
  return exposed === undefined || exposed === Infinity ? '**not found**' : exposed.toLocaleString('en');
}
