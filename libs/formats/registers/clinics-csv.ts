import type { Clinic } from '#libs/contracts/list-entry.js';
import { calendarTime, calendarTimeTaken } from '../calendar-time.js';
import { type Cells, type LineMistake, RegisterReader } from './register-csv.js';

const columns = ['group_id', 'clinic_id', 'name', 'opened_at', 'closed_at', 'controller_id'] as const;
type Column = (typeof columns)[number];

/** Reads the register of clinics: `group_id,clinic_id,name,opened_at,closed_at,controller_id`; the last four may be empty or missing. */
export class ClinicsReader {
  readonly clinics: Clinic[] = [];
  readonly #reader = new RegisterReader(columns, ['group_id', 'clinic_id']);

  get mistakes(): LineMistake[] {
    return this.#reader.mistakes;
  }

  take(text: string): void {
    const cells = this.#reader.take(text);
    if (cells) this.#clinic(cells);
  }

  #clinic(cell: Cells<Column>): void {
    const mistake = (reason: string) => this.#reader.mistake(reason);
    const group_id = cell('group_id');
    const clinic_id = cell('clinic_id');
    if (!group_id || !clinic_id) return mistake(`${group_id ? 'clinic_id' : 'group_id'} is empty; every clinic needs both`);
    const before = this.#reader.before([group_id, clinic_id]);
    if (before !== undefined) return mistake(`the clinic ${clinic_id} of ${group_id} stands on line ${before} already`);
    const opened_at = this.#time('opened_at', cell('opened_at'));
    const closed_at = this.#time('closed_at', cell('closed_at'));
    if (opened_at === undefined || closed_at === undefined) return;
    if (opened_at && closed_at && closed_at < opened_at) return mistake('closed_at is before opened_at');
    const controller_id = cell('controller_id');
    this.clinics.push({ group_id, clinic_id, name: cell('name'), opened_at, closed_at, ...(controller_id && { controller_id }) });
  }

  #time(column: Column, text: string): string | null | undefined {
    if (text === '') return null;
    const time = calendarTime(text);
    if (time === undefined) this.#reader.mistake(`${column} is "${text.slice(0, 50)}"; write ${calendarTimeTaken}`);
    return time;
  }
}
