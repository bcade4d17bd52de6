import { isUtf8 } from 'node:buffer';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import { parseBundle } from '#libs/formats/fhir/bundle.js';
import { alikeEntries } from '#libs/formats/fhir/shapes/alike-entries.js';
import { alikeRecordsOf } from '#libs/formats/fhir/shapes/alike-records.js';
import { Targets } from '#libs/formats/fhir/targets.js';
import { readFhirXml } from '#libs/formats/fhir/xml/xml-wrapper.js';
import { firstByte } from '#libs/formats/json/items.js';
import { parseItem } from '#libs/formats/json/parse-item.js';
import { limits } from '#libs/formats/limits.js';
import type { Reading } from '#libs/formats/input-format.js';
import { readRecord } from '#libs/formats/read/read-payload.js';
import { assertNever, rejected } from '#libs/runtime/outcome.js';
import { Turns } from '../turns/turns.js';
import { HttpRefusal } from './http-refusal.js';
import type { Answer, Asked, Route } from './receiver.js';
import type { Item, ItemOutcome, SendingSource, Taker } from './taker.js';

/** Of every answer of these doors. */
export const fhirType = 'application/fhir+json; charset=utf-8';
const mediaType = fhirType;
const xmlTypes = ['application/fhir+xml', 'application/xml', 'application/xml+fhir', 'text/xml'];
const mediaTypes = ['application/fhir+json', 'application/json', 'application/json+fhir', ...xmlTypes];
/** Begins a document of XML, and no JSON. */
const lessThan = 0x3c;

/** `POST /fhir/AuditEvent`, or `PUT` under its own id, as servers forward what was subscribed to: one event; 201 with its place, 202 when it was set aside, or an OperationOutcome that says why not. */
export function auditEventRoute(taker: () => Taker): Route {
  return {
    mediaTypes: () => mediaTypes,
    refusal: (refusal) => ({ body: outcomeOf(refusal), mediaType }),
    answer: async (body, source, asked) => {
      const [outcome] = await taker().decoded([auditEventIn(body, source.reading, asked)], source);
      if (!outcome || outcome.kind === 'refused')
        throw new HttpRefusal(422, outcome?.reason ?? 'nothing was sent', undefined, outcome ? [{ index: 0, ...outcome }] : []);
      const headers = { location: placeOf(outcome.eventId) };
      return { status: outcome.kind === 'accepted' ? 201 : 202, headers, body: operationOutcome([toldOf(outcome)]), mediaType };
    },
  };
}

/** An AuditEvent like one that was read before is known without its parser. Throws as `resourceOf`. */
function auditEventIn(body: Buffer, given: Reading, asked: Asked): Item {
  const reading = asFhir(given);
  const read = () => readItem(resourceOf(body, asked, limits.itemBytesMax, limits.nodesMax), reading);
  if (isSaidToBeXml(asked.headers) || !isUtf8(body)) return read();
  const alike = alikeRecordsOf(reading, (value) => [readItem(value, reading)]);
  const text = () => body.toString('utf8', firstByte(body));
  const shaped = alike?.any ? alike.met(text()) : undefined;
  if (shaped) return { shaped, read: () => [read()] };
  const item = read();
  alike?.learn(item, text);
  return item;
}

/**
 * `POST /fhir`: a Bundle. A transaction is taken whole or not at all; of every other type each entry stands for itself, and the answer
 * says in the same order what became of it.
 */
export function bundleRoute(taker: () => Taker): Route {
  return {
    mediaTypes: () => mediaTypes,
    refusal: (refusal) => ({ body: outcomeOf(refusal), mediaType }),
    answer: async (body, source, asked) => {
      const reading = asFhir(source.reading);
      const alike = (resource: unknown) => readItem(resource, reading, alone);
      const entries = isSaidToBeXml(asked.headers) ? undefined : alikeEntries(body, source.reading, alike);
      if (entries) {
        const outcomes = await taker().decoded(entries, source);
        return { status: 200, body: { resourceType: 'Bundle', type: 'batch-response', entry: outcomes.map(entryOf) }, mediaType };
      }
      const bundle = parseBundle(resourceOf(body, asked, Infinity, limits.bundleNodesMax));
      if (bundle.kind === 'rejected') throw new HttpRefusal(422, bundle.detail);
      const { type, resources, targets, isNotification } = bundle.value;
      const read = entriesOf(resources, source, targets);
      const items = type === 'transaction' ? await wholly(read) : read;
      const outcomes = resources.length ? await taker().decoded(items, source) : [];
      // Nobody reads what became of each entry of a notification: of one that brings no event that can be taken the status has to say it.
      if (isNotification && outcomes.length && outcomes.every(({ kind }) => kind === 'refused'))
        throw new HttpRefusal(422, 'no event of this notification was taken; subscribe with the full resource as content');
      const response = type === 'transaction' ? 'transaction-response' : 'batch-response';
      return { status: 200, body: { resourceType: 'Bundle', type: response, entry: outcomes.map(entryOf) }, mediaType };
    },
  };
}

/** Whoever stands for itself refers to nothing of its Bundle. */
const alone = new Targets([]);

/** Read one by one, when they are asked for, so that others get their turn between them. */
function* entriesOf(resources: readonly unknown[], source: SendingSource, beside: Targets): Generator<DecodedItem> {
  const reading = asFhir(source.reading);
  for (const content of resources) yield readItem(content, reading, beside);
}

/** One for each, since what is known of a source is kept by how it is read. */
const fhirReadings = new WeakMap<Reading, Reading>();

