/** An access, as far as care is concerned. */
export interface Access {
  readonly groupId: string;
  readonly actorId: string;
  readonly clinicId: string;
  /** As `networkOf` gives it; empty where it is not known. */
  readonly network: string;
  /** Event time, milliseconds. */
  readonly timeMs: number;
  /** The pseudonym under which patients are remembered; empty for none. */
  readonly patientId: string;
  /** The first step whose accesses know of it, see `visibleFrom`; left out for one that came at once. */
  readonly visible?: number;
}
