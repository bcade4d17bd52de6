import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { parseBundle } from './bundle.js';
import { resourceTypeOf } from './format.js';

/** A Bundle that came as one record among others: each entry stands for itself, whatever its type. */
export const bundleWrapper: Wrapper = {
  name: 'bundle',
  kind: 'json',
  recognises: (payload) => resourceTypeOf(payload) === 'Bundle',
  *unwrap(payload) {
    const bundle = parseBundle(payload.kind === 'json' ? payload.value : undefined);
    if (bundle.kind === 'rejected') return yield bundle;
    for (const value of bundle.value.resources)
      yield accepted({ kind: 'json', value, envelope: payload.envelope, beside: bundle.value.targets });
  },
};
