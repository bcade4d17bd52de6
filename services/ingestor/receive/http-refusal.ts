/** A request that gets an answer other than 200: thrown on the way in, told to the sender, never a bug. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: 400 | 401 | 403 | 408 | 413 | 415 | 422 | 429 | 503,
    message: string,
    /** Seconds after which the same request may be sent again. */
    readonly retryAfterSeconds?: number,
    /** What was wrong with the items, where the items were looked at. */
    readonly refused: readonly RefusedItem[] = [],
  ) {
    super(message);
  }
}

/** An item that was not taken: its index in the request from 0, the field, and why in a sentence. */
export interface RefusedItem {
  readonly index: number;
  readonly field: string;
  readonly reason: string;
}

/** The sender went away: nobody is there to be answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Of a body in which there is nothing to take. */
export function noEvent(): HttpRefusal {
  return new HttpRefusal(400, 'the body holds no event; send one JSON object, an array, or one object a line');
}
