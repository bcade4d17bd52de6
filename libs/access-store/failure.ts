import { ClickHouseError } from '@clickhouse/client';
import { type Outcome, type Rejected, rejected, Transient } from '#libs/runtime/outcome.js';

/** What a failed insert means: rejected when it is for what is in the rows, else it throws `Transient`. */
export function failureOf(table: string, cause: unknown): Outcome<number> {
  if (cause instanceof Transient) throw cause;
  const code = cause instanceof ClickHouseError ? Number(cause.code) : 0;
  if (!rowErrors.has(code)) return transientFailure(`${table}: the insert failed`)(cause);
  return refusalOf(code, messageOf(cause));
}

export function transientFailure(what: string): (cause: unknown) => never {
  return (cause) => {
    throw new Transient(`${what}: ${messageOf(cause)}`, { cause });
  };
}

/** ClickHouse quotes the text around the mistake, which may be a person's: only the column and the kind of mistake go on. */
function refusalOf(code: number, text: string): Rejected {
  const found = /value of key (\w+)|[Cc]olumn [`'"]?(\w+)|Unknown field found while parsing JSONEachRow format: (\w+)/.exec(text);
  const field = found?.[1] ?? found?.[2] ?? found?.[3] ?? '';
  const where = field ? `the column ${field} cannot hold what the row has` : 'the row does not fit its columns';
  return rejected(code === 117 ? 'unknown_or_unfit_field' : 'unfit_value', field, `${where} (ClickHouse error ${code})`);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** ClickHouse's errors about the content of a row: parse errors, unknown fields, nulls, ranges, nesting. Found by feeding it each. */
const rowErrors: ReadonlySet<number> = new Set([
  6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 129, 130, 131, 190, 321, 349, 407, 441, 467, 472, 691,
]);
