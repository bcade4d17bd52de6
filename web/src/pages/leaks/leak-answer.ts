export interface Finding {
  readonly rank: number;
  readonly actor_id: string;
  readonly kind: string;
  readonly ref: string;
  readonly first_time: string;
  readonly last_time: string;
  readonly matched: number;
  readonly size: number;
  readonly share: number;
  readonly support: string;
  readonly alike: readonly string[];
}

export interface LeakAnswer {
  readonly leak_id: string;
  readonly verdict: 'named' | 'nobody' | 'too_small' | 'unopened';
  readonly given: number;
  readonly known: number;
  readonly touched: number;
  readonly accounts: number;
  readonly findings: readonly Finding[];
  readonly doubtful: readonly Finding[];
  readonly unexplained: number;
  readonly smallest: number | null;
  readonly controls: { readonly samples: number; readonly named: number };
  readonly exports_found: number;
  readonly exports: readonly {
    readonly actor_id: string;
    readonly event_id: string;
    readonly time: string;
    readonly action: string;
    readonly records: number;
  }[];
}
