/** A clinic, and how many lines a list has of it. */
export type ClinicLines = readonly [clinicId: string, lines: number];

/** Where a list was left: clinic and pseudonym of its last line; both empty before the first. */
export type PatientsPlace = readonly [clinicId: string, patientId: string];
export const firstPlace: PatientsPlace = ['', ''];

/** Lines that are asked of the store in one go: those of patients behind one pseudonym and up to another, in some clinics. */
export interface ListPart {
  readonly clinics: readonly string[];
  readonly after: string;
  readonly upto: string;
}

/** Behind every pseudonym. */
const lastPatient = 'g';
/** Pseudonyms are even over 2 ** 48 stretches, of which their first twelve digits name one. */
const stretches = 2 ** 48;
const digits = 12;

/** So much more than is wanted is asked for, so that one question is mostly enough. */
const margin = 1.3;
const marginLines = 30;

/**
 * The parts of a list behind a place, in its order, in each of which about as many lines are as are still wanted: pseudonyms are digests, and as even as
 * dice. Lists are right whether the guess is or not, since parts follow each other without a gap; `widen` is for a guess that fell short.
 */
export class PageParts {
  #place: PatientsPlace;
  #width = 1;

  constructor(
    private readonly clinics: readonly ClinicLines[],
    place: PatientsPlace,
  ) {
    this.#place = place;
  }

  /** The part that comes next; undefined behind the last line. `wanted` lines are missing yet. */
  next(wanted: number): ListPart | undefined {
    const [clinic, after] = this.#place;
    const left = this.clinics.filter(([id]) => id > clinic || (id === clinic && after < lastPatient));
    const [first] = left;
    if (!first) return undefined;
    const own = first[0] === clinic ? after : '';
    const whole = own === '' ? wholeClinics(left, wanted) : [];
    const last = whole.at(-1);
    if (last !== undefined) {
      this.#place = [last, lastPatient];
      return { clinics: whole, after: '', upto: lastPatient };
    }
    const upto = this.#end(own, first[1], wanted);
    this.#place = [first[0], upto];
    return { clinics: [first[0]], after: own, upto };
  }

  /** The part that was given last had fewer lines than were wanted. */
  widen(): void {
    this.#width *= 4;
  }

  #end(after: string, lines: number, wanted: number): string {
    const share = (this.#width * (wanted * margin + marginLines)) / Math.max(1, lines);
    const end = Math.ceil(Number.parseInt(after.slice(0, digits).padEnd(digits, '0'), 16) + share * stretches);
    return end >= stretches ? lastPatient : end.toString(16).padStart(digits, '0').padEnd(32, 'f');
  }
}

/** The first clinics that have no more lines together than are wanted. */
function wholeClinics(clinics: readonly ClinicLines[], wanted: number): readonly string[] {
  let lines = 0;
  const all = clinics.findIndex(([, own]) => (lines += own) > wanted);
  return clinics.slice(0, all === -1 ? clinics.length : all).map(([id]) => id);
}
