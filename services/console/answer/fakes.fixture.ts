import { Readable } from 'node:stream';
import type { CaseFigures, ClinicFigures } from '#libs/access-store/incidents/case-figures.js';
import type { CasePatients, PatientLine, PatientsFigure, PatientsWanted } from '#libs/access-store/patients/case-patients.js';
import type { PatientsPlace } from '#libs/access-store/patients/page-parts.js';
import type { IncidentFigure } from '#libs/access-store/together/patients-together.js';
import type { PatientsListed } from '#libs/access-store/together/some-patients.js';
import { certainties } from '#libs/contracts/dossier.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { LeakAccesses, LeakStore } from '#libs/attribution/leak.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import type { FeedsLook, FeedsSeen } from './feeds-look.js';
import { type PartName, partNames, type PartSeen, type PartsLook } from './parts-look.js';

/** A store in which nobody opened anything. */
export class FakeLeaks implements LeakStore {
  readonly keep = async (): Promise<void> => {};
  readonly record = async (): Promise<void> => {};
  readonly moments = async (): Promise<[]> => [];
  readonly sizedExports = async (): Promise<{ found: number; nearest: [] }> => ({ found: 0, nearest: [] });

  async accesses(): Promise<LeakAccesses> {
    return { known: 0, patients: 0, accounts: [], clinics: [], touched: [], pool: [] };
  }
}

/** Parts that all answer until a test says since when one is away, in milliseconds of the wall clock. */
export class FakeParts implements Pick<PartsLook, 'last'> {
  readonly away = new Map<PartName, number>();

  async last(): Promise<readonly PartSeen[]> {
    return partNames.map((part) => ({ part, known: 1, away: this.away.has(part) ? 1 : 0, since: this.away.get(part) }));
  }
}

/** A case whose patients were touched one after the other, in one clinic. */
export class FakeFigures implements Pick<CaseFigures, 'shape' | 'clinics'> {
  async shape({ fromMs, binMs }: { readonly fromMs: number; readonly binMs: number }) {
    const points = [1, 5, 12, 28, 40].map((patients, place) => ({
      at: new Date(fromMs + (place + 1) * 40 * binMs).toISOString(),
      patients,
    }));
    return { points, total: 40 };
  }

  async clinics(_caseId: string, _groupId: string, clinics: readonly string[]): Promise<readonly ClinicFigures[]> {
    const times = { first_time: '2026-01-05T09:00:00.000Z', last_time: '2026-01-05T09:01:00.000Z' };
    const figures = { patients: 40, exported: 3, attempted: 1, accesses: 61, categories: ['identity'] };
    const one = {
      clinic_id: '750300123',
      controller_id: 'c-a',
      name: 'Clinique A',
      closed_at: '2021-06-30T00:00:00.000Z',
      ...figures,
      ...times,
    };
    return clinics.length === 0 || clinics.includes(one.clinic_id) ? [one] : [];
  }
}

/** As many invented patients as a test says, of one case, in two clinics. */
export class FakePatients implements Pick<CasePatients, 'figure' | 'page' | 'csv'> {
  lines: readonly PatientLine[] = [];
  away = false;
  /** How often the whole list was counted. */
  counted = 0;
  /** How many patients incidents that were linked have in common; undefined while the store is behind the scorer. */
  common: number | undefined;

