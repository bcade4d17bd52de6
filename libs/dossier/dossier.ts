import { z } from 'zod';
import type { CaseAction } from '#libs/contracts/case-action.js';
import type { Controller } from '#libs/contracts/controller.js';
import type { BreachFacts } from './breach-facts.js';
import type { Clock } from './clocks.js';
import { overCountMax } from './figures.js';
import type { Manifest } from './manifest.js';

/** What a field may hold. */
export const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]);
export type Value = z.infer<typeof value>;

/** One answer of the form: who gave it, a machine, a person or nobody yet, and when. */
export const field = z.strictObject({ value, source: z.enum(['machine', 'person', 'unknown']), by: z.string(), at: z.string() });
export type Field = z.infer<typeof field>;

/** Answers of people, by `part.field`: they stand over what a machine says. */
export const answers = z.record(
  z.string().regex(/^[a-z_]+\.[a-z_0-9]+$/),
  z.strictObject({ value, by: z.string().min(1), at: z.string().min(1) }),
);
export type Answers = z.infer<typeof answers>;

/** What is notified of one controller: every answer that article 33(3) asks for, by part and field. */
export interface Dossier {
  readonly format: 'dossier.v1';
  readonly case_id: string;
  readonly controller_id: string;
  readonly snapshot_id: string;
  readonly list_sha256: string;
  readonly manifest_sha256: string;
  readonly parts: Readonly<Record<string, Readonly<Record<string, Field>>>>;
  readonly clocks: readonly Omit<Clock, 'seconds_left'>[];
}

export interface DossierInput {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  readonly controller: Controller;
  readonly facts: BreachFacts;
  readonly clocks: readonly Clock[];
  /** Actions of the case that count, in order. */
  readonly actions: readonly CaseAction[];
  /** Of the frozen list: the categories of data, the kinds of access, and how many there were. */
  readonly seen: { readonly categories: readonly string[]; readonly actions: readonly string[]; readonly accesses: number };
  /** Titles of the rules that fired, and whether an incident is still open. */
  readonly rules: readonly string[];
  readonly ongoing: boolean;
  readonly truePositive: boolean;
  readonly answers: Answers;
}

/** The words of the form for categories of data; those of health are special in the sense of article 9. */
const wordsOfCategory: Readonly<Record<string, readonly string[]>> = {
  identity: ['civil_status', 'contact'],
  insurance: ['national_number'],
  prescription: ['health'],
  notes: ['health'],
  lab: ['health'],
  imaging: ['health'],
  clinical: ['health'],
  billing: ['economic'],
  scheduling: ['scheduling', 'health'],
  unknown: ['not_determined'],
};

/** Bands of the form, by their upper ends. */
const bands: readonly (readonly [number, string])[] = [
  [5, '0-5'],
  [50, '6-50'],
  [300, '51-300'],
  [5_000, '301-5000'],
  [Infinity, '> 5000'],
];

/** The dossier of one controller. The same for the same input, whatever the time. */
export function dossierOf(input: DossierInput): Dossier {
  const { manifest, manifestSha256, clocks, answers } = input;
  const parts = { ...partsOfMachine(input), ...partsOfPeople(input) };
  const answered = Object.entries(parts).map(([part, fields]) => [part, answeredFields(part, fields, answers)] as const);
  return {
    format: 'dossier.v1',
    case_id: manifest.case_id,
    controller_id: manifest.controller_id,
    snapshot_id: manifest.snapshot_id,
    list_sha256: manifest.list.sha256,
    manifest_sha256: manifestSha256,
    parts: Object.fromEntries(answered),
    clocks: clocks.map(({ clock, state, began_at, due_at, met_at, reference }) => ({
      clock,
      state,
      began_at,
      due_at,
      met_at,
      reference,
    })),
  };
}

/** Answers to fields that the dossier does not have, such as a misspelt one: they would be left out without a word. */
export function answersWithoutField(input: DossierInput): readonly string[] {
  const parts: Readonly<Record<string, Fields>> = { ...partsOfMachine(input), ...partsOfPeople(input) };
  const names = new Set(
    Object.entries(parts).flatMap(([part, fields]) => Object.keys(fields).map((field) => `${part}.${field}`)),
  );
  return Object.keys(input.answers).filter((name) => !names.has(name));
}

type Fields = Readonly<Record<string, Field>>;

function answeredFields(part: string, fields: Fields, given: Answers): Fields {
  const own = Object.entries(given).flatMap(([name, answer]) =>
    name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), { ...answer, source: 'person' }] as const] : [],
  );
  return { ...fields, ...Object.fromEntries(own) };
}

