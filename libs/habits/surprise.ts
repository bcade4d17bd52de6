import type { HabitRule, HabitScale } from './seams.js';

const dayMs = 86_400_000;

/** Added to both sides of a ratio, so that one patient instead of none is no surprise. */
const beside = 5;

/** How far a count goes beyond what is usual: ln((count + 5) / (usual + 5)) of a volume, 2 sqrt(count + 1) - 2 sqrt(usual + 1) of what is rare. */
export function surpriseOf(count: number, usual: number, scale: HabitScale): number {
  return scale === 'rare' ? 2 * (Math.sqrt(count + 1) - Math.sqrt(usual + 1)) : Math.log((count + beside) / (usual + beside));
}

/** The count, not rounded, that is as surprising as `z`. */
export function countOf(z: number, usual: number, scale: HabitScale): number {
  return scale === 'rare' ? (z / 2 + Math.sqrt(usual + 1)) ** 2 - 1 : Math.exp(z) * (usual + beside) - beside;
}

/** Whether windows of several days that end so many days behind the first day of a group may hold a part of it: nobody was known to be in care then. */
export function holdsFirstDay({ timespanMs }: HabitRule, daysSince: number): boolean {
  const days = Math.ceil(timespanMs / dayMs);
  return days > 1 && daysSince <= days;
}
