import { ClickHouseError } from '@clickhouse/client';
import { messageOf, type Outcome, rejected, type Rejected, Transient } from '#libs/runtime/outcome.js';

/**
 * ClickHouse refused an insert for a reason that names neither a row nor a state of the server. It may pass; where it comes again for the
 * same rows while others are stored, it is the rows.
 */
export class UnexplainedRefusal extends Transient {
  constructor(
    message: string,
    /** ClickHouse's error code. */
    readonly code: number,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** What a failed insert means: rejected when it is for what is in the rows, else it throws `Transient`. */
export function failureOf(table: string, cause: unknown): Outcome<number> {
  if (cause instanceof Transient) throw cause;
  const code = cause instanceof ClickHouseError ? Number(cause.code) : 0;
  const what = `${table}: the insert failed: ${messageOf(cause)}`;
  const view = viewThatFailed.exec(messageOf(cause))?.[1];
  if (view !== undefined)
    throw new Transient(
      `${what}. The rows are as they should be: a materialized view over the table, ${view}, cannot take them; mend or drop it`,
      {
        cause,
      },
    );
  if (rowErrors.has(code)) return refusalOf(code, messageOf(cause));
  if (code === 0 || isState(code, messageOf(cause))) throw new Transient(what, { cause });
  throw new UnexplainedRefusal(what, code, cause);
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

/** ClickHouse's errors about the content of a row: parse errors, unknown fields, nulls, ranges, nesting. Found by feeding it each. */
const rowErrors: ReadonlySet<number> = new Set([
  6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 129, 130, 131, 190, 321, 349, 407, 441, 467, 472, 691,
]);

/**
 * How ClickHouse ends an error of a view that somebody made over the table, whatever its code. What it quotes of a row never stands last: the place where it
 * was read does.
 */
const viewThatFailed = /: while pushing to view (\S+)(?: \([\da-f-]+\))?[.\s]*$/;

/**
 * ClickHouse's errors about its own state, which pass or are an operator's to mend, whatever the rows: access, missing tables and columns,
 * time, memory, disks, threads, network, replicas, its keeper.
 */
const stateErrors: ReadonlySet<number> = new Set([
  3, 16, 60, 74, 75, 76, 77, 81, 82, 107, 159, 160, 164, 192, 193, 194, 198, 201, 202, 203, 209, 210, 218, 225, 232, 236, 241, 242, 243, 244, 254,
  279, 285, 286, 287, 289, 305, 319, 335, 336, 341, 373, 394, 425, 439, 452, 473, 497, 499, 516, 574, 579, 668, 722, 745, 999, 1000, 1001, 1002,
]); // prettier-ignore

/** Too many parts pass when they are merged; too many partitions for one insert come again with the same rows. Both are code 252. */
function isState(code: number, message: string): boolean {
  return stateErrors.has(code) || (code === 252 && !message.includes('partitions'));
}
