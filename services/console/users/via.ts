import { z } from 'zod';
import { askedBy } from '#libs/contracts/audit-row.js';

const shape = z.enum(askedBy).exclude(['clickhouse']).catch('api');

/** By what somebody asks, as the header `Vigie-Via` says; the API where it says nothing that is known. */
export function viaOf(header: unknown): (typeof askedBy)[number] {
  return shape.parse(header);
}
