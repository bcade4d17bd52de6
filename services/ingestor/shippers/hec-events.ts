import { isUtf8 } from 'node:buffer';
import { type ConcatenatedItem, concatenatedJson } from '#libs/formats/json/concatenated.js';
import { firstByte } from '#libs/formats/json/items.js';
import { isObject } from '#libs/formats/json/parse-item.js';
import { type Envelope, type Payload, payloadOf } from '#libs/formats/payload.js';
import { ownHecEventAt } from '#libs/formats/wrappers/hec-own.js';
import { hecWrapper, ownEventOf } from '#libs/formats/wrappers/hec.js';
import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { type Found, unread } from './fates.js';
import type { SplunkCode } from './splunk-answers.js';

/** Whether a body begins with an event of Splunk HEC. */
export function isHec(body: Buffer): boolean {
  for (const { start, end, complete } of concatenatedJson(body)) {
    const payload = complete ? payloadOf(body.subarray(start, end), { receivedMs: 0 }) : undefined;
    return payload?.kind === 'accepted' && hecWrapper.recognises(payload.value);
  }
  return false;
}

/** The events of a body, up to the first that is no event: Splunk takes those before it as well, and says which it was. */
export class HecEvents {
  fault: { readonly code: SplunkCode; readonly index: number } | undefined;

  constructor(
    private readonly body: Buffer,
    private readonly envelope: Envelope,
  ) {}

  *[Symbol.iterator](): Generator<Found> {
    const { body, envelope } = this;
    const isText = isUtf8(body);
    let at = 0;
    for (let index = 0; (at += firstByte(body.subarray(at))) < body.length && !this.fault; index += 1) {
      const found = isText ? ownHecEventAt(body, at, envelope) : undefined;
      const { start, end, complete } = found ? { start: at, end: found.end, complete: true } : itemAt(body, at);
      at = end;
      if (found) yield { kind: 'unread', own: found.own, record: () => this.#payload(start, end, index) };
      else {
        const payload = complete ? this.#payload(start, end, index) : rejected('not_json', '', 'the event is cut off');
        const code = faultOf(payload);
        if (code !== undefined) return void (this.fault = { code, index });
        yield unread(payload.kind === 'accepted' ? ownEventOf(payload.value) : undefined, () => payload);
      }
    }
  }

  /** An event that was only looked at may turn out to be none when it is read: nothing behind it is taken then. */
  #payload(start: number, end: number, index: number): Accepted<Payload> | Rejected {
    const payload = payloadOf(this.body.subarray(start, end), this.envelope);
    const code = faultOf(payload);
    if (code !== undefined) this.fault = { code, index };
    return payload;
  }
}

function itemAt(body: Buffer, at: number): ConcatenatedItem {
  const first = concatenatedJson(body.subarray(at)).next();
  if (first.done) return { start: body.length, end: body.length, complete: true };
  return { ...first.value, start: at + first.value.start, end: at + first.value.end };
}

/** What keeps one event, and all behind it, from being read. One that is only too large is refused by itself. */
function faultOf(payload: Accepted<Payload> | Rejected): SplunkCode | undefined {
  if (payload.kind === 'rejected') return payload.reason === 'not_json' || payload.reason === 'not_utf8' ? 6 : undefined;
  if (payload.value.kind === 'text') return 6;
  const { value } = payload.value;
  if (!isObject(value)) return undefined;
  const event = Object.hasOwn(value, 'event') ? value['event'] : undefined;
  if (event === undefined || event === null) return 12;
  return typeof event === 'string' && !event.trim() ? 13 : undefined;
}
