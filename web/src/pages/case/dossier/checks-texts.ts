import type { Format } from '../../../texts/format.js';
import { ownTexts } from '../../../texts/own.js';

export const checksTexts = ownTexts({
  fr: (f: Format) => ({
    check: 'Vérifier',
    checkOf: (n: number) => `Vérifier la version ${f.number(n)}`,
    compare: 'Comparer à la précédente',
    compareOf: (n: number) => `Comparer à la précédente : version ${f.number(n)}`,
    whole: 'Intacte : la liste, les empreintes et la chaîne sont celles du jour où elle a été figée.',
    broken: 'La liste figée n’est plus ce qu’elle était.',
    stands: 'La base dit la même chose aujourd’hui.',
    moved: 'La base dit autre chose aujourd’hui ; il faut figer une nouvelle version :',
    same: 'Aucun patient de différence avec la version précédente.',
    since: 'Depuis la version précédente :',
    inAll: 'en tout',
    difference: (where: string, added: string, gone: string, changed: string) =>
      `${where} : ${added} de plus, ${gone} de moins, ${changed} plus ou moins fortement`,
  }),
  en: (f: Format) => ({
    check: 'Verify',
    checkOf: (n: number) => `Verify version ${f.number(n)}`,
    compare: 'Compare with the one before',
    compareOf: (n: number) => `Compare with the one before: version ${f.number(n)}`,
    whole: 'Whole: list, digests and chain are those of the day of the freezing.',
    broken: 'The frozen list is not what it was.',
    stands: 'The store says the same today.',
    moved: 'The store says something else today; a new version must be frozen:',
    same: 'No patient differs from the version before.',
    since: 'Since the version before:',
    inAll: 'in all',
    difference: (where: string, added: string, gone: string, changed: string) =>
      `${where}: ${added} more, ${gone} fewer, ${changed} by a stronger or weaker access`,
  }),
});