  invent(count: number): void {
    const times = { first_time: '2026-01-05T09:00:00.000Z', last_time: '2026-01-05T09:01:00.000Z' };
    const all = Array.from({ length: count }, (_, n) => ({
      clinic_id: n % 3 === 0 ? '750300124' : '750300123',
      patient_id: hex128Of(`patient ${n}`),
      certainty: certainties[n % 4] ?? 'listed',
      categories: ['identity', 'lab'],
      accesses: 1 + (n % 5),
      ...times,
    }));
    this.lines = all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  async together(figures: readonly IncidentFigure[]): Promise<number | undefined> {
    if (this.away) throw new Transient('the store does not answer');
    return this.common === undefined ? undefined : figures.reduce((sum, { patients }) => sum + patients, -this.common);
  }

  /** What the store lists of incidents, by their ids; none of an incident that a test does not speak of. */
  readonly listed = new Map<string, readonly string[]>();

  async ofIncidents(incidentIds: readonly string[]): Promise<PatientsListed> {
    if (this.away) throw new Transient('the store does not answer');
    const found = incidentIds
      .flatMap((id): [string, readonly string[]][] => [[id, this.listed.get(id) ?? []]])
      .filter(([, people]) => people.length > 0);
    return {
      total: new Set(found.flatMap(([, people]) => people)).size,
      each: new Map(found.map(([id, people]) => [id, people.length])),
    };
  }

  async figure(wanted: PatientsWanted): Promise<PatientsFigure> {
    if (this.away) throw new Transient('the store does not answer');
    this.counted += 1;
    const lines = this.#of(wanted);
    const tier = (name: string) => lines.filter(({ certainty }) => certainty === name).length;
    return {
      lines: lines.length,
      patients: new Set(lines.map(({ patient_id }) => patient_id)).size,
      exported: tier('exported'),
      displayed: tier('displayed'),
      listed: tier('listed'),
      attempted: tier('attempted'),
      by_clinic: [...Map.groupBy(lines, ({ clinic_id }) => clinic_id)].map(([clinic, own]) => [clinic, own.length]),
    };
  }

  async page(
    wanted: PatientsWanted,
    _figure: object,
    [clinic_id, patient_id]: PatientsPlace,
    limit: number,
  ): Promise<readonly PatientLine[]> {
    return this.#of(wanted)
      .filter((one) => keyOf(one) > keyOf({ clinic_id, patient_id }))
      .slice(0, limit);
  }

  csv(wanted: PatientsWanted, limit: number): Readable {
    return Readable.from([
      'clinic_id,patient_id\n',
      ...this.#of(wanted)
        .slice(0, limit)
        .map(({ clinic_id, patient_id }) => `${clinic_id},${patient_id}\n`),
    ]);
  }

  #of({ clinics, certainty }: PatientsWanted): readonly PatientLine[] {
    return this.lines.filter(
      (one) => (clinics.length === 0 || clinics.includes(one.clinic_id)) && (certainty ?? one.certainty) === one.certainty,
    );
  }
}

function keyOf({ clinic_id, patient_id }: Pick<PatientLine, 'clinic_id' | 'patient_id'>): string {
  return `${clinic_id}/${patient_id}`;
}

/** What a test says of feeds; nothing until it does. */
export class FakeFeeds implements Pick<FeedsLook, 'last'> {
  seen: FeedsSeen | undefined;

  async last(): Promise<FeedsSeen | undefined> {
    return this.seen;
  }
}

/** The clock of this machine, some time later. */
export class LateClock implements Clock {
  lateMs = 0;
  /** What somebody has set the wall clock by; no time passes by it. */
  setByMs = 0;
  readonly sleep = systemClock.sleep;
  readonly every = systemClock.every;

  now(): number {
    return systemClock.now() + this.lateMs + this.setByMs;
  }
  monotonic(): number {
    return systemClock.monotonic() + this.lateMs;
  }
}

/** Mutes in memory; `away` while the store does not answer. */
export class MemoryMutes {
  readonly rows = new Map<string, MuteRow>();
  away = false;

  async endingAfter(since: string): Promise<readonly MuteRow[]> {
    if (this.away) throw new Transient('the store does not answer');
    return [...this.rows.values()].filter(({ ends_at }) => ends_at >= since);
  }

  async put(mute: MuteRow): Promise<void> {
    if (this.away) throw new Transient('the store does not answer');
    this.rows.set(mute.mute_id, mute);
  }
}
