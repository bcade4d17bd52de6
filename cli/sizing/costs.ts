/**
 * What a row, a pair and a record cost, as they were measured: sizes over a simulated hospital, work on one core under load. `npm run bench` renews those of work and
 * of windows (`memory`, `score`, `archive`, `formats`).
 */
export const costs = {
  /** Bytes of an access row in ClickHouse, compressed and merged. */
  storeBytesPerRow: 36.9,
  /** Bytes of an access row in Kafka, in frames packed with zstd, one copy. */
  kafkaBytesPerRow: 57,
  /** Bytes of the process for each (account, patient) pair that windows hold: 38 are the windows', the rest is what the runtime keeps for them. */
  bytesPerPair: 67,
  /** Bytes of each ingestor for an (account, patient) pair of the days that the memory of care knows, with the patients' own share. */
  careBytesPerPair: 21,
  /** Microseconds of one core for a record of the dearest format that hospitals send (ATNA; FHIR takes 65, Vigie's own less than 6). */
  ingestUsPerRow: 157,
  /** The same for judging a row under the whole default pack, with 100,000 accounts. */
  scoreUsPerRow: 12.5,
  /** The same for storing a row. */
  archiveUsPerRow: 6.9,
} as const;

/** The busiest hour of a hospital beside its mean one, as the simulated hospital has it, rounded up. */
export const peakOfMean = 3;

/** How much faster than it grows a backlog must go: a night's outage is made good within the hours of the next one. */
export const catchUp = 4;

/** Of what is computed as needed, so much is given: feeds grow, rules are added, and no container should live at its limit. */
export const room = 2;
