// together/: how many patients several incidents have together, each once.
// Incidents are counted by themselves and together in one query, so that both are of one moment.

import type { ClickHouseClient } from '@clickhouse/client';
import { patientsOfIncidents } from './some-patients.js';

/** Of an incident the figure that the scorer told. */
export interface IncidentFigure {
  readonly incident_id: string;
  readonly patients: number;
}

/**
 * How many patients incidents have together, each once, as their lists have them. Undefined while the store is not where the scorer is, by any of the
 * figures: it lacks accesses, or has later ones. Which incidents a case has is asked of the log alone: the store may not know yet that one was linked, and
 * lists one that was withdrawn until it hears of it. Rejects with `Transient`.
 */
export async function patientsTogether(
  client: ClickHouseClient,
  figures: readonly IncidentFigure[],
): Promise<number | undefined> {
  const { total, each } = await patientsOfIncidents(
    client,
    figures.map(({ incident_id }) => incident_id),
  );
  return figures.every(({ incident_id, patients }) => (each.get(incident_id) ?? 0) === patients) ? total : undefined;
}
