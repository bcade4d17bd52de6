import { actorKinds, type Action, type Category } from '#libs/contracts/vocabulary.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { addressOf } from '../address.js';
import type { AccessEvent, PatientReference } from '../event.js';
import { askedBy } from '../fhir/query.js';
import { patientOfAccount } from '../patient-account.js';
import type { Reading } from '../input-format.js';
import type { JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { countedName, shortText, unknownActor, unknownClinic } from '../names.js';
import type { Envelope } from '../payload.js';
import { defined } from '../vigie/parse-event.js';
import type { WorkMeter } from '../work-meter.js';
import { type Column, columnsOf, type EventField, valuesOf } from './fields.js';
import type { RecordMapping } from './mapping.js';
import { patientsOf, type RecordPatients } from './patients.js';
import { countOf } from './count.js';
import { isRounded, RecordView, textOfValue } from './record.js';
import { atTimeOfDay } from './time-of-day.js';
import { timeOfValue } from './time.js';
import { actionOfWord, categoryOfWord, outcomeOfWord, truthOfWord } from './words.js';

/** A record, what came with it, and what is known of both. */
export interface RecordInput {
  readonly record: JsonObject;
  readonly envelope: Envelope;
  readonly reading: Reading;
  readonly meter: WorkMeter;
}

/**
 * The event of a record by a mapping. What the configuration of the source says of a field goes before what the mapping says. Missing
 * is refused: the time, the account. Where nothing names the clinic it is `unknown`.
 */
export function readRecord(input: RecordInput, mapping: RecordMapping): Accepted<AccessEvent> | Rejected {
  const fields = new RecordFields(input, mapping);
  const timeMs = fields.time();
  if (typeof timeMs !== 'number') return timeMs;
  const actor = fields.actor();
  if (actor === 'rounded')
    return rejected('bad_number', 'actor_id', 'the account is a number that JSON cannot carry exactly; send it as text');
  if (!actor) return rejected('missing_field', 'actor_id', `nothing says who acted: ${fields.placesOf('actor_id')}`);
  const action = fields.action();
  if (typeof action !== 'string') return action;
  const { patients, unreadable } = fields.patients();
  if (patients.length > limits.patientsMax)
    return rejected('too_many_patients', 'patient_id', `more than ${limits.patientsMax} patients; split the record`);
  return accepted(
    defined<AccessEvent>({
      ...fields.optional(),
      id: fields.short('id', limits.keyTextMax),
      timeMs,
      clinicId: countedName(fields.text('clinic_id')) || unknownClinic,
      actorId: countedName(actor.id) || unknownActor,
      actorPatient: patientOfAccount(actor.id, patients),
      actorKind: actor.isService ? 'service' : fields.actorKind(),
      action,
      outcome: fields.outcome(),
      patients,
      unreadablePatients: unreadable.length ? unreadable : undefined,
    }),
  );
}

type Places = RecordMapping['places'];
type PlacesOfFields = Partial<Record<EventField, readonly string[]>>;
const placesKnown = new WeakMap<Places, WeakMap<readonly Column[], PlacesOfFields>>();

/** The places of a field by a mapping and a configuration, put together once for both. */
function placesOfField(mapped: Places, columns: readonly Column[], field: EventField): readonly string[] {
  const ofMapping = placesKnown.get(mapped) ?? new WeakMap<readonly Column[], PlacesOfFields>();
  placesKnown.set(mapped, ofMapping);
  const ofBoth = ofMapping.get(columns) ?? {};
  ofMapping.set(columns, ofBoth);
  return (ofBoth[field] ??= [
    ...columns.flatMap((column) => (column.field === field ? [column.place] : [])),
    ...(field === 'patient_id' ? [] : (mapped[field] ?? [])),
  ]);
}

/** The fields of one record. */
class RecordFields {
  readonly #view: RecordView;

  constructor(
    private readonly input: RecordInput,
    private readonly mapping: RecordMapping,
  ) {
    this.#view = new RecordView(input.record, input.envelope.fields ?? {}, input.meter);
  }

  /** Where a field may stand, the configuration's place first. */
  places(field: EventField): readonly string[] {
    return placesOfField(this.mapping.places, columnsOf(this.input.reading), field);
  }

  placesOf(field: EventField): string {
    const places = this.places(field);
    return places.length ? `none of ${places.join(', ')} is there` : `no column is configured for ${field}`;
  }

  /** The first text at the places of a field, in the words that it means; a word that means nothing is passed over. */
  text(field: EventField): string | undefined {
    for (const place of this.places(field))
      for (const value of this.#view.values(place)) {
        const meaning = this.#word(field, value);
        if (meaning) return meaning;
      }
    return undefined;
  }

  *words(field: EventField): Generator<string, undefined> {
    for (const place of this.places(field))
      for (const value of this.#view.values(place)) {
        const meaning = this.#word(field, value);
        if (meaning) yield meaning;
      }
    return undefined;
  }

  #word(field: EventField, value: unknown): string | undefined {
    const word = textOfValue(value);
    return word === undefined ? undefined : (this.#meaning(field, word) ?? word);
  }

  short(field: EventField, max?: number): string | undefined {
    return shortText(this.text(field), max);
  }

  time(): number | Rejected {
    const { zone = this.input.reading.zone } = this.mapping;
    const { timeFormat: format } = this.input.reading;
    const { receivedMs, timeMs } = this.input.envelope;
    const [day] = this.places('time').flatMap((place) => this.#view.values(place));
    const [ofDay] = this.places('time_of_day').flatMap((place) => textOfValue(this.#view.values(place)[0]) ?? []);
    const value = ofDay === undefined ? day : atTimeOfDay(textOfValue(day), ofDay, format !== undefined);
    if (value === undefined)
      return timeMs ?? rejected('missing_field', 'time', `nothing says when it happened: ${this.placesOf('time')}`);
    const time = timeOfValue(value, { zone, receivedMs, ...(format && { format }) });
    return typeof time === 'number' ? time : rejected('bad_time', 'time', time);
  }

  /** `rounded` for a number whose last digits are gone: accounts would be one that are not. */
  actor(): { readonly id: string; readonly isService: boolean } | 'rounded' | undefined {
    for (const place of this.places('actor_id'))
      for (const value of this.#view.values(place)) {
        const id = this.#word('actor_id', value);
        if (id) return isRounded(value) ? 'rounded' : { id, isService: false };
      }
    const service = this.#view.text(this.mapping.services ?? []);
    return service === undefined ? undefined : { id: service, isService: true };
  }

  action(): Action | Rejected {
    const { fixed, strictAction } = this.mapping;
    let known = true;
    for (const word of this.words('action')) {
      const action = actionOfWord(word);
      if (action) return action;
      known = false;
    }
    if (strictAction && !known)
      return rejected(
        'unknown_word',
        'action',
        'the word for the action is not known; say in the values of its source what it means',
      );
    return fixed?.action ?? 'other';
  }

  outcome(): AccessEvent['outcome'] {
    for (const word of this.words('outcome')) {
      const outcome = outcomeOfWord(word);
      if (outcome !== 'unknown') return outcome;
    }
    return this.mapping.fixed?.outcome ?? 'unknown';
  }

  actorKind(): AccessEvent['actorKind'] {
    const word = this.text('actor_kind')?.toLowerCase();
    return actorKinds.find((kind) => kind === word) ?? this.mapping.fixed?.actorKind;
  }

  patients(): RecordPatients {
    const { reading, meter } = this.input;
    const configured = columnsOf(reading).filter(({ field }) => field === 'patient_id');
    const places = configured.length ? configured : (this.mapping.patients ?? []);
    const found = patientsOf(this.#view, places, reading.authorities, meter);
    if (found.patients.length || found.unreadable.length) return found;
    const requests = (this.mapping.requests ?? []).flatMap((place) => this.#view.values(place)).map(textOfValue);
    const asked = requests.flatMap((request) => this.#asked(request ?? ''));
    return {
      patients: [...new Map(asked.map((one) => [JSON.stringify([one.authority, one.id]), one])).values()],
      unreadable: [],
    };
  }

  optional(): Partial<AccessEvent> {
    const count = countOf(this.text('record_count') ?? '');
    const ip = addressOf(this.text('source_ip') ?? '');
    const { fixed } = this.mapping;
    return {
      ...fixed,
      ...defined<Partial<AccessEvent>>({
        recordCount: Number.isInteger(count) && count >= 0 && count <= limits.recordCountMax ? count : undefined,
        categories: this.#categories(),
        sourceIp: ip,
        actorRole: this.short('actor_role'),
        purpose: this.short('purpose'),
        device: this.short('device'),
        userAgent: this.short('user_agent', limits.userAgentMax),
        sessionId: this.short('session_id'),
        auth: this.short('auth'),
        application: this.short('application') ?? fixed?.application,
        privileged: this.#truth('privileged'),
        emergency: this.#truth('emergency') ?? fixed?.emergency,
        mfa: this.#truth('mfa'),
      }),
    };
  }

  #categories(): readonly Category[] | undefined {
    const found = [...this.words('categories')].slice(0, limits.categoriesMax).flatMap((word) => categoryOfWord(word) ?? []);
    return found.length ? [...new Set(found)] : this.mapping.fixed?.categories;
  }

  #truth(field: EventField): boolean | undefined {
    const word = this.text(field);
    return word === undefined ? undefined : truthOfWord(word);
  }

  /** What the configuration, then the format, say that a word means; empty for nothing. */
  #meaning(field: EventField, word: string): string | undefined {
    const configured = valuesOf(this.input.reading, field);
    const own = this.mapping.words?.[field];
    if (!configured && !own) return undefined;
    const lower = word.toLowerCase();
    return meant(configured, word) ?? meant(configured, lower) ?? meant(own, lower) ?? meant(configured, '*') ?? meant(own, '*');
  }

  #asked(request: string): readonly PatientReference[] {
    this.input.meter.draw(1 + request.length, 'request');
    return request ? askedBy(request, this.input.meter).patients : [];
  }
}

function meant(words: Readonly<Record<string, string>> | undefined, word: string): string | undefined {
  return words && Object.hasOwn(words, word) ? words[word] : undefined;
}
