/** Within what queries run. Sizes in bytes. */
export interface RunLimits {
  /** Queries of people and dashboards that run at a time, and inserts of data. */
  readonly readers: number;
  readonly writers: number;
  /** Queries that may wait for a place, per kind. */
  readonly queueMax: number;
  readonly readSecondsMax: number;
  readonly readMemoryMax: number;
  /** Of a result in a format that is one document. */
  readonly documentBytesMax: number;
  /** Threads that one query may use: half of the cores, so that one long query leaves room for short ones and inserts. */
  readonly threadsPerQuery: number;
}

/** Queries of services that run at a time: short questions, and one long reading of history each. */
export const servicePlaces = 4;
