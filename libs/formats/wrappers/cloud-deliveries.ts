import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { Reading, Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { type Envelope, innerPayload, type Payload, payloadOf } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs, timeOfValue } from '../record/time.js';
import { objectIn, within } from './message.js';

type Said = Partial<Omit<Envelope, 'receivedMs'>>;
type Carried = Accepted<Payload> | Rejected;

/** A service of a cloud that hands records on: what tells its deliveries, and what is in one. */
interface Delivery {
  readonly isDelivery: (record: JsonObject) => boolean;
  readonly records: (record: JsonObject, envelope: Envelope, timeOf: (value: unknown) => Said) => Iterable<Carried>;
}

/** AWS EventBridge: `detail` is the record, that of CloudTrail among them. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const eventBridge: Delivery = {
  isDelivery: (record) => typeof record['detail-type'] === 'string' && isObject(record['detail']),
  *records({ detail, time, source }, envelope, timeOf) {
    yield innerPayload(detail, within(envelope, { ...timeOf(time), ...programOf(source) }));
  },
};

/**
 * Subscriptions of CloudWatch Logs, unpacked: `logEvents` with a text and its milliseconds each. Messages that look whether somebody is there
 * hold no record. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
const cloudWatch: Delivery = {
  isDelivery: ({ messageType, logEvents }) => typeof messageType === 'string' && Array.isArray(logEvents),
  *records({ messageType, logEvents, logGroup, logStream }, envelope) {
    if (messageType === 'CONTROL_MESSAGE' || !Array.isArray(logEvents)) return;
    for (const event of logEvents) {
      const { message, timestamp }: JsonObject = isObject(event) ? event : {};
      const timeMs = typeof timestamp === 'number' ? epochMs(timestamp) : undefined;
      const said = { ...programOf(logGroup), fields: { logGroup, logStream }, ...(timeMs !== undefined && { timeMs }) };
      if (typeof message === 'string') yield innerPayload(message, within(envelope, said));
      else yield rejected('missing_field', 'logEvents.message', 'an event of the subscription has no message');
    }
  },
};

/** Topics of AWS SNS: `Message` is the text that was published. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const sns: Delivery = {
  isDelivery: ({ Type, TopicArn, Message }) =>
    Type === 'Notification' && typeof TopicArn === 'string' && typeof Message === 'string',
  *records({ Message, Timestamp }, envelope, timeOf) {
    yield innerPayload(Message, within(envelope, timeOf(Timestamp)));
  },
};

/** Subscriptions of Google Pub/Sub that push: `data` in base64. https://cloud.google.com/pubsub/docs/push */
const pubSub: Delivery = {
  isDelivery: ({ message, subscription }) => typeof subscription === 'string' && isObject(message),
  *records({ message }, envelope, timeOf) {
    const { data, publishTime }: JsonObject = isObject(message) ? message : {};
    if (typeof data === 'string') yield payloadOf(Buffer.from(data, 'base64'), within(envelope, timeOf(publishTime)));
    else yield rejected('missing_field', 'message.data', 'the message has attributes alone; publish the record as its data');
  },
};

const deliveries: readonly Delivery[] = [eventBridge, cloudWatch, sns, pubSub];

/** Deliveries of clouds. Where the record says no time, that of the delivery counts. */
export const cloudDeliveryWrapper: Wrapper = {
  name: 'cloud-delivery',
  kind: 'json',
  recognises: (payload) => deliveryOf(objectIn(payload)) !== undefined,
  *unwrap(payload, { zone }: Reading) {
    const record = objectIn(payload) ?? {};
    const { envelope } = payload;
    const timeOf = (value: unknown): Said => {
      const timeMs = timeOfValue(value, { zone, receivedMs: envelope.receivedMs });
      return typeof timeMs === 'number' ? { timeMs } : {};
    };
    yield* deliveryOf(record)?.records(record, envelope, timeOf) ?? [];
  },
};

function deliveryOf(record: JsonObject | undefined): Delivery | undefined {
  return record && deliveries.find(({ isDelivery }) => isDelivery(record));
}

function programOf(value: unknown): Said {
  const application = textOfValue(value);
  return application === undefined ? {} : { application };
}
