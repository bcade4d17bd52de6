import { hex128Of } from '#libs/contracts/hex128.js';
import { hex128 } from '#libs/contracts/access-row.js';
import { circleOf, type Holdings } from './circles.js';
import { type Controls, drawControls } from './controls.js';
import {
  type Attribution,
  type Finding,
  type Leak,
  type LeakAccesses,
  type LeakQuestion,
  type LeakStore,
  type Moment,
  momentKinds,
  samplePatientsMax,
} from './leak.js';
import type { Candidate, Sample } from './mixture.js';
import { type Chosen, firstOf, select, smallestSample } from './select.js';
import { supportOf } from './support.js';

/** Fewer patients than this name nobody, whatever the numbers say: they may be one family, or one room. */
const rowsMin = 5;
/** An export is of about the sample's size within these factors; a small sample is about as large as many. */
const sizeFactors = { least: 0.8, most: 1.25 };
const sizedFrom = 20;
/** Each costs a pass over the pool. */
const circlesMax = 100;

/**
 * Which accounts took a sample of patients, and when. Keeps the sample and what was found in the store. Rejects with a `RangeError` for a
 * question that cannot be asked, which never quotes the sample, and as the store does.
 */
export async function attributeLeak(store: LeakStore, question: LeakQuestion): Promise<Attribution> {
  const patients = samplesOf(question);
  const { groupId, fromMs, toMs, title, by, atMs } = question;
  const leak: Leak = {
    groupId,
    fromMs,
    toMs,
    title,
    by,
    atMs,
    leakId: hex128Of(JSON.stringify([groupId, fromMs, toMs, atMs, patients])),
  };
  await store.keep(leak, patients);
  const accesses = await store.accesses(leak);
  const named = nameAccounts(accesses, leak, seedOf(patients));
  const actors = named.findings.map(({ actorId }) => actorId);
  const moments = actors.length > 0 ? await store.moments(leak, actors) : [];
  const { found, nearest } = await exportsOf(store, leak, patients.length);
  const when = momentKinds.flatMap((kind) =>
    nameMoments(
      accesses,
      moments.filter((moment) => moment.kind === kind),
    ),
  );
  const attribution: Attribution = {
    leakId: leak.leakId,
    given: patients.length,
    known: accesses.known,
    touched: accesses.touched.length,
    accounts: accesses.accounts.length,
    patients: accesses.patients,
    ...named,
    findings: ranked([...named.findings, ...when]),
    exports: nearest,
    exportsFound: found,
  };
  await store.record(leak, attribution);
  return attribution;
}

function seedOf(patients: readonly string[]): number {
  return Number.parseInt(hex128Of(patients.join()).slice(0, 8), 16);
}

/** Different pseudonyms in order, so that the same sample has the same controls however it is sorted. */
function samplesOf({ patients, fromMs, toMs, groupId }: LeakQuestion): readonly string[] {
  const different = [...new Set(patients)].toSorted();
  if (groupId === '') throw new RangeError('a leak belongs to one group; name it');
  if (!(fromMs >= 0 && fromMs < toMs)) throw new RangeError('the period ends before it begins; give its begin first');
  if (different.length === 0) throw new RangeError('the sample has no patient');
  if (different.length > samplePatientsMax)
    throw new RangeError(
      `the sample has ${different.length} patients; give ${samplePatientsMax} of them at most, drawn at random`,
    );
  if (!different.every((patient) => hex128.safeParse(patient).success))
    throw new RangeError('the sample holds something else than pseudonyms of 32 hexadecimal digits');
  return different;
}

type Named = Pick<Attribution, 'verdict' | 'findings' | 'doubtful' | 'rest' | 'smallest' | 'controls'>;
const noControls: Controls = { samples: 0, named: 0, largestGain: 0 };

function nameAccounts(accesses: LeakAccesses, leak: Leak, seed: number): Named {
  const { accounts, patients, touched, pool } = accesses;
  const sample: Sample = { rows: touched.length, patients };
  const nobody = { findings: [], doubtful: [], rest: 1, controls: noControls };
  if (touched.length === 0) return { verdict: 'unopened', ...nobody };
  const sizes = accounts.map(({ size }) => size);
  const holdings: Holdings = { pool, sample: touched.map(({ holders }) => holders), sizes, patients };
  const candidates = candidatesOf(holdings.sample, sizes);
  const smallest = smallestOf(sample, candidates);
  const chosen = touched.length < rowsMin ? [] : chooseAccounts(sample, candidates, { holdings, clinics: clinicsOf(accesses) });
  const taken = new Set(chosen.map(({ place }) => place));
  const controls = drawControls({ ...holdings, named: taken, seed });
  const findingOf = (one: Chosen): Finding => {
    const { actorId, size } = accounts[one.place] ?? { actorId: '', size: 0 };
    const alike = one.alike.map((place) => accounts[place]?.actorId ?? '');
    const matched = candidates[one.place]?.rows.length ?? 0;
    return {
      rank: 0,
      actorId,
      kind: 'period',
      ref: '',
      firstMs: leak.fromMs,
      lastMs: leak.toMs,
      matched,
      size,
      ...strength(one),
      alike,
    };
  };
  const clear = chosen.filter(({ gain }) => gain > controls.largestGain);
  const findings = ranked(clear.map(findingOf));
  const doubtful = ranked(chosen.filter((one) => !clear.includes(one)).map(findingOf));
  const rest = Math.max(0, 1 - findings.reduce((sum, { share }) => sum + share, 0));
  const small = touched.length < (smallest ?? rowsMin);
  const verdict = findings.length > 0 ? 'named' : small ? 'too_small' : 'nobody';
  return { verdict, findings, doubtful, rest, ...(smallest !== undefined && { smallest }), controls };
}

