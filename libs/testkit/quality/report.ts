import type { Rule } from '#libs/detection/rule/rule.js';
import { exposedOf, falsePerWeek, type GoalMet, hasGoal } from './goals.js';
import type { AttackSeen } from './truth-book.js';
import { type FalseIncident, firstOfEachRule, mattersOf, type Played } from './verdict.js';

const nameColumns = 24;

/** The attacks of one simulation, a line each, and its false incidents. */
export function seedReport(played: Played, rules: readonly Rule[]): string {
  const { seed, days, staff, events, rows, attacks, falseIncidents, falseWithoutExceptions, exceptions } = played;
  const head = `seed ${seed}: ${days} days, ${count(staff)} staff, ${count(events)} events, ${count(rows)} rows`;
  const shown = falseIncidents.map((incident) => `    ${falseLine(incident, rules)}`);
  const without = exceptions ? `; ${falseWithoutExceptions.length} without the ${exceptions} exceptions for announced work` : '';
  const first = firstOfEachRule(falseIncidents).length;
  return [
    head,
    ...attacks.map((attack) => `  ${attackLine(attack, rules)}`),
    `  false incidents: ${falseIncidents.length} in ${mattersOf(falseIncidents).length} matters, of which ${first} are the first of their account by a rule${without}`,
    ...shown,
  ].join('\n');
}

function attackLine({ name, beginsMs, actors, patients, patientsMissed, told }: AttackSeen, rules: readonly Rule[]): string {
  const first = told[0];
  const accounts = actors.length > 1 ? `, ${told.length} of ${actors.length} accounts` : '';
  if (!first) return `${name.padEnd(nameColumns)}NOT FOUND, ${count(patients)} patients exposed`;
  const each = told.map(({ exposed }) => exposed);
  const range = `${count(Math.min(...each))} to ${count(Math.max(...each))} an account, ${count(sum(each) + patientsMissed)} in sum`;
  const exposed =
    actors.length > 1 ? `${range}, ${count(first.exposedByAll)} by all when the first was told,` : count(first.exposed);
  return (
    `${name.padEnd(nameColumns)}found${accounts} after ${duration(first.atMs - beginsMs)}: ${exposed} of ${count(patients)} patients exposed, ` +
    `event ${count(first.events)}, incident says ${count(first.counted)}; by ${first.rules.map((id) => nameOf(id, rules)).join(', ')}`
  );
}

function falseLine({ actorId, rules: fired, patients, firstTime, occasion }: FalseIncident, rules: readonly Rule[]): string {
  const names = fired.map((id) => nameOf(id, rules)).join(', ');
  return `${firstTime.slice(0, 16)} ${actorId}, ${count(patients)} patients (${occasion}): ${names}`;
}

/** Everything together: attacks over all seeds, false incidents by rule and occasion, goals. */
export function summary(played: readonly Played[], rules: readonly Rule[], goals: readonly GoalMet[]): string {
  const names = [...new Set(played.flatMap(({ attacks }) => attacks.map(({ name }) => name)))];
  const lines = [`${played.length} simulations together`, '', 'attacks (patients exposed when told: median, most)'];
  for (const name of names.toSorted((a, b) => Number(hasGoal(b)) - Number(hasGoal(a))))
    lines.push(`  ${attackSummary(name, played)}`);
  lines.push('', 'rules by which attacks were told first, and what is lost without each', ...firstLines(played, rules));
  lines.push('', 'false incidents a week for 1,400 staff, by rule and occasion', ...ruleLines(played, rules));
  const withoutText = played.some(({ exceptions }) => exceptions > 0)
    ? `; without exceptions ${perWeek(played, ({ falseWithoutExceptions }) => falseWithoutExceptions)}`
    : '';
  const worst = Math.max(0, ...played.map((one) => falsePerWeek([one], ({ falseIncidents }) => falseIncidents)));
  lines.push(
    `  ${'all'.padEnd(nameColumns)}${perWeek(played, ({ falseIncidents }) => falseIncidents)} (worst week ${worst.toFixed(2)})${withoutText}`,
  );
  lines.push('', 'goals');
  for (const { goal, is, met } of goals) lines.push(`  ${met ? 'met   ' : 'MISSED'}  ${goal}: ${is}`);
  return lines.join('\n');
}

