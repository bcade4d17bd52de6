/**
 * Which account took a sample: seconds for samples of 50 to 50,000 patients over a month of 1,400 accounts, beside expectation and
 * maximisation over all accounts at once in the same run; and how often samples that nobody took name somebody, beside ranking by the tail
 * of the hypergeometric distribution (Bonferroni, 1 %).
 */
import { attributeLeak } from '#libs/attribution/attribute-leak.js';
import type { Attribution, LeakAccesses } from '#libs/attribution/leak.js';
import { leakedHospital, LeakSamples, monthOfGroup } from '#libs/testkit/leaks/leaked-hospital.js';
import { leakedFromMs, MemoryLeakStore, pseudonymOf } from '#libs/testkit/leaks/memory-leak-store.js';
import { report } from './yardstick/report.js';

const draws = Number(process.env.BENCH_DRAWS ?? 200);
const naiveRounds = 50;
const hospital = leakedHospital(monthOfGroup);
const store = new MemoryLeakStore(hospital);
const samples = new LeakSamples(hospital, 1);
const attacker = hospital.actors[hospital.attacker.actor] ?? '';
report.note(
  `${hospital.openings.length} openings of ${samples.opened.length} patients by ${hospital.actors.length} accounts; the attacker's ${hospital.attacker.patients.length}`,
);

for (const size of [50, 1_000, 10_000, 50_000]) {
  const patients = samples.of(hospital.attacker.patients, size / 2).concat(samples.atRandom(size / 2));
  const own = await measured(() => ask(patients));
  const accesses = await store.accesses();
  const naive = await measured(() => Promise.resolve(naiveFit(accesses)));
  report.note(
    `${size} patients, half foreign: ${namesOf(own.value).join(', ')}; all accounts at once find ${naive.value} accounts above one row`,
  );
  report.figure(`${size} patients, half foreign`, own.ms / 1000, 's');
  report.ratio(`${size} patients, half foreign`, own.ms / naive.ms, `the time of all accounts at once, ${naiveRounds} rounds`);
}

for (const size of [20, 50, 200]) {
  let [mixture, tail, found] = [0, 0, 0];
  for (let draw = 0; draw < draws; draw += 1) {
    if (namesOf(await ask(samples.atRandom(size))).length > 0) mixture += 1;
    if (tailNames(await store.accesses())) tail += 1;
    const [first] = namesOf(await ask(samples.of(hospital.attacker.patients, size, 0.2)));
    if (first === attacker) found += 1;
  }
  report.figure(`${size} patients, of ${draws} random samples those that name somebody`, mixture, 'samples');
  report.figure(`${size} patients, the same by the hypergeometric tail`, tail, 'samples');
  report.figure(
    `${size} patients, of ${draws} of the theft, a fifth foreign, those that name the attacker first`,
    found,
    'samples',
  );
}

function ask(patients: readonly number[]): Promise<Attribution> {
  const period = { fromMs: leakedFromMs, toMs: leakedFromMs + 31 * 86_400_000 };
  return attributeLeak(store, {
    ...period,
    groupId: 'helix',
    title: '',
    by: 'bench',
    atMs: 0,
    patients: patients.map(pseudonymOf),
  });
}

function namesOf({ findings }: Attribution): readonly string[] {
  return findings.filter(({ kind }) => kind === 'period').map(({ actorId }) => actorId);
}

/** Shares of all accounts and the background, fitted together row by row. How many accounts get a row or more. */
function naiveFit({ touched, accounts, patients }: LeakAccesses): number {
  let weights = new Float64Array(accounts.length + 1).fill(1 / (accounts.length + 1));
  for (let round = 0; round < naiveRounds; round += 1) {
    const next = new Float64Array(weights.length);
    for (const { holders } of touched) {
      let density = weights[accounts.length] ?? 0;
      for (const place of holders) density += (weights[place] ?? 0) * (patients / (accounts[place]?.size ?? 1));
      const all = accounts.length;
      next[all] = (next[all] ?? 0) + (weights[all] ?? 0) / density / touched.length;
      for (const place of holders)
        next[place] =
          (next[place] ?? 0) + ((weights[place] ?? 0) * (patients / (accounts[place]?.size ?? 1))) / density / touched.length;
    }
    weights = next;
  }
  return weights.subarray(0, accounts.length).filter((weight) => weight * touched.length >= 1).length;
}

/** Whether some account holds more of the sample than chance explains, were each row drawn from everybody known to the group. */
function tailNames({ touched, accounts }: LeakAccesses): boolean {
  const held = new Int32Array(accounts.length);
  for (const { holders } of touched) for (const place of holders) held[place] = (held[place] ?? 0) + 1;
  return accounts.some(
    ({ size }, place) => tail(held[place] ?? 0, touched.length, size / hospital.population) < 0.01 / accounts.length,
  );
}

/** P(X >= held), binomial, which is the hypergeometric where the sample is small beside the population. */
function tail(held: number, rows: number, chance: number): number {
  let [term, sum] = [(1 - chance) ** rows, 0];
  for (let count = 0; count <= rows; count += 1) {
    if (count >= held) sum += term;
    term *= ((rows - count) / (count + 1)) * (chance / (1 - chance));
  }
  return sum;
}

async function measured<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const startedAt = performance.now();
  const value = await work();
  return { ms: performance.now() - startedAt, value };
}
