import { count, span } from '../figures.js';

/** What the demonstration says at its end. Times are event times of the simulated day unless said otherwise. */
export interface SummaryFacts {
  readonly attackBegan: number;
  readonly incident: {
    readonly id: string;
    readonly actorId: string;
    /** When the first rule fired. */
    readonly fired: number;
    readonly title: string;
    readonly patientsAtDetection: number;
    readonly patients: number;
    readonly clinics: number;
    readonly lastTime: number;
  };
  /** Patients that the attack read in all, as planted. */
  readonly planted: number;
  readonly closedClinics: number;
  /** Delivered to the demonstration's own receiver; undefined where another one is configured. */
  readonly notifications: number | undefined;
  readonly otherIncidents: number;
  readonly events: number;
  /** How they came, a line each. */
  readonly roads: readonly string[];
  readonly playedMs: number;
  readonly queryUrl: string;
}

export function summary(facts: SummaryFacts): string {
  const { incident } = facts;
  const share = facts.planted
    ? ` (${((100 * incident.patientsAtDetection) / facts.planted).toFixed(1)} % of what it read in all)`
    : '';
  return [
    '',
    'Summary of the day',
    '',
    row('played', `${count(facts.events)} events in ${(facts.playedMs / 1000).toFixed(0)} s`),
    ...facts.roads.map((road, index) => row(index ? '' : 'fed', road)),
    row('attack began', clockOf(facts.attackBegan)),
    row('rule fired', `${clockOf(incident.fired)}, ${span(incident.fired - facts.attackBegan)} later: ${incident.title}`),
    row('read by then', `${count(incident.patientsAtDetection)} patients${share}`),
    row(
      'incident now',
      `${count(incident.patients)} patients in ${incident.clinics} clinics, up to ${clockOf(incident.lastTime)}`,
    ),
    row('planted', `${count(facts.planted)} patients in all; ${facts.closedClinics} clinics of the group are closed`),
    row(
      'notifications',
      facts.notifications === undefined ? 'to the configured webhook' : `${facts.notifications} delivered, signed`,
    ),
    row('other incidents', String(facts.otherIncidents)),
    '',
    '  Who was touched (pseudonyms; the hospital derives the same from its own index):',
    '',
    `  curl -s ${facts.queryUrl} --data-binary "SELECT patient_id, clinic_id, first_time, accesses`,
    `    FROM vigie.incident_patients WHERE incident_id = '${incident.id}' ORDER BY first_time FORMAT PrettyCompact"`,
    '',
  ].join('\n');
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(17)}${value}`;
}

export function clockOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
