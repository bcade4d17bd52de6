import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { aDossierInput as anInput } from '../dossier.fixture.js';
import { dossierOf } from '../dossier.js';
import { shippedLabels, shippedLengths, shippedLetters } from '../shipped.js';
import { valueText } from '../labels.js';
import { dossierFile, fileNames } from './dossier-files.js';
import { letterSheet } from './letter.js';
import { certSanteSheet, cnilSheet } from './sheet.js';

const options = { labels: shippedLabels, language: 'fr', timezone: 'Europe/Paris' } as const;
const files = { manifest: '{}', lengths: shippedLengths, language: 'fr' } as const;

describe('the files of a dossier', () => {
  it.each(fileNames)('%s is the same bytes when it is made again', async (name) => {
    const one = await dossierFile(name, anInput(), files);
    // Dates that are taken from the clock would be others by now.
    const started = process.hrtime.bigint();
    while (process.hrtime.bigint() - started < 3_000_000n);
    expect(Buffer.from(await dossierFile(name, anInput(), files)).equals(Buffer.from(one))).toBe(true);
  });

  it('are a package of Word with every answer and the date of the freezing, and tagged PDFs', async () => {
    const parts = unzipSync(Buffer.from(await dossierFile('cnil.docx', anInput(), files)));
    const text = strFromU8(parts['word/document.xml'] ?? new Uint8Array());
    const plain = text
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('&apos;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    for (const { heading, lines } of cnilSheet(dossierOf(anInput()), options).sections)
      for (const line of [heading, ...lines]) expect(plain).toContain(line);
    expect(strFromU8(parts['docProps/core.xml'] ?? new Uint8Array()).match(/2026-11-27T20:00:00\.000Z/g)).toHaveLength(2);
    expect(Buffer.from(await dossierFile('cert-sante.pdf', anInput(), files)).toString('latin1')).toContain('/Marked true');
  });

  it('show what somebody wrote in several lines in several lines, in Word too', async () => {
    const taken = 'Compte désactivé.\r\nMots de passe changés,\tun par un.\u0007';
    const input = { ...anInput(), answers: { 'measures.taken': { value: taken, by: 'dpo', at: '2026-11-28' } } };
    for (const name of ['cnil.docx', 'letter.fr.docx'] as const) {
      const document = strFromU8(
        unzipSync(Buffer.from(await dossierFile(name, input, files)))['word/document.xml'] ?? new Uint8Array(),
      );
      expect(document).toMatch(
        /Compte désactivé\.<\/w:t><\/w:r><w:r><w:br\/><w:t[^>]*>Mots de passe changés, un par un\.\\u0007/,
      );
      expect(document).not.toMatch(/\\u000[9ad]/);
    }
  });

  it('of CERT Santé has fields of the dossier only, each with a label in both languages', () => {
    const { parts } = dossierOf(anInput());
    const names = Object.entries(parts).flatMap(([part, fields]) => Object.keys(fields).map((field) => `${part}.${field}`));
    for (const { fields } of shippedLabels.cert_sante.sections) expect(names).toEqual(expect.arrayContaining(fields));
    for (const name of names) expect([name, shippedLabels.fields[name.split('.')[1] ?? '']]).toEqual([name, expect.anything()]);
    const figures = certSanteSheet(dossierOf(anInput()), options).sections.flatMap(({ lines }) => lines);
    expect(figures).toContain('Nombre approximatif : 12');
  });
});

describe('the letter to the persons', () => {
  it.each(['fr', 'en'] as const)('says in %s what article 34(2) asks for, and leaves no place unfilled', (language) => {
    const { sections } = letterSheet(dossierOf(anInput()), { ...options, texts: shippedLetters, language });
    const lines = sections.flatMap((section) => section.lines).join('\n');
    expect(sections.map(({ heading }) => heading)).toHaveLength(5);
    expect(lines).toContain('Clinique du Nord');
    expect(lines).toContain('dpo@nord.example');
    expect(lines).toContain(language === 'fr' ? '19/11/2026' : '19 November 2026');
    expect(lines).not.toMatch(/[{}]/);
  });

  it('names no patient and no account, and shows what is missing, whatever people answered', () => {
    const answer = fc.record({
      value: fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(null)),
      by: fc.constant('dpo'),
      at: fc.constant('2026-11-28'),
    });
    const places = [
      'consequences.effects',
      'consequences.harms',
      'measures.taken',
      'measures.planned',
      'organisation.dpo_phone',
      'when.ended_at',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...places), answer), (answers) => {
        const dossier = dossierOf({ ...anInput(), answers });
        const { sections, head } = letterSheet(dossier, { ...options, texts: shippedLetters });
        const lines = [...head, ...sections.flatMap((section) => section.lines)].join('\n');
        expect(lines).not.toMatch(/[0-9a-f]{32}|dr\.martin/);
        const planned = dossier.parts['measures']?.['planned']?.value ?? null;
        expect(lines).toContain(
          planned === null || planned === '' || (Array.isArray(planned) && planned.length === 0)
            ? 'Mesures prévues : [à compléter]'
            : valueText(shippedLabels, planned, 'fr'),
        );
      }),
    );
  });
});
