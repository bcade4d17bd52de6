import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { objectIn } from './message.js';

/** A list of records under one name: files of CloudTrail (`Records`), Azure's diagnostic records (`records`), exports (`value`), what was taken from a queue (`Messages`, `receivedMessages`). */
export const recordsWrapper: Wrapper = {
  name: 'records',
  kind: 'json',
  recognises: (payload) => listIn(objectIn(payload)) !== undefined,
  *unwrap(payload) {
    for (const value of listIn(objectIn(payload)) ?? []) yield accepted({ kind: 'json', value, envelope: payload.envelope });
  },
};

const names = ['Records', 'records', 'value', 'Messages', 'receivedMessages'];

function listIn(record: Readonly<Record<string, unknown>> | undefined): readonly unknown[] | undefined {
  const given: unknown = names.map((name) => record?.[name]).find((value) => value !== undefined && value !== null);
  return record && Array.isArray(given) && Object.keys(record).length <= 2 ? given : undefined;
}
