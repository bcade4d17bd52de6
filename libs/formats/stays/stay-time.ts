import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { parseTime } from '../time.js';

const day = /^\d{4}-\d\d-\d\d$/;

/** A time with its offset, or a day of FHIR, which is taken from its first moment in UTC: stays are days, and links reach further than a night. */
export function stayTime(value: unknown, field: string): Accepted<number> | Rejected {
  const read = parseTime(typeof value === 'string' && day.test(value) ? `${value}T00:00:00Z` : value);
  return typeof read === 'number' ? accepted(read) : rejected('bad_time', field, `${field}: ${read}`);
}
