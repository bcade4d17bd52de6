import { z } from 'zod';
import type { Rule } from '#libs/detection/rule/rule.js';

/**
 * What a good programmer writes first: `JSON.parse`, a Map of accounts, and per rule a queue of the window with a Map of counts. Exact,
 * amortised constant per row; in-order rows only. Returns how many accounts fired.
 */
export function plainDecisions(frames: readonly Buffer[], rules: readonly Rule[]): number {
  const accounts = new Map<string, Window[]>();
  const fired = new Set<string>();
  for (const frame of frames)
    for (const line of frame.toString().split('\n')) {
      if (!line) continue;
      const row: z.infer<typeof plainRow> = JSON.parse(line);
      if (row.action !== 'read' || row.outcome === 'failure' || !row.patient_id) continue;
      const key = `${row.group_id}\0${row.actor_id}`;
      let windows = accounts.get(key);
      if (!windows) accounts.set(key, (windows = rules.map((rule) => new Window(rule))));
      const time = Date.parse(row.time);
      for (const window of windows) if (window.take(time, row.patient_id, row.clinic_id)) fired.add(key);
    }
  return fired.size;
}

const plainRow = z.object({
  time: z.string(),
  group_id: z.string(),
  actor_id: z.string(),
  patient_id: z.string(),
  clinic_id: z.string(),
  action: z.string(),
  outcome: z.string(),
});

class Window {
  readonly #times: number[] = [];
  readonly #patients: string[] = [];
  readonly #clinics: string[] = [];
  #head = 0;
  readonly #byPatient = new Map<string, number>();
  readonly #byClinic = new Map<string, number>();

  constructor(private readonly rule: Rule) {}

  take(time: number, patient: string, clinic: string): boolean {
    this.#times.push(time);
    this.#patients.push(patient);
    this.#clinics.push(clinic);
    this.#byPatient.set(patient, (this.#byPatient.get(patient) ?? 0) + 1);
    this.#byClinic.set(clinic, (this.#byClinic.get(clinic) ?? 0) + 1);
    while ((this.#times[this.#head] ?? 0) <= time - this.rule.timespanMs) {
      drop(this.#byPatient, this.#patients[this.#head] ?? '');
      drop(this.#byClinic, this.#clinics[this.#head] ?? '');
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#times.length) {
      for (const queue of [this.#times, this.#patients, this.#clinics]) queue.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#byPatient.size >= this.rule.condition.atLeast && this.#byClinic.size >= (this.rule.spread?.atLeast ?? 0);
  }
}

function drop(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
