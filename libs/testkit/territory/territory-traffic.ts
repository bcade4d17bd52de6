/**
 * A third hospital group, by other assumptions than `../hospital` and `../wards`: six sites on one platform of which one joins in the third week, booked
 * consultations with letters that are typed days later, shifts that rotate, readers and validators who serve every site, farms of terminals, accounts that
 * wards share, numbers of the group beside those of sites, and feeds that arrive late and in files. docs/simulation.md says what is in it.
 */
import type { SourceEvent } from '../hospital/event.js';
import { SeededRandom } from '../hospital/random.js';
import type { PlayedEvent } from '../hospital/simulation.js';
import type { AnnouncedWork } from '../hospital/announced.js';
import type { Traffic } from '../quality/play.js';
import { addressOf } from './addresses.js';
import { Arrivals } from './arrivals.js';
import { plantedLooks } from './attacks.js';
import { instantAt, startMs } from './calendar.js';
import { Consultations } from './consultations.js';
import { arrivalOf } from './deliveries.js';
import { throughDowntime } from './downtime.js';
import { DayBook, type Look } from './look.js';
import { auditUntil, Offices } from './offices.js';
import { Orders } from './orders.js';
import { programWork } from './program-work.js';
import { nameOf } from './register.js';
import { joinDay, joiningSite } from './sites.js';
import { type Account, programs, roles } from './staff.js';
import { type Territory, territoryOf } from './territory.js';
import { WardWork } from './ward-work.js';

export interface TerritoryTrafficOptions {
  readonly seed: number;
  readonly days: number;
  /** Accounts of people. */
  readonly staff: number;
  readonly attacks: boolean;
}

const groupId = 'territory';

export interface TerritoryTraffic extends Traffic {
  readonly startMs: number;
  readonly closedClinics: readonly string[];
  /** What the group knows of before it is done: the audit, and that a site joins, whose register is compared and which programs serve from then on. */
  readonly announced: readonly AnnouncedWork[];
}

/** Same options, same events, in the order in which they arrive. Memory holds a day and what is booked. */
export function territoryTraffic(options: TerritoryTrafficOptions): TerritoryTraffic {
  const { seed, days, staff } = options;
  const territory = territoryOf(seed, staff);
  return {
    groupId,
    seed,
    days,
    staff,
    startMs,
    serviceAccounts: programs,
    closedClinics: [territory.closedClinicId],
    announced: announcedBy(territory),
    played: () => played(territoryOf(seed, staff), options),
  };
}

function* played(territory: Territory, { days, attacks }: TerritoryTrafficOptions): Generator<PlayedEvent> {
  const { beds, agenda } = territory;
  const orders = new Orders(territory);
  const consultations = new Consultations(territory, orders);
  const wards = new WardWork(territory, orders);
  const arrivals = new Arrivals(territory, orders);
  const offices = new Offices(territory, consultations);
  const planted = attacks ? plantedLooks(territory, days) : [];
  const roads = new SeededRandom(territory.seed, 'territory: roads');
  let number = 0;
  let underWay: { readonly look: Look; readonly receivedMs: number }[] = [];
  for (let day = 0; day < days; day += 1) {
    const book = new DayBook(day);
    const { came } = beds.beginDay(day);
    arrivals.plan(book, came);
    consultations.plan(book);
    agenda.run(book);
    wards.plan(book);
    offices.plan(book);
    programWork(territory, consultations, book);
    orders.readImages(book);
    const [from, end] = [instantAt(day, 0), instantAt(day + 1, 0)];
    const stolen = planted.filter(({ at }) => at >= from && at < end);
    for (const look of [...book.looks.flatMap((one) => throughDowntime(one) ?? []), ...stolen])
      underWay.push({ look, receivedMs: arrivalOf(look, roads) });
    const today = underWay.filter(({ receivedMs }) => receivedMs < end).toSorted((a, b) => a.receivedMs - b.receivedMs);
    underWay = underWay.filter(({ receivedMs }) => receivedMs >= end);
    for (const { look, receivedMs } of today) {
      number += 1;
      yield { event: eventOf(look, territory, { day, number }), receivedMs, ...(look.cause && { cause: look.cause }) };
    }
  }
}

const kinds = { physician: 'smartcard', resident: 'smartcard', urgentist: 'smartcard', program: 'certificate' } as const;

function eventOf(
  look: Look,
  { sites, closedClinicId, seed }: Territory,
  { day, number }: { readonly day: number; readonly number: number },
): SourceEvent {
  const { at, account, site, action, patients, application, emergency, isClosed } = look;
  const ip = look.ip ?? addressOf(account, site, day);
  const isProgram = account.role === 'program';
  return {
    id: `territory-${seed}-${number}`,
    time: new Date(at).toISOString(),
    group_id: groupId,
    clinic_id: isClosed ? closedClinicId : (sites[site]?.clinicId ?? ''),
    actor_id: account.id,
    actor_role: wordOf(account),
    actor_kind: isProgram ? 'service' : 'human',
    privileged: account.role === 'support',
    action,
    outcome: 'success',
    patient_ids: [...new Set(patients)].map((patient) => nameOf(patient, site, application)),
    ...(emergency && { emergency }),
    source_ip: ip,
    device: `pc-${ip.split('.').join('-')}`,
    session_id: `${account.id}-${day}-${application}-${ip}`,
    auth: (kinds as Readonly<Record<string, string>>)[account.role] ?? 'password',
    mfa: account.role in kinds,
    application,
  };
}

function wordOf({ role }: Account): string {
  return role === 'program' ? 'Interface' : roles[role].word;
}

function announcedBy({ staff, sites }: Territory): readonly AnnouncedWork[] {
  const joining = sites[joiningSite]?.clinicId;
  return [
    ...staff
      .of('quality')
      .slice(0, 2)
      .map(({ id }) => ({ name: 'audit' as const, actorId: id, untilMs: instantAt(auditUntil, 0) })),
    ...staff.of('identity').map(({ id }) => ({
      name: 'merger' as const,
      actorId: id,
      ...(joining !== undefined && { clinicId: joining }),
      untilMs: instantAt(joinDay + 7, 0),
    })),
    { name: 'migration', actorId: 'reprise-donnees', untilMs: instantAt(joinDay, 0) },
    ...programs.map((actorId) => ({
      name: 'merger' as const,
      actorId,
      ...(joining !== undefined && { clinicId: joining }),
      untilMs: instantAt(joinDay + 7, 0),
    })),
  ];
}