function attackSummary(name: string, played: readonly Played[]): string {
  const seen = played.flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name));
  const accounts = sum(seen.map(({ actors }) => actors.length));
  const told = seen.flatMap((attack) => attack.told.map((one) => ({ ...one, delayMs: one.atMs - attack.beginsMs })));
  const exposed = told.map((one) => one.exposed);
  const perAttack = seen.map((attack) => sum(attack.told.map((one) => one.exposed)) + attack.patientsMissed);
  const each = accounts > seen.length ? `, ${told.length} of ${accounts} accounts` : '';
  const found = seen.filter((attack) => attack.told.length > 0).length;
  const first = seen.map(exposedOf).toSorted((a, b) => a - b);
  const firstText = `${exposedText(first[Math.floor((first.length - 1) / 2)])}, ${exposedText(first.at(-1))} when first told`;
  const figures = told.length
    ? `${count(median(exposed))}, ${count(Math.max(...exposed))} an account; in sum ${count(median(perAttack))}, ${count(Math.max(...perAttack))}; ` +
      `delay ${duration(median(told.map(({ delayMs }) => delayMs)))}`
    : `all of its ${count(median(perAttack))} patients`;
  return `${name.padEnd(nameColumns)}found ${found} of ${seen.length}${each}: ${firstText}; ${figures}${hasGoal(name) ? '' : ' (no goal)'}`;
}

function exposedText(exposed: number | undefined): string {
  return exposed === undefined || exposed === Infinity ? 'not found' : count(exposed);
}

/** For each rule the attacks that it told first, and what these would have had by the next rule: what is lost without it. */
function firstLines(played: readonly Played[], rules: readonly Rule[]): readonly string[] {
  const lost = new Map<string, string[]>();
  for (const { seed, attacks } of played)
    for (const { name, byRule } of attacks) {
      const [first, next] = Object.entries(byRule).toSorted(([, a], [, b]) => a - b);
      if (!first) continue;
      const without = next ? `${count(next[1])} by ${nameOf(next[0], rules)}` : 'not found';
      lost.set(first[0], [...(lost.get(first[0]) ?? []), `${name} (seed ${seed}) ${count(first[1])}, without it ${without}`]);
    }
  return [...lost].map(([id, lines]) => `  ${nameOf(id, rules)}\n${lines.map((line) => `    ${line}`).join('\n')}`);
}

function ruleLines(played: readonly Played[], rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ id }) => {
    const of = (one: Played) => one.falseIncidents.filter((incident) => incident.rules.includes(id));
    const incidents = played.flatMap(of);
    if (incidents.length === 0) return [];
    const occasions = new Map<string, number>();
    for (const { occasion } of incidents) occasions.set(occasion, (occasions.get(occasion) ?? 0) + 1);
    const causes = [...occasions].map(([occasion, times]) => `${occasion} ${times}`).join(', ');
    return [`  ${nameOf(id, rules).padEnd(nameColumns)}${perWeek(played, of)}  (${causes})`];
  });
}

function nameOf(id: string, rules: readonly Rule[]): string {
  return rules.find((rule) => rule.id === id)?.title ?? id;
}

function perWeek(played: readonly Played[], of: (one: Played) => readonly FalseIncident[]): string {
  return falsePerWeek(played, of).toFixed(2);
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(seconds / 3_600);
  return hours < 48 ? `${hours} h ${Math.floor((seconds % 3_600) / 60)} min` : `${(hours / 24).toFixed(1)} days`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString('en');
}
