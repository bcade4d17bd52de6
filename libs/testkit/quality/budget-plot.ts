import { exposedOf, falsePerWeek } from './goals.js';
import type { Played } from './verdict.js';

const width = 760;
const height = 420;
const left = 70;
const right = 250;
const top = 40;
const bottom = 50;
const colours = [
  '#1b6ca8',
  '#c0392b',
  '#2e7d32',
  '#8e44ad',
  '#b9770e',
  '#117a65',
  '#5d6d7e',
  '#d35400',
  '#6c3483',
  '#0e6655',
  '#7b241c',
  '#1a5276',
  '#7d6608',
];

interface Line {
  readonly name: string;
  readonly points: readonly { readonly budget: number; readonly value: number }[];
}

/**
 * What other budgets would have told, as SVG: patients exposed when each attack was first told (median over simulations, logarithmic), and false incidents a
 * week, over the budget (logarithmic). Attacks that are not found at a budget have no point there.
 */
export function budgetPlot(byBudget: ReadonlyMap<number, readonly Played[]>): string {
  const budgets = [...byBudget.keys()].toSorted((a, b) => a - b);
  const names = [...new Set([...byBudget.values()].flat().flatMap(({ attacks }) => attacks.map(({ name }) => name)))];
  const lines: readonly Line[] = [
    ...names.map((name) => ({ name, points: budgets.map((budget) => ({ budget, value: medianOf(byBudget.get(budget) ?? [], name) })) })),
    {
      name: 'false incidents a week',
      points: budgets.map((budget) => ({ budget, value: falsePerWeek(byBudget.get(budget) ?? [], ({ falseIncidents }) => falseIncidents) })),
    },
  ]; // prettier-ignore
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value)).filter(isShown);
  const x = scaleOf([budgets[0] ?? 1, budgets.at(-1) ?? 1], [left, width - right]);
  const y = scaleOf([Math.min(...values), Math.max(...values)], [height - bottom, top]);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" role="img" aria-label="Patients exposed and false incidents, by budget">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="20" font-size="13">Patients exposed when first told (median), by false incidents a week that are allowed</text>`,
    ...ticks(Math.min(...values), Math.max(...values)).map((tick) => `<line x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#ddd"/><text x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`),
    ...budgets.map((budget) => `<text x="${x(budget)}" y="${height - bottom + 18}" text-anchor="middle">${budget}</text>`),
    `<text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle">budget, false incidents a week</text>`,
    ...lines.map((line, index) => drawn(line, index, x, y)),
    '</svg>',
  ].join('\n')}\n`; // prettier-ignore
}

function drawn({ name, points }: Line, index: number, x: (value: number) => number, y: (value: number) => number): string {
  const isFalse = name.startsWith('false');
  const colour = isFalse ? '#000' : (colours[index % colours.length] ?? '#000');
  const shown = points.filter(({ value }) => isShown(value));
  const path = shown.map(({ budget, value }) => `${x(budget).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const at = top + 16 * index;
  const figures = points.map(({ value }) => (value === Infinity ? '-' : isFalse ? value.toFixed(1) : String(value))).join(' / ');
  return (
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${isFalse ? 3 : 1.5}"${isFalse ? ' stroke-dasharray="6 3"' : ''}/>` +
    shown
      .map(({ budget, value }) => `<circle cx="${x(budget).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${colour}"/>`)
      .join('') +
    `<text x="${width - right + 16}" y="${at + 4}" fill="${colour}">${name}: ${figures}</text>`
  );
}

function medianOf(played: readonly Played[], name: string): number {
  const exposed = played
    .flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name).map(exposedOf))
    .toSorted((a, b) => a - b);
  return exposed[Math.floor((exposed.length - 1) / 2)] ?? Infinity;
}

function isShown(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function scaleOf([from, to]: readonly [number, number], [at, end]: readonly [number, number]): (value: number) => number {
  const span = Math.log(to) - Math.log(from) || 1;
  return (value) => at + ((Math.log(value) - Math.log(from)) / span) * (end - at);
}

function ticks(least: number, most: number): readonly number[] {
  return [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000].filter((tick) => tick >= least && tick <= most);
}
