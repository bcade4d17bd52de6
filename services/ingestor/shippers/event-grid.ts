import type { IncomingHttpHeaders } from 'node:http';
import { firstByte } from '#libs/formats/json/items.js';
import { isObject, parseItem } from '#libs/formats/json/parse-item.js';
import type { Route } from '../receive/receiver.js';

/** Characters of a code, which is a UUID. */
const codeMax = 128;

/**
 * A door to which Azure Event Grid may deliver: before it sends events it asks whether they are wanted, by an event whose code is the answer,
 * https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema. Whoever has no token of a source is told nothing.
 */
export function openToEventGrid(route: Route): Route {
  return {
    ...route,
    answer: async (body, source, asked) => {
      const code = codeIn(body, asked.headers);
      return code === undefined ? route.answer(body, source, asked) : { status: 200, body: { validationResponse: code } };
    },
  };
}

function codeIn(body: Buffer, headers: IncomingHttpHeaders): string | undefined {
  if (headers['aeg-event-type'] !== 'SubscriptionValidation') return undefined;
  const read = parseItem(body, firstByte(body), body.length);
  const [event]: readonly unknown[] = read.kind === 'accepted' ? [read.value].flat() : [];
  const data = isObject(event) ? event['data'] : undefined;
  const code = isObject(data) ? data['validationCode'] : undefined;
  return typeof code === 'string' && code.length <= codeMax ? code : undefined;
}

/** Who asks whether it may send, by the name that it gives itself: of letters, digits, points and hyphens. */
const origin = /^[A-Za-z0-9.-]{1,253}$/;

/**
 * Headers of the answer to `OPTIONS`, by which senders of CloudEvents ask whether events are wanted, https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md: anybody
 * may send who has a token, as often as the queue allows. It opens nothing for browsers, whose `Origin` is not looked at.
 */
export function webhookHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const asking = headers['webhook-request-origin'];
  const allowed = typeof asking === 'string' && origin.test(asking) ? asking : undefined;
  return { allow: 'POST, OPTIONS', ...(allowed && { 'webhook-allowed-origin': allowed, 'webhook-allowed-rate': '*' }) };
}
