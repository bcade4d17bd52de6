import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import type { ServiceName, Target } from './target.js';

/** What one body of at most a mebibyte may cost anywhere on its road, with room for a slow machine: seconds of processor, mebibytes. */
const cpuSecondsMax = 3;
const mebibytesMax = 256;
const roads: readonly ServiceName[] = ['ingestor', 'scorer', 'archiver'];

interface Costly {
  readonly what: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

function costly(actor_id: string): readonly Costly[] {
  return [
    json('20,000 patients in one event', access({ actor_id, action: 'export', patient_ids: many(20_000) })),
    json('20,000 patients and 25,000 values beside them', access({ actor_id, patient_ids: many(20_000), extra: fields(25_000) })),
    json('20,000 patients and long texts', access({ actor_id, patient_ids: many(20_000), user_agent: 'x'.repeat(2000), device: 'y'.repeat(1000), session_id: 'z'.repeat(1000), purpose: 'p'.repeat(1000) })),
    json('48,000 categories, keys and nulls', access({ actor_id, patient_ids: ['1'], extra: fields(48_000) })),
    { what: 'contained resources times references', path: '/fhir', type: 'application/fhir+json', body: JSON.stringify(bundle(4, 2000)) },
    { what: 'contained resources times references, all unknown', path: '/fhir', type: 'application/fhir+json', body: JSON.stringify(bundle(4, 2000, 'x')) },
  ]; // prettier-ignore
}

function json(what: string, event: object): Costly {
  return { what, path: '/v1/events', type: 'application/json', body: JSON.stringify(event) };
}

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${n}`.padStart(7, '7'));
}

function fields(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, `v${n}`]));
}

/** Each entry refers to each of its contained patients. */
function bundle(entries: number, contained: number, unknown = ''): object {
  const ids = Array.from({ length: contained }, (_, n) => `c${n}`);
  const resource = {
    resourceType: 'AuditEvent',
    action: 'R',
    recorded: new Date().toISOString(),
    outcome: '0',
    source: { observer: { display: 'x' }, site: '990000001' },
    agent: [{ who: { display: 'costly' }, requestor: true }],
    contained: ids.map((id, n) => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:x', value: `${n}` }] })),
    entity: ids.map((id) => ({ what: { reference: `#${unknown}${id}` } })),
  };
  return { resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: entries }, () => ({ resource })) };
}

/** A budget of work and not of bytes alone: no body costs more than its share, anywhere. */
export const costlyRecords: Attack = {
  name: 'costly-records',
  title: 'single bodies below a mebibyte that are made to cost the most: patients, values, texts, references',
  async run(target) {
    const bodies = costly(target.account('costly'));
    if (!roads.every((name) => Object.values(stateOf(target, name)).every(Number.isFinite)))
      return { verdict: 'not tried', observed: 'this system does not tell what a process costs' };
    const through: string[] = [];
    const costs: Cost[] = [];
    for (const one of bodies) {
      if (!(await target.settled())) through.push(`what came before ${one.what} is not through within its time`);
      for (const name of roads) forgetPeak(target, name);
      const before = roads.map((name) => stateOf(target, name));
      const { status } = await target.post(one.path, one.type, gzipSync(one.body), 'helix', 'gzip');
      if (!(await target.settled())) through.push(`${one.what} is not through within its time`);
      for (const [at, name] of roads.entries()) {
        const cost = costOf(
          stateOf(target, name),
          before[at],
          `${one.what}, ${(one.body.length / 1024).toFixed(0)} KiB (${status})`,
          name,
        );
        costs.push(cost);
        // What cannot be told has not been withstood: a process that was ended has no cost.
        if (!(cost.cpu <= cpuSecondsMax && cost.mebibytes <= mebibytesMax)) through.push(cost.text);
      }
    }
    const largest = (of: (cost: Cost) => number) => costs.toSorted((a, b) => of(b) - of(a))[0]?.text ?? '';
    return outcomeOf(
      through,
      `${costs.length} costs, the largest ${largest(({ cpu }) => cpu)}; ${largest(({ mebibytes }) => mebibytes)}`,
    );
  },
};

interface Cost {
  readonly cpu: number;
  readonly mebibytes: number;
  readonly text: string;
}

interface State {
  readonly pid: number;
  readonly cpu: number;
  /** Held now, and at most since the peak was forgotten, mebibytes. */
  readonly resident: number;
  readonly peak: number;
}

/** Not numbers where the process is another one than before. */
function costOf(after: State, before: State | undefined, what: string, name: ServiceName): Cost {
  const same = before?.pid === after.pid;
  const cpu = same ? after.cpu - before.cpu : Number.NaN;
  const mebibytes = same ? after.peak - before.resident : Number.NaN;
  const text = same ? `${cpu.toFixed(1)} s and ${mebibytes.toFixed(0)} MiB of ${name}` : `${name} was ended`;
  return { cpu, mebibytes, text: `${what}: ${text}` };
}

/** Linux only; not numbers elsewhere, and where the process is gone. */
function stateOf(target: Target, name: ServiceName): State {
  const pid = target.vigie.pidOf(name) ?? Number.NaN;
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // Said by what is no number.
  }
  const mebibytes = (of: string) => Number(new RegExp(`${of}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { pid, cpu: target.cpuSeconds(name), resident: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** Has the kernel take the largest memory of a process for what it holds now: proc_pid_clear_refs(5). Where it may not, the peak of before counts. */
function forgetPeak({ vigie }: Target, name: ServiceName): void {
  try {
    writeFileSync(`/proc/${vigie.pidOf(name)}/clear_refs`, '5');
  } catch {
    // Then a cost may be told too large, never too small.
  }
}
