import { isObject } from '#libs/formats/json/parse-item.js';
import { payloadsOf } from '#libs/formats/read/records.js';
import { type Envelope, payloadOf } from '#libs/formats/payload.js';
import type { Answer, Asked, Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';
import { type Fate, fatesOf, refusedOf, tookAny } from './fates.js';
import { HecEvents } from './hec-events.js';
import { splunkAnswer, splunkRefusal } from './splunk-answers.js';

export interface SplunkTools {
  readonly taker: () => Taker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The next number of an acknowledgement; no other process of Vigie should give the same. */
  readonly nextAck: () => number;
}

/** `POST /services/collector/event`: objects one behind the other, each with an `event`. */
export function splunkEventRoute(tools: SplunkTools): Route {
  return {
    refusal: splunkRefusal,
    answer: (body, source, asked) =>
      inChannel(asked, async (channel) => {
        const events = new HecEvents(body, { receivedMs: tools.now() });
        const fates = await fatesOf(events, source, tools.taker());
        const { fault } = events;
        if (fault) return splunkAnswer(fault.code, { 'invalid-event-number': fault.index, ...refusedOf(fates) });
        return told(fates, channel, tools);
      }),
  };
}

/** `POST /services/collector/raw`: lines, with their host, source and time in the query. */
export function splunkRawRoute(tools: SplunkTools): Route {
  return {
    refusal: splunkRefusal,
    answer: (body, source, asked) =>
      inChannel(asked, async (channel) => {
        const fates = await fatesOf(payloadsOf(body, rawEnvelope(asked, tools.now()), source.reading), source, tools.taker());
        return told(fates, channel, tools);
      }),
  };
}

/**
 * `POST /services/collector/ack`: which requests are durable. A request is answered, and so gets its number, only when it is: every number
 * that somebody was given is, whichever process gave it.
 */
export function splunkAckRoute(): Route {
  return {
    refusal: splunkRefusal,
    answer: async (body, _, asked) => {
      if (channelOf(asked) === undefined) return splunkAnswer(10);
      const payload = payloadOf(body, { receivedMs: 0 });
      const value = payload.kind === 'accepted' && payload.value.kind === 'json' ? payload.value.value : undefined;
      const acks = isObject(value) ? value['acks'] : undefined;
      if (!Array.isArray(acks)) return splunkAnswer(6);
      const known = acks.filter((ack) => Number.isSafeInteger(ack)).map((ack) => [String(ack), true] as const);
      return { status: 200, body: { acks: Object.fromEntries(known) } };
    },
  };
}

function told(fates: readonly Fate[], channel: string | undefined, { nextAck }: SplunkTools): Answer {
  if (!fates.length) return splunkAnswer(5);
  if (!tookAny(fates)) return splunkAnswer(6, { 'invalid-event-number': 0, ...refusedOf(fates) });
  return splunkAnswer(0, { ...(channel === undefined ? {} : { ackId: nextAck() }), ...refusedOf(fates) });
}

async function inChannel(asked: Asked, work: (channel: string | undefined) => Promise<Answer>): Promise<Answer> {
  const channel = channelOf(asked);
  if (channel !== undefined && !/^[\w-]{1,64}$/.test(channel)) return splunkAnswer(11);
  return work(channel);
}

function channelOf({ headers, query }: Asked): string | undefined {
  const given = headers['x-splunk-request-channel'] ?? query['channel'];
  return typeof given === 'string' && given ? given : undefined;
}

function rawEnvelope({ query }: Asked, receivedMs: number): Envelope {
  const text = (name: string) => (typeof query[name] === 'string' && query[name] ? query[name] : undefined);
  const [host, application] = [text('host'), text('source') ?? text('sourcetype')];
  const timeMs = Number(text('time')) * 1000;
  return {
    receivedMs,
    ...(Number.isFinite(timeMs) && { timeMs }),
    ...(host !== undefined && { host }),
    ...(application !== undefined && { application }),
  };
}
