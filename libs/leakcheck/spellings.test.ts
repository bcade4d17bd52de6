import { describe, expect, it } from '@jest/globals';
import { inventedIdentifiers } from './run-records.js';
import { readerOf, shows, spellings } from './spellings.js';

const identifiers = inventedIdentifiers();

describe('the search for an identifier in a text', () => {
  it.each(Object.entries(spellings))('finds it %s, alone and among others, and nobody else', (_, spell) => {
    const read = readerOf(identifiers);
    for (const identifier of identifiers) {
      const text = `patient ${spell(identifier)}, once`;
      expect(shows(text, identifier)).toBeDefined();
      expect(read(text)).toBe(shows(text, identifier));
      for (const other of identifiers) if (other !== identifier) expect(shows(text, other)).toBeUndefined();
    }
  });

  it('says the same of a text that it has read before', () => {
    const read = readerOf(identifiers);
    const texts = [...identifiers, 'nobody', `id=${identifiers[2]}`];
    expect(texts.map(read)).toEqual(['in clear', 'in clear', 'in clear', 'in clear', undefined, 'in clear']);
    expect(texts.map(read)).toEqual(texts.map((text) => readerOf(identifiers)(text)));
  });

  it('finds none in what is too short to hold one', () => {
    expect(readerOf(identifiers)('abcdefgh 12345678')).toBeUndefined();
  });
});
