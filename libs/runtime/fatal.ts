export interface FatalReport {
  /** What ends, and what a restart does about it. */
  readonly text: string;
  readonly cause: unknown;
}

/** What a service cannot survive. Whoever meets it reports it, and `run-service.ts` alone ends the process. */
export class Fatal {
  #tell: (report: FatalReport) => void = () => {};
  /** Resolves with the first report. */
  readonly reported = new Promise<FatalReport>((resolve) => {
    this.#tell = resolve;
  });

  report(text: string, cause: unknown): void {
    this.#tell({ text, cause });
  }
}
