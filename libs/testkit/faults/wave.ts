import { partitionOf } from '#libs/contracts/topics.js';

const accountsPerPartition = 2;
const readsPerBatch = 2;
const clinics = ['750300123', '690300456', '130300789'];
/** Ordinary work beside: the same few records again and again, which must raise nothing. */
const nurses = 6;

export interface WaveOptions {
  readonly name: string;
  /** Goes with every event as its `application`, so that the rows of one feed can be told from those of others. */
  readonly feed: string;
  readonly groupId: string;
  readonly partitions: number;
}

/**
 * Accounts that all empty files at once, some in every partition. Each read is of another patient, so that an account's incident must come
 * to hold exactly its acknowledged reads: one that was not judged, or judged twice, shows in a figure.
 */
export class Wave {
  readonly accounts: readonly string[];
  /** Batches made so far. */
  batches = 0;
  /** Of them, those that are not acknowledged yet. */
  inHand = 0;

  constructor(readonly options: WaveOptions) {
    this.accounts = accountsOf(options);
  }

  /** The next events, at an event time. */
  next(atMs: number): readonly object[] {
    this.batches += 1;
    const reads = Array.from({ length: readsPerBatch }, (_, read) =>
      this.accounts.map((account) => this.#event(account, `${account}-${this.batches}-${read}`, atMs + read, read)),
    );
    const nurse = `nurse.${this.options.name}.${this.batches % nurses}`;
    return [...reads.flat(), this.#event(nurse, `${nurse}-${this.batches % 5}`, atMs, 0)];
  }

  #event(account: string, patient: string, atMs: number, index: number) {
    return {
      id: `${this.options.name}-${this.batches}-${account}-${index}`,
      time: new Date(atMs).toISOString(),
      group_id: this.options.groupId,
      clinic_id: clinics[(this.batches + index) % clinics.length],
      actor_id: account,
      action: 'read',
      outcome: 'success',
      patient_ids: [`IPP-${patient}`],
      application: this.options.feed,
    };
  }
}

/** So many accounts of each partition, found by trying names. */
function accountsOf({ name, groupId, partitions }: WaveOptions): readonly string[] {
  const wanted = Array.from({ length: partitions }, () => accountsPerPartition);
  const accounts: string[] = [];
  for (let n = 0; accounts.length < partitions * accountsPerPartition; n += 1) {
    const account = `taker.${name}.${n}`;
    const partition = partitionOf(groupId, account, partitions);
    const missing = wanted[partition] ?? 0;
    if (missing === 0) continue;
    wanted[partition] = missing - 1;
    accounts.push(account);
  }
  return accounts;
}