/**
 * Accounts beside what explains a sample without any of them: clinics, and the colleagues of whoever would be named. Those of somebody who is
 * named only then are added in the next round.
 */
function chooseAccounts(
  sample: Sample,
  candidates: readonly Candidate[],
  { holdings, clinics }: { readonly holdings: Holdings; readonly clinics: readonly Candidate[] },
): readonly Chosen[] {
  const circles = new Map<number, Candidate | undefined>();
  for (;;) {
    const common = [...clinics, ...[...circles.values()].flatMap((circle) => circle ?? [])];
    const chosen = select(sample, candidates, common);
    const fresh = chosen.filter(({ place }) => !circles.has(place));
    if (fresh.length === 0 || circles.size >= circlesMax) return chosen;
    for (const { place } of fresh) circles.set(place, circleOf(place, holdings));
  }
}

/**
 * Clinics of which the sample has patients. One of whose opened patients a single account opened more than half is left out: it is no explanation without anybody, it is
 * that account. So it is with a closed clinic, where nobody works but whoever empties it.
 */
function clinicsOf({ clinics, touched }: LeakAccesses): readonly Candidate[] {
  const shared = candidatesOf(
    touched.map(({ at }) => at),
    clinics.map(({ size }) => size),
  ).filter((_, place) => !isOfOne(clinics[place]));
  return shared.filter(({ rows }) => rows.length > 0);
}

function isOfOne(clinic: LeakAccesses['clinics'][number] | undefined): boolean {
  return clinic !== undefined && clinic.largest > clinic.size / 2;
}

/** Of the account that fits best, or of one with as many patients as the median where none fits. */
function smallestOf(sample: Sample, candidates: readonly Candidate[]): number | undefined {
  const sizes = candidates.map(({ size }) => size);
  const first = firstOf(
    sample,
    candidates.map(({ rows }) => rows.length),
    sizes,
  );
  const size = sizes[first?.place ?? -1] ?? sizes.toSorted((a, b) => a - b)[sizes.length >> 1];
  const smallest = Math.max(rowsMin, smallestSample(candidates.length, sample.patients, size ?? sample.patients));
  return Number.isFinite(smallest) ? smallest : undefined;
}

function nameMoments({ touched, patients }: LeakAccesses, moments: readonly Moment[]): readonly Finding[] {
  const rowOf = new Map(touched.map(({ patient }, row) => [patient, row]));
  const candidates = moments.map(({ size, held }) => ({ size, rows: held.flatMap((patient) => rowOf.get(patient) ?? []) }));
  const chosen = select({ rows: touched.length, patients }, candidates);
  return chosen.flatMap((one) => {
    const moment = moments[one.place];
    if (!moment) return [];
    const { actorId, kind, ref, firstMs, lastMs, size } = moment;
    const alike = one.alike.map((place) => moments[place]?.ref ?? '');
    return [
      {
        rank: 0,
        actorId,
        kind,
        ref,
        firstMs,
        lastMs,
        matched: candidates[one.place]?.rows.length ?? 0,
        size,
        ...strength(one),
        alike,
      },
    ];
  });
}

function strength({ share, lnBayes }: Chosen): Pick<Finding, 'share' | 'lnBayes' | 'support'> {
  return { share, lnBayes, support: supportOf(lnBayes) };
}

function ranked(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding, index) => ({ ...finding, rank: index + 1 }));
}

/** Rows by who holds them, turned into who holds which rows. */
function candidatesOf(holders: readonly (readonly number[])[], sizes: readonly number[]): readonly Candidate[] {
  const rows: number[][] = sizes.map(() => []);
  for (const [row, places] of holders.entries()) for (const place of places) rows[place]?.push(row);
  return sizes.map((size, place) => ({ size, rows: rows[place] ?? [] }));
}

async function exportsOf(store: LeakStore, leak: Leak, given: number): ReturnType<LeakStore['sizedExports']> {
  if (given < sizedFrom) return { found: 0, nearest: [] };
  const [least, most] = [Math.floor(given * sizeFactors.least), Math.ceil(given * sizeFactors.most)];
  return store.sizedExports(leak, { least, wanted: given, most });
}
