import { readFileSync } from 'node:fs';
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
    resourceType: 'AuditEvent', action: 'R', recorded: new Date().toISOString(), outcome: '0', source: { observer: { display: 'x' }, site: '990000001' },
    agent: [{ who: { display: 'costly' }, requestor: true }],
    contained: ids.map((id, n) => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:x', value: `${n}` }] })),
    entity: ids.map((id) => ({ what: { reference: `#${unknown}${id}` } })),
  }; // prettier-ignore
  return { resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: entries }, () => ({ resource })) };
}

/** A budget of work and not of bytes alone: no body costs more than its share, anywhere. */
export const costlyRecords: Attack = {
  name: 'costly-records',
  title: 'single bodies below a mebibyte that are made to cost the most: patients, values, texts, references',
  async run(target) {
    const through: string[] = [];
    const seen: string[] = [];
    for (const one of costly(target.account('costly'))) {
      await target.settled();
      const before = roads.map((name) => ({ cpu: target.cpuSeconds(name), mebibytes: residentOf(target, name) }));
      const { status } = await target.post(one.path, one.type, gzipSync(one.body), 'helix', 'gzip');
      await target.settled();
      roads.forEach((name, at) => {
        const cpu = target.cpuSeconds(name) - (before[at]?.cpu ?? 0);
        const mebibytes = residentOf(target, name) - (before[at]?.mebibytes ?? 0);
        const cost = `${one.what}, ${(one.body.length / 1024).toFixed(0)} KiB (${status}): ${cpu.toFixed(1)} s and ${mebibytes.toFixed(0)} MiB of ${name}`;
        seen.push(cost);
        if (cpu > cpuSecondsMax || mebibytes > mebibytesMax) through.push(cost);
      });
    }
    if (Number.isNaN(target.cpuSeconds('ingestor')))
      return { verdict: 'not tried', observed: 'this system does not tell what a process costs' };
    return outcomeOf(through, `${seen.length} costs, the largest ${largestOf(seen)}`);
  },
};

function largestOf(seen: readonly string[]): string {
  return seen.toSorted((a, b) => costOf(b) - costOf(a))[0] ?? '';
}

function costOf(text: string): number {
  return Number(/([\d.]+) s and/.exec(text)?.[1] ?? 0);
}

/** Mebibytes that a service holds in memory. */
function residentOf({ vigie }: Target, name: ServiceName): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${vigie.pidOf(name)}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
