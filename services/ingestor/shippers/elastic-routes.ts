import { isUtf8 } from 'node:buffer';
import { isObject, parseItem } from '#libs/formats/json/parse-item.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Answer, Asked, Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';
import { documentOf, type Operation, operationsOf, ownDocumentOf } from './elastic-bulk.js';
import { handshakeAnswer } from './elastic-handshake.js';
import { type Fate, fatesOf, type Found, unread } from './fates.js';

/** Without it the clients of Elastic refuse to speak to a server, whatever it answers. */
const headers = { 'x-elastic-product': 'Elasticsearch' };

export interface ElasticTools {
  readonly taker: () => Taker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The id of a document that came without one; no other process of Vigie should give the same. */
  readonly newId: () => string;
}

/** `_bulk`, also of an index: what became of each operation, in their order. */
export function elasticBulkRoute({ taker, now, newId }: ElasticTools): Route {
  return {
    refusal: elasticRefusal,
    answer: async (body, source, { params }) => {
      const startedMs = now();
      const operations = operationsOf(body, typeof params['index'] === 'string' ? params['index'] : '');
      const brought = operations.filter(({ verb }) => verb !== 'delete');
      const envelope = { receivedMs: startedMs };
      const isText = isUtf8(body);
      const documents = function* (): Generator<Found> {
        for (const operation of brought)
          yield unread(isText ? ownDocumentOf(body, operation, envelope) : undefined, () =>
            documentOf(body, operation, envelope),
          );
      };
      const fates = brought.length ? await fatesOf(documents(), source, taker()) : [];
      const errors = fates.some((fate) => !fate.taken);
      const took = Math.max(0, Math.round(now() - startedMs));
      return { status: 200, headers, body: `{"took":${took},"errors":${errors},"items":[${itemsOf(operations, fates, newId)}]}` };
    },
  };
}

/** `{index}/_doc` and `{index}/_create`: one document. What is refused for good is answered 400, as a document that does not fit its index. */
export function elasticDocumentRoute({ taker, now, newId }: ElasticTools): Route {
  return {
    refusal: elasticRefusal,
    answer: async (body, source, { path, params }) => {
      const { index = '', id = newId() } = params;
      const operation: Operation = {
        verb: path.includes('/_create') ? 'create' : 'index',
        index: String(index),
        id: String(id),
        document: { start: 0, end: body.length },
      };
      const [fate] = await fatesOf([documentOf(body, operation, { receivedMs: now() })], source, taker());
      if (fate && !fate.taken) throw new HttpRefusal(400, reasonOf(fate));
      return { status: 201, headers, body: itemOf(operation, fate) };
    },
  };
}

/** What clients ask before they send: who answers, whether templates and policies are there. */
export function elasticHandshakeRoute(): Route {
  return {
    refusal: elasticRefusal,
    answer: async (_body, _source, asked: Asked) => ({ ...handshakeAnswer(asked.method, asked.path), headers }),
  };
}

/** What the body of a request may have that makes an index. */
const ofIndex: readonly string[] = ['settings', 'mappings', 'aliases'];

/** `PUT /{index}`: nothing is made, and nothing else is acknowledged: events that somebody puts to a path of another name must not be gone without a word. */
export function elasticIndexRoute(): Route {
  return {
    refusal: elasticRefusal,
    answer: async (body, _source, { method, path }) => {
      const item = body.length ? parseItem(body, 0, body.length) : undefined;
      const isOfIndex =
        !item ||
        (item.kind === 'accepted' && isObject(item.value) && Object.keys(item.value).every((key) => ofIndex.includes(key)));
      if (!isOfIndex)
        throw new HttpRefusal(400, 'there is nothing here that takes events; send them to /v1/events, /_bulk or /{index}/_doc');
      return { ...handshakeAnswer(method, path), headers };
    },
  };
}

/** In an item, where the id of a document stands that came without one: within a text its quotes would be escaped. */
const noId = '"_id":null';

/**
 * The items of an answer as JSON. Those of operations that were alike, and went alike, are alike: they are written once. A document has an id
 * whether it came with one or not, since clients read none as an answer that is broken.
 */
function itemsOf(operations: readonly Operation[], fates: readonly Fate[], newId: () => string): string {
  const items: string[] = [];
  let [index, before, text]: [number, Operation | undefined, string] = [0, undefined, ''];
  for (const operation of operations) {
    const fate = operation.verb === 'delete' ? undefined : fates[index++];
    if (!fate?.taken || !before || !isAlike(before, operation))
      text = JSON.stringify({ [operation.verb]: itemOf(operation, fate) });
    before = fate?.taken ? operation : undefined;
    items.push(fate && operation.id === undefined ? text.replace(noId, `"_id":"${newId()}"`) : text);
  }
  return items.join(',');
}

function isAlike(one: Operation, other: Operation): boolean {
  return one.verb === other.verb && one.index === other.index && one.id === other.id;
}

const shards = { total: 1, successful: 1, failed: 0 };

function itemOf({ verb, index, id }: Operation, fate: Fate | undefined): object {
  const named = { _index: index, _id: id ?? null };
  // Nothing here can be deleted: the trace of an access stays.
  if (!fate) return { ...named, _version: 1, result: 'not_found', _shards: shards, _seq_no: 0, _primary_term: 1, status: 404 };
  if (fate.taken) {
    const [status, result] = verb === 'update' ? [200, 'updated'] : [201, 'created'];
    return { ...named, _version: 1, result, _shards: shards, _seq_no: 0, _primary_term: 1, status };
  }
  return { ...named, status: 400, error: { type: 'document_parsing_exception', reason: reasonOf(fate) } };
}

function reasonOf({ field, reason }: Fate & { readonly taken: false }): string {
  return `${field ? `failed to parse field [${field}]: ` : ''}${reason}`;
}

const types: Readonly<Record<number, string>> = {
  401: 'security_exception',
  403: 'security_exception',
  413: 'content_too_large',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
};

function elasticRefusal({ status, message }: HttpRefusal): Partial<Answer> {
  const cause = { type: types[status] ?? 'illegal_argument_exception', reason: message };
  const challenge: Record<string, string> = status === 401 ? { 'www-authenticate': 'Basic realm="vigie", ApiKey' } : {};
  return { headers: { ...headers, ...challenge }, body: { error: { root_cause: [cause], ...cause }, status } };
}
