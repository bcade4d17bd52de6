// shippers/: doors that look like those of products which shippers know how to feed, and answer as those do.
// What a shipper would try again is told so that it does; what is refused for good is told so that it does not.

import { type ItemRange, itemsOf } from '#libs/formats/json/items.js';
import { isObject, type JsonObject, parseItem } from '#libs/formats/json/parse-item.js';
import { type Envelope, innerPayload, type Payload, payloadOf } from '#libs/formats/payload.js';
import { type OwnLine, ownLineOf } from '#libs/formats/vigie/line.js';
import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { HttpRefusal } from '../receive/http-refusal.js';

const verbs = ['index', 'create', 'update', 'delete'] as const;

/** One operation of a bulk request; `document` is what it brings, undefined for `delete`. */
export interface Operation {
  readonly verb: (typeof verbs)[number];
  readonly index: string;
  readonly id?: string;
  readonly document?: ItemRange;
}

/** Names that are given back in an answer. */
const nameMax = 512;

/**
 * The operations of a bulk body, in pairs of lines: what to do, and the document, which `delete` has none of. Throws `HttpRefusal` 400 at a
 * line that is no operation, as Elasticsearch refuses the whole request: nothing behind it could be told apart.
 */
export function operationsOf(body: Buffer, defaultIndex: string): readonly Operation[] {
  const operations: Operation[] = [];
  const actions = new Actions(body, defaultIndex);
  const lines = itemsOf(body, 'lines')[Symbol.iterator]();
  for (let line = lines.next(), number = 1; !line.done; line = lines.next(), number += 1) {
    const operation = actions.at(line.value);
    if (!operation) throw new HttpRefusal(400, `Malformed action/metadata line [${number}], expected one of ${verbs.join(', ')}`);
    if (operation.verb === 'delete') {
      operations.push(operation);
      continue;
    }
    const next = lines.next();
    number += 1;
    operations.push(next.done ? operation : { ...operation, document: next.value });
  }
  return operations;
}

/** Whether a body begins with an operation of `_bulk`. */
export function isBulk(body: Buffer): boolean {
  const first = itemsOf(body, 'lines').next();
  return !first.done && operationIn(body, first.value, '') !== undefined;
}

/** The actions of one body: most repeat the one before to the byte, which was read already. */
class Actions {
  #last: ItemRange | undefined;
  #operation: Operation | undefined;

  constructor(
    private readonly body: Buffer,
    private readonly defaultIndex: string,
  ) {}

  at(line: ItemRange): Operation | undefined {
    if (this.#last && isSame(this.body, this.#last, line)) return this.#operation;
    this.#last = line;
    this.#operation = operationIn(this.body, line, this.defaultIndex);
    return this.#operation;
  }
}

function isSame(body: Buffer, one: ItemRange, other: ItemRange): boolean {
  const length = one.end - one.start;
  if (other.end - other.start !== length) return false;
  for (let at = 0; at < length; at += 1) if (body[one.start + at] !== body[other.start + at]) return false;
  return true;
}

function operationIn(body: Buffer, { start, end }: ItemRange, defaultIndex: string): Operation | undefined {
  const item = parseItem(body, start, end);
  if (item.kind === 'rejected' || !isObject(item.value)) return undefined;
  const { value } = item;
  const verb = verbs.find((one) => Object.hasOwn(value, one));
  const said = verb && value[verb];
  if (!verb || Object.keys(value).length !== 1 || !isObject(said)) return undefined;
  const id = said['_id'];
  return { verb, index: nameIn(said, '_index') ?? defaultIndex, ...(typeof id === 'string' && id.length <= nameMax && { id }) };
}

function nameIn(said: JsonObject, name: string): string | undefined {
  const given = said[name];
  return typeof given === 'string' && given.length <= nameMax ? given : undefined;
}

/** The document of an operation that brings a whole one, as a line; `body` is valid UTF-8. */
export function ownDocumentOf(body: Buffer, { verb, document }: Operation, envelope: Envelope): OwnLine | undefined {
  return document && verb !== 'update' ? ownLineOf(body, document.start, document.end, envelope) : undefined;
}

/** The record that an operation brings. `update` has it under `doc`, or under `upsert`. */
export function documentOf(body: Buffer, { verb, document }: Operation, envelope: Envelope): Accepted<Payload> | Rejected {
  if (!document) return rejected('missing_document', '', 'the document of this operation is missing, perhaps cut off');
  const payload = payloadOf(body.subarray(document.start, document.end), envelope);
  if (payload.kind === 'rejected' || verb !== 'update') return payload;
  const value = payload.value.kind === 'json' ? payload.value.value : undefined;
  const inner = isObject(value) ? (value['doc'] ?? value['upsert']) : undefined;
  return isObject(inner)
    ? innerPayload(inner, envelope)
    : rejected('missing_document', 'doc', 'an update must bring its record as doc');
}
