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

/** Messages of AWS SQS, as `receive-message`, EventBridge Pipes and Lambda give them: the record is the body. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const sqs: Delivery = {
  isDelivery: (record) => bodyOfSqs(record) !== undefined,
  *records(record, envelope, timeOf) {
    const attributes = record['attributes'] ?? record['Attributes'];
    yield innerPayload(bodyOfSqs(record), within(envelope, isObject(attributes) ? timeOf(attributes['SentTimestamp']) : {}));
  },
};

function bodyOfSqs({ messageId, receiptHandle, body, MessageId, ReceiptHandle, Body }: JsonObject): string | undefined {
  if (typeof messageId === 'string' && typeof receiptHandle === 'string' && typeof body === 'string') return body;
  return typeof MessageId === 'string' && typeof ReceiptHandle === 'string' && typeof Body === 'string' ? Body : undefined;
}

/** What Lambda is told of SNS has the notification inside. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const snsOfLambda: Delivery = {
  isDelivery: ({ EventSource, Sns }) => EventSource === 'aws:sns' && isObject(Sns),
  *records({ Sns }, envelope) {
    yield innerPayload(Sns, envelope);
  },
};

/** AWS Kinesis by Lambda or by EventBridge Pipes: `data` in base64. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
const kinesis: Delivery = {
  isDelivery: (record) => typeof kinesisOf(record)?.['data'] === 'string',
  *records(record, envelope, timeOf) {
    const { data, approximateArrivalTimestamp } = kinesisOf(record) ?? {};
    yield payloadOf(Buffer.from(String(data), 'base64'), within(envelope, timeOf(approximateArrivalTimestamp)));
  },
};

function kinesisOf(record: JsonObject): JsonObject | undefined {
  if (record['eventSource'] !== 'aws:kinesis') return undefined;
  return isObject(record['kinesis']) ? record['kinesis'] : record;
}

/** Azure Event Grid in its own schema. That somebody is asked whether events are wanted is nobody's access. https://learn.microsoft.com/en-us/azure/event-grid/event-schema */
const eventGrid: Delivery = {
  isDelivery: ({ eventType, eventTime, subject, data }) =>
    typeof eventType === 'string' &&
    typeof eventTime === 'string' &&
    typeof subject === 'string' &&
    (isObject(data) || typeof data === 'string'),
  *records({ eventType, eventTime, data }, envelope, timeOf) {
    if (eventType !== 'Microsoft.EventGrid.SubscriptionValidationEvent')
      yield innerPayload(data, within(envelope, timeOf(eventTime)));
  },
};

/** What programs log in Google Cloud, each line in an entry: as an object where it was one, whose time is then that of the entry. https://cloud.google.com/logging/docs/structured-logging */
const logEntry: Delivery = {
  isDelivery: ({ logName, jsonPayload, textPayload }) =>
    typeof logName === 'string' && (isObject(jsonPayload) || typeof textPayload === 'string'),
  *records({ jsonPayload, textPayload, timestamp, receiveTimestamp, labels }, envelope, timeOf) {
    const said = { ...timeOf(timestamp ?? receiveTimestamp), ...(isObject(labels) && { fields: labels }) };
    yield innerPayload(jsonPayload ?? textPayload, within(envelope, said));
  },
};

/** Subscriptions of Google Pub/Sub that push, and messages that were pulled: `data` in base64. https://cloud.google.com/pubsub/docs/push */
const pubSub: Delivery = {
  isDelivery: ({ message, subscription, ackId }) =>
    (typeof subscription === 'string' || typeof ackId === 'string') && isObject(message),
  *records({ message }, envelope, timeOf) {
    const { data, publishTime }: JsonObject = isObject(message) ? message : {};
    if (typeof data === 'string') yield payloadOf(Buffer.from(data, 'base64'), within(envelope, timeOf(publishTime)));
    else yield rejected('missing_field', 'message.data', 'the message has attributes alone; publish the record as its data');
  },
};

const deliveries: readonly Delivery[] = [eventBridge, cloudWatch, sns, snsOfLambda, sqs, kinesis, eventGrid, logEntry, pubSub];

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
