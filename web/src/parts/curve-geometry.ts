import type { Shape } from '../api/answers.js';

/** Of the drawing, in its own units. */
export const size = { width: 960, height: 300, left: 64, right: 16, top: 34, bottom: 36 } as const;

export interface Mark {
  readonly at: string;
  readonly text: string;
}

export interface Geometry {
  /** A line of steps from the first access to the last. */
  readonly line: string;
  /** The same, closed along the ground. */
  readonly area: string;
  readonly patients: readonly { readonly value: number; readonly y: number }[];
  readonly times: readonly { readonly at: number; readonly x: number }[];
  /** Those that lie on the drawing, with their place in the list from 1. */
  readonly marks: readonly { readonly place: number; readonly x: number }[];
}

const ticks = 4;

/** Where everything of a curve lies. A shape has one point at least. */
export function geometryOf({ first_time, last_time, points, total }: Shape, marks: readonly Mark[]): Geometry {
  const from = Date.parse(first_time);
  const until = Math.max(Date.parse(last_time), from + 1_000);
  const step = roundStep(total / ticks);
  const top = Math.max(step, Math.ceil(total / step) * step);
  const xOf = (at: number) =>
    rounded(size.left + ((clamped(at, from, until) - from) / (until - from)) * (size.width - size.left - size.right));
  const yOf = (patients: number) =>
    rounded(size.height - size.bottom - (patients / top) * (size.height - size.top - size.bottom));
  const path = points.map(({ at, patients }) => `H${xOf(Date.parse(at))}V${yOf(patients)}`).join('');
  const line = `M${xOf(from)} ${yOf(0)}${path}H${xOf(until)}`;
  return {
    line,
    area: `${line}V${yOf(0)}Z`,
    patients: Array.from({ length: Math.round(top / step) + 1 }, (_, place) => ({ value: place * step, y: yOf(place * step) })),
    times: Array.from({ length: 5 }, (_, place) => from + (place * (until - from)) / 4).map((at) => ({ at, x: xOf(at) })),
    marks: marks.flatMap(({ at }, place) => {
      const instant = Date.parse(at);
      return instant >= from && instant <= until ? [{ place: place + 1, x: xOf(instant) }] : [];
    }),
  };
}

/** The next of 1, 2, 5, 10, 20, ... that is no less. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