/** What comes by these doors is FHIR, whatever else its source may send. */
function asFhir(reading: Reading): Reading {
  const known = fhirReadings.get(reading) ?? { ...reading, format: 'fhir' };
  fhirReadings.set(reading, known);
  return known;
}

/** An AuditEvent has its own time. */
const noEnvelope = { receivedMs: 0 };

function readItem(value: unknown, reading: Reading, beside?: Targets): DecodedItem {
  return readRecord({ kind: 'json', value, envelope: noEnvelope, ...(beside && { beside }) }, reading);
}

/** The entries of a transaction, all of them read before the first is taken. */
async function wholly(read: Iterable<DecodedItem>): Promise<readonly DecodedItem[]> {
  const turns = new Turns();
  const items: DecodedItem[] = [];
  for (const item of read) {
    items.push(item);
    if (turns.isOver(item.meter.steps)) await turns.next();
  }
  const wrong = items.flatMap(({ outcome }, index) =>
    outcome.kind === 'rejected' ? [{ index, field: outcome.field, reason: outcome.detail }] : [],
  );
  if (wrong.length)
    throw new HttpRefusal(422, 'the transaction was not taken, because some of its entries cannot be', undefined, wrong);
  return items;
}

/** Whatever else is asked of a FHIR server. */
export function notOffered(): Required<Omit<Answer, 'headers'>> {
  const diagnostics =
    'only POST of an AuditEvent to AuditEvent or PUT below it, POST of a Bundle to the base, and GET of metadata are offered here';
  return { status: 404, body: operationOutcome([{ severity: 'error', code: 'not-supported', diagnostics }]), mediaType };
}

/**
 * JSON or XML, as the sender says, or by the first byte where nothing is said. XML of more than 1 MiB, or not in UTF-8, is refused. Throws
 * `HttpRefusal` 400, 413, and 415 for what is said to be XML and is none.
 */
function resourceOf(body: Buffer, { headers }: Asked, bytesMax: number, nodesMax: number): unknown {
  const start = firstByte(body);
  const beginsXml = body[start] === lessThan;
  const isXml = isSaidToBeXml(headers) ?? beginsXml;
  if (isXml && !beginsXml)
    throw new HttpRefusal(415, 'Content-Type says XML, and the body is none; send JSON as application/fhir+json');
  const item = isXml ? xmlIn(body) : parseItem(body, start, body.length, { bytesMax, nodesMax });
  if (item.kind === 'accepted') return item.value;
  throw new HttpRefusal(item.reason.startsWith('too_') ? 413 : 400, item.detail);
}

/** Undefined where nothing is said. */
function isSaidToBeXml(headers: Asked['headers']): boolean | undefined {
  const said = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return said ? xmlTypes.includes(said) : undefined;
}

function xmlIn(body: Buffer): ReturnType<typeof readFhirXml> {
  if (isUtf8(body)) return readFhirXml(body.toString('utf8'));
  return rejected('not_utf8', '', 'the document is not in UTF-8; convert it before sending');
}

function entryOf(outcome: ItemOutcome): object {
  switch (outcome.kind) {
    case 'accepted':
    case 'quarantined': {
      const status = outcome.kind === 'accepted' ? '201 Created' : '202 Accepted';
      const told = outcome.reason === undefined ? {} : { outcome: operationOutcome([toldOf(outcome)]) };
      return { response: { status, location: placeOf(outcome.eventId), ...told } };
    }
    case 'refused':
      return { response: { status: '422 Unprocessable Entity', outcome: operationOutcome([toldOf(outcome)]) } };
    default:
      return assertNever(outcome);
  }
}

interface Told {
  readonly severity: 'information' | 'warning' | 'error';
  readonly code: string;
  readonly diagnostics: string;
  readonly expression?: readonly string[];
}

function toldOf(outcome: ItemOutcome): Told {
  const expression = outcome.field ? { expression: [`AuditEvent.${outcome.field}`] } : {};
  switch (outcome.kind) {
    case 'accepted': {
      if (outcome.reason === undefined)
        return { severity: 'information', code: 'informational', diagnostics: 'the event is in the log' };
      const diagnostics = `the event is in the log, but not all of it: ${outcome.reason}`;
      return { severity: 'warning', code: 'incomplete', diagnostics, ...expression };
    }
    case 'quarantined':
      return {
        severity: 'warning',
        code: 'business-rule',
        diagnostics: `the event was set aside: ${outcome.reason}`,
        ...expression,
      };
    case 'refused':
      return { severity: 'error', code: 'invalid', diagnostics: outcome.reason, ...expression };
    default:
      return assertNever(outcome);
  }
}

function placeOf(eventId: string): string {
  return `AuditEvent/${eventId}`;
}

function operationOutcome(issue: readonly Told[]): object {
  return { resourceType: 'OperationOutcome', issue };
}

const issueCodes: Readonly<Record<number, string>> = {
  401: 'login',
  403: 'forbidden',
  408: 'timeout',
  413: 'too-long',
  429: 'throttled',
  503: 'transient',
};

function outcomeOf({ status, message, refused }: HttpRefusal): Answer['body'] {
  const code = issueCodes[status] ?? 'invalid';
  const items = refused.map(({ index, field, reason }): Told => {
    const expression = `Bundle.entry[${index}].resource${field && `.${field}`}`;
    return { severity: 'error', code: 'invalid', diagnostics: reason, expression: [expression] };
  });
  return operationOutcome([{ severity: 'error', code, diagnostics: message }, ...items]);
}