function partsOfMachine({
  manifest,
  controller,
  facts,
  clocks,
  seen,
  rules,
  ongoing,
}: DossierInput): Readonly<Record<string, Fields>> {
  const at = manifest.frozen_at;
  const machine = (value: Value): Field => ({ value, source: 'machine', by: 'vigie', at });
  const known = (value: Value): Field =>
    value === '' || value === null || (Array.isArray(value) && value.length === 0) ? unknown : machine(value);
  const { controller: figures } = manifest.figures;
  const { qualified, sent } = facts;
  const words = [...new Set(seen.categories.flatMap((category) => wordsOfCategory[category] ?? ['not_determined']))];
  const changed = seen.actions.some((action) => ['create', 'update', 'delete'].includes(action));
  const aware: Field = qualified?.aware_at
    ? { value: qualified.aware_at, source: 'person', by: qualified.by, at: qualified.at }
    : unknown;
  const ends = manifest.incidents.map(({ last_time }) => last_time).toSorted();
  return {
    organisation: {
      siren: known(controller.siren),
      name: known(controller.name),
      sector: machine('human_health'),
      legal_representative: known(controller.legal_representative),
      dpo_name: known(controller.dpo_name),
      dpo_email: known(controller.dpo_email),
      dpo_phone: known(controller.dpo_phone),
      joint_controllers: known(controller.joint_with),
      informed_at: known(facts.informedAt ?? null),
      processor: facts.informed
        ? { value: facts.informed.by_whom, source: 'person', by: facts.informed.by, at: facts.informed.at }
        : unknown,
    },
    when: {
      discovered_at: machine(facts.detectedAt),
      began_at: machine(facts.firstTime),
      ended_at: ongoing ? machine('ongoing') : known(ends.at(-1) ?? null),
      aware_at: aware,
      how_discovered: known(rules.join('; ')),
      due_at: known(clocks.find(({ clock }) => clock === 'gdpr33')?.due_at ?? null),
      delay_reason: known(sent.findLast(({ delay_reason }) => delay_reason !== undefined)?.delay_reason ?? null),
    },
    nature: {
      losses: machine(changed ? ['confidentiality', 'integrity'] : ['confidentiality']),
      origin: unknown,
      cause: unknown,
    },
    persons: {
      categories: machine(['patients']),
      number: machine(figures.exposed),
      band: machine(bands.find(([end]) => figures.exposed <= end)?.[1] ?? ''),
      attempted: machine(figures.attempted),
      listed: machine(figures.listed),
      displayed: machine(figures.displayed),
      exported: machine(figures.exported),
      pseudonyms: machine(figures.patients),
      over_count: machine(overCountMax(figures)),
      directly_identifiable: machine('yes'),
      minors: unknown,
      deceased: unknown,
    },
    data: {
      categories: known(words),
      sensitive: machine(words.includes('health') ? 'yes' : 'not_yet'),
      records: machine(seen.accesses),
      unnamed_records: machine(figures.unnamed_records),
      support: machine('server'),
    },
  };
}

const unknown: Field = { value: null, source: 'unknown', by: '', at: '' };

function partsOfPeople({ manifest, facts, actions, truePositive }: DossierInput): Readonly<Record<string, Fields>> {
  const { sent, peopleInformed } = facts;
  const first = sent.find(({ authority }) => authority === 'cnil');
  const informed = peopleInformed.at(-1);
  const by = (action: CaseAction | undefined, value: Value | undefined): Field =>
    action && value !== undefined ? { value, source: 'person', by: action.by, at: action.at } : unknown;
  const machine = (value: Value): Field => ({ value, source: 'machine', by: 'vigie', at: manifest.frozen_at });
  const measures = actions.filter((action) => action.type === 'case.measure');
  const told = (kinds: readonly string[]) => {
    const own = measures.filter(({ kind }) => kinds.includes(kind));
    return by(own.at(-1), own.length ? own.map(({ taken_at, text }) => `${taken_at}: ${text}`) : undefined);
  };
  const reference = (to: string) => sent.find(({ authority }) => authority === to);
  // The portal wants to be told of the end as well.
  const resolved = sent.findLast(
    ({ authority, phase }) => authority === 'cert_sante' && (phase === 'resolution' || phase === 'final'),
  );
  const resolution = actions.findLast(
    (action) => action.type === 'dossier.resolution' && action.list_sha256 === manifest.list.sha256,
  );
  const numbers = resolution?.type === 'dossier.resolution' ? resolution : undefined;
  return {
    kind: {
      phase: machine(manifest.kind),
      certainty: machine(truePositive ? 'established' : 'supposed'),
      first_reference: by(first, first?.reference),
    },
    ...(numbers && {
      resolved: {
        persons: by(numbers, numbers.persons),
        minors: by(numbers, numbers.minors),
        deceased: by(numbers, numbers.deceased),
      },
    }),
    consequences: { effects: unknown, harms: unknown, gravity: unknown },
    measures: {
      before: unknown,
      taken: told(['containment', 'remediation']),
      planned: told(['prevention']),
      account_disabled_at: unknown,
      sessions_ended_at: unknown,
    },
    people_informed: {
      status: informed ? by(informed, informed.mode === 'not_informed' ? 'will_not_be' : 'yes') : machine('not_yet'),
      date: by(informed, informed?.first_at),
      count: by(informed, informed?.count),
      means: by(informed, informed?.mode),
      not_informed_reason: by(informed, informed?.not_informed_reason),
    },
    others: {
      cert_sante: by(reference('cert_sante'), reference('cert_sante')?.reference),
      cert_sante_resolution: by(resolved, resolved?.reference),
      anssi: by(reference('anssi'), reference('anssi')?.reference),
      complaint: unknown,
      other_authorities: unknown,
      cross_border: unknown,
    },
  };
}
