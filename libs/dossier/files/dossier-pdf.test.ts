import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { aDossierInput } from '../dossier.fixture.js';
import { dossierOf } from '../dossier.js';
import { shippedLabels, shippedLengths } from '../shipped.js';
import { dossierFile } from './dossier-files.js';
import { findWithLibraries } from '../../../scripts/debian-tool.mjs';
import { cnilSheet } from './sheet.js';

/** What article 33(3) of the GDPR asks for, by its letters, as `part.field`. */
const article33: Readonly<Record<string, readonly string[]>> = {
  a: [
    'nature.losses',
    'nature.origin',
    'nature.cause',
    'persons.categories',
    'persons.number',
    'data.categories',
    'data.records',
  ],
  b: ['organisation.dpo_name', 'organisation.dpo_email', 'organisation.dpo_phone'],
  c: ['consequences.effects', 'consequences.harms', 'consequences.gravity'],
  d: ['measures.before', 'measures.taken', 'measures.planned'],
};
/** Of another house than the one that wrote the file. */
const readers = { info: findWithLibraries('poppler-utils', 'pdfinfo'), text: findWithLibraries('poppler-utils', 'pdftotext') };
const reason = readers.info.reason ?? readers.text.reason;
/** A text without its spaces: lines of a page end elsewhere. */
const words = (text: string) => text.split(/\s+/).join('');

describe('the notification of a dossier', () => {
  it.each(Object.keys(article33))(
    'has what article 33(3)(%s) asks for, each a value, or said to be unknown, and by whom',
    (letter) => {
      const { parts } = dossierOf(aDossierInput());
      for (const place of article33[letter] ?? []) {
        const [part = '', name = ''] = place.split('.');
        const field = parts[part]?.[name];
        expect([place, field?.source]).toEqual([place, expect.stringMatching(/^(machine|person|unknown)$/)]);
        expect([place, field?.value === null, field?.by === '']).toEqual([
          place,
          field?.source === 'unknown',
          field?.source === 'unknown',
        ]);
      }
    },
  );

  (reason === undefined ? it : it.skip)(
    `is a tagged PDF with the figures of the dossier for a reader of another house${reason === undefined ? '' : ` (${reason})`}`,
    async () => {
      const pdf = await dossierFile('cnil.pdf', aDossierInput(), { manifest: '{}', lengths: shippedLengths, language: 'fr' });
      const read = ({ path = '', env }: typeof readers.info, ...args: readonly string[]) =>
        spawnSync(path, [...args], { input: pdf, encoding: 'utf8', env }).stdout;
      expect(read(readers.info, '-')).toMatch(/^Tagged: +yes$/m);
      const text = words(read(readers.text, '-', '-'));
      for (const { heading, lines } of cnilSheet(dossierOf(aDossierInput()), {
        labels: shippedLabels,
        language: 'fr',
        timezone: 'Europe/Paris',
      }).sections)
        for (const line of [heading, ...lines]) expect(text).toContain(words(line));
    },
  );
});
