import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseView } from '#libs/cases/case-book.js';
import { givenAnswers } from '#libs/cases/given-answers.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { Controller } from '#libs/contracts/controller.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { clocksOf } from '#libs/dossier/clocks.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { type Answers, answers, type DossierInput } from '#libs/dossier/dossier.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { latest } from '#libs/dossier/tables.js';
import { manifestOf } from '#libs/dossier/verify.js';
import type { Clock } from '#libs/runtime/clock.js';
import { BreachReader } from './breach-reader.js';
import { ClickHouseControllers } from '../lists/clickhouse-controllers.js';
import { freeze, type FreezeOrder } from './freeze.js';
import { LedgerReader } from './ledger-reader.js';
import { type ListDifference, SnapshotStore } from './snapshot-store.js';
import { type Verification, verify } from './verification.js';

export interface InputTools {
  /** The case of the snapshot as it stands; undefined where nobody knows it. */
  readonly standing: CaseView | undefined;
  readonly lengths: Lengths;
  readonly answers: Answers;
}

export interface ShelfOrder extends Omit<FreezeOrder, 'of' | 'kind' | 'idBegin'> {
  readonly caseId: string;
  /** The first of a controller is `initial`, the others `complementary`, where it is left out. */
  readonly kind: DossierSnapshot['kind'] | undefined;
  /** Hexadecimal digits that stand for the wish: a snapshot whose id begins so is what was made of it. */
  readonly idBegin: string;
}

/** What is frozen, and what its dossiers are made of. The client stays the caller's. Rejects with `Transient` when the store does not answer. */
export class DossierShelf {
  /** The freezing in hand: the next one has to see its snapshot. */
  #freezing: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: ClickHouseClient) {}

  /** Snapshots whose id, or whose case's id, begins with `prefix`, in order of case, controller and number. */
  snapshots(prefix: string, controllerId = ''): Promise<readonly DossierSnapshot[]> {
    return new SnapshotStore(this.client).snapshots(prefix, controllerId);
  }

  /** Whether a snapshot is as it was frozen, and whether the ledger moved since. */
  verification(snapshot: DossierSnapshot): Promise<Verification> {
    return verify(this.client, snapshot);
  }

  /** In what the ledger of the same scope differs by now, and whose accesses came in after the freezing; undefined where there is no such snapshot. */
  async movement(snapshotId: string): Promise<Pick<Verification, 'moved' | 'late'> | undefined> {
    const store = new SnapshotStore(this.client);
    const snapshot = (await store.snapshots(snapshotId)).find(({ snapshot_id }) => snapshot_id === snapshotId);
    if (!snapshot) return undefined;
    const moved = await store.moved(snapshot);
    return { moved, late: moved.length > 0 ? await store.lateClinics(snapshot) : [] };
  }

  /** In how many patients one snapshot differs from another: of the controller, then by clinic; none where they are the same. */
  difference(before: DossierSnapshot, after: DossierSnapshot): Promise<readonly ListDifference[]> {
    return new SnapshotStore(this.client).difference(before, after);
  }

  /** `patients-<controller>.csv`. */
  list(snapshotId: string): Readable {
    const csv = new PatientsCsv();
    return Readable.from(new SnapshotStore(this.client).bytes(snapshotId))
      .on('error', (cause) => csv.destroy(cause))
      .pipe(csv);
  }

  /** Freezes the list of a controller, one after the other; that of an earlier call with the same `idBegin`. Undefined where the store knows no such case yet. */
  freeze(clock: Clock, order: ShelfOrder): Promise<DossierSnapshot | undefined> {
    const frozen = this.#freezing.then(() => this.#freeze(clock, order));
    this.#freezing = frozen.catch(() => {});
    return frozen;
  }

  async #freeze(clock: Clock, { caseId, kind, ...order }: ShelfOrder): Promise<DossierSnapshot | undefined> {
    const store = new SnapshotStore(this.client);
    const earlier = (await store.snapshots(order.idBegin)).find(({ snapshot_id }) => snapshot_id.startsWith(order.idBegin));
    if (earlier) return earlier;
    const [of] = await new LedgerReader(this.client).cases(caseId, 1);
    if (!of) return undefined;
    const before = await store.snapshots(of.case_id, order.controllerId);
    return freeze(this.client, clock, { ...order, of, kind: kind ?? (before.length ? 'complementary' : 'initial') });
  }

  /** Rejects with an `Error` for a person when its manifest was changed. */
  async input(snapshot: DossierSnapshot, { standing, lengths, answers: ofFile }: InputTools): Promise<DossierInput> {
    const { group_id, case_id, controller_id, manifest_sha256: manifestSha256 } = snapshot;
    const manifest = manifestOf(snapshot);
    if (!manifest)
      throw new Error(`the manifest of ${snapshot.snapshot_id} cannot be read; "vigie dossier verify" says what was changed`);
    const reader = new BreachReader(this.client);
    // Nobody is on the list because of an incident that was taken back, or that another one holds now.
    const incidents = manifest.incidents.filter(({ state }) => state !== 'withdrawn' && state !== 'merged');
    const ids = incidents.map(({ incident_id }) => incident_id);
    const { accounts, from } =
      'accounts' in manifest.scope && manifest.scope.accounts.length
        ? { accounts: manifest.scope.accounts, from: [manifest.scope.from_time] }
        : { accounts: [], from: [] };
    const begins = [...incidents.map(({ first_time }) => first_time), ...from];
    const { rules, ...machine } = await reader.machine(case_id, ids, begins.toSorted()[0] ?? manifest.frozen_at);
    const actions = standing ? countedOf(standing.state) : [];
    const controllers = await new ClickHouseControllers(this.client).list(group_id);
    const controller = controllers.find((one) => one.controller_id === controller_id) ?? nameless(group_id, controller_id);
    const answered = answersOf(givenAnswers(actions, controller_id));
    const facts = breachFacts(controller, machine, actions);
    const clocks = clocksOf(facts, lengths, Date.parse(latest(manifest, actions)));
    const ongoing = incidents.some(({ state }) => state === 'open');
    const truePositive = standing?.row.verdict === 'true_positive';
    const seen = await reader.seen(snapshot, ids, accounts);
    return {
      manifest: { ...manifest, incidents },
      manifestSha256,
      controller,
      facts,
      clocks,
      actions,
      seen,
      rules,
      ongoing,
      truePositive,
      answers: { ...answered, ...ofFile },
    };
  }
}

/** What people answered, as a dossier has it. */
export function answersOf(given: ReturnType<typeof givenAnswers>): Answers {
  const entries = [...given].map(([place, { json, by, at }]) => [place, { value: JSON.parse(json) as unknown, by, at }] as const);
  return answers.parse(Object.fromEntries(entries));
}

/** A clinic that is its own controller and stands in no register. */
function nameless(group_id: string, controller_id: string): Controller {
  return {
    group_id,
    controller_id,
    name: '',
    siren: '',
    legal_representative: '',
    dpo_name: '',
    dpo_email: '',
    dpo_phone: '',
    joint_with: [],
    processor_of: [],
    nis2: 'none',
    ars: '',
  };
}
