import { describe, expect, it } from '@jest/globals';
import { dossierOf } from '../dossier.js';
import { aDossierInput } from '../dossier.fixture.js';
import { shippedLabels } from '../shipped.js';
import { cnilSheet } from './sheet.js';

describe('a sheet of a dossier', () => {
  it.each([
    ['fr', 'De nombreux patients dans plusieurs établissements en dix minutes; Règle de la maison'],
    ['en', 'Many patients in several clinics within ten minutes; Règle de la maison'],
  ] as const)('names the rules of Vigie in its language, and those of a house as it does: %s', (language, wanted) => {
    const rules = ['Many patients in several clinics within ten minutes', 'Règle de la maison'];
    const sheet = cnilSheet(dossierOf({ ...aDossierInput(), rules }), {
      labels: shippedLabels,
      language,
      timezone: 'Europe/Paris',
    });
    expect(sheet.sections.flatMap(({ lines }) => lines).join('\n')).toContain(wanted);
  });
});
