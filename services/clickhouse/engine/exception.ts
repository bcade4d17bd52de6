import { messageOf } from '#libs/runtime/outcome.js';
/** An error as a ClickHouse client knows it: a code, a text that begins with it, an HTTP status. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
  /** What ClickHouse itself answers for this kind of error. */
  get status(): number {
    return statusOf.get(this.code) ?? 500;
  }
}

/** `codeName` is ClickHouse's constant, such as `TOO_MANY_SIMULTANEOUS_QUERIES`. */
export function exception(code: number, codeName: string, sentence: string): ClickHouseException {
  return new ClickHouseException(code, `Code: ${code}. DB::Exception: ${sentence} (${codeName})`);
}

/** What the engine threw, with the code that its text begins with. */
export function exceptionOf(cause: unknown): ClickHouseException {
  if (cause instanceof ClickHouseException) return cause;
  const text = messageOf(cause);
  const code = /^Code: (\d+)\./.exec(text)?.[1];
  return code ? new ClickHouseException(Number(code), text) : exception(1002, 'UNKNOWN_EXCEPTION', text);
}

const byStatus: Readonly<Record<number, readonly number[]>> = {
  400: [6, 26, 27, 32, 36, 38, 41, 42, 43, 44, 53, 62, 70, 72, 117, 130, 131, 215, 223, 441, 456, 457, 636],
  401: [194],
  403: [164, 192, 193, 452, 497, 516],
  404: [16, 46, 47, 50, 52, 56, 60, 81, 82, 115],
  408: [159],
  413: [307],
  501: [48, 1, 344],
  503: [202, 279],
};
const statusOf: ReadonlyMap<number, number> = new Map(
  Object.entries(byStatus).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
);
