import { metadataKeys } from './metadata.js';
import type { KnownElsewhere } from './read-tree.js';
import { correlationKeys, filterKeys } from './vigie-keys.js';

/** Keys of public rules that say nothing here, and of forms that Sigma had before. */
export const oldForms: KnownElsewhere = {
  action: 'action (global, reset, repeat) is the old form of a template: write each document in full',
  related: 'related is not taken, it says nothing of accesses: leave it away, or write it into description',
  taxonomy: 'taxonomy is not taken, the names of fields are those of an access: leave it away',
  scope: 'scope has no meaning here: leave it away',
  timeframe: 'timeframe is the old form: write timespan in a correlation',
};

const switches =
  'switches no rule off, since nobody would see that it finds nothing: take the document out of the folder, or write a filter that ends';

type Kind = 'event rule' | 'correlation' | 'correlation body' | 'filter';

const bodyKeys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'generate', 'aliases'];
const inVigie = [...correlationKeys, ...filterKeys, 'time_zone'];

/** Hints for keys that stand one level too high or too low in a document. */
export function misplacedIn(kind: Kind): KnownElsewhere {
  if (kind === 'correlation body')
    return {
      ...hints(
        [...metadataKeys, 'vigie'],
        (key) => `${key} belongs to the root of the document, beside correlation: move it there`,
      ),
      ...hints(inVigie, intoVigie),
    };
  const body = kind === 'correlation' ? bodyKeys : kind === 'filter' ? ['rules', 'condition'] : ['condition'];
  const holder = kind === 'event rule' ? 'detection' : kind;
  const elsewhere: KnownElsewhere =
    kind === 'correlation' ? {} : { generate: 'generate belongs under correlation, in the document that counts: move it there' };
  return {
    severity: 'severity is called level: write level',
    ...hints(['enabled', 'disabled'], (key) => `${key} ${switches}`),
    ...elsewhere,
    ...hints(body, (key) => `${key} belongs under ${holder}: move it there`),
    ...hints(inVigie, intoVigie),
  };
}

function hints(keys: readonly string[], sentence: (key: string) => string): KnownElsewhere {
  return Object.fromEntries(keys.map((key) => [key, sentence(key)]));
}

function intoVigie(key: string): string {
  return `${key} belongs into the map vigie: write vigie: {${key}: ...}`;
}
