import type { Format } from '../../../texts/format.js';
import { ownTexts } from '../../../texts/own.js';

function fr(f: Format) {
  return {
    link: 'Rattacher',
    consequence:
      'Les cas choisis deviennent celui-ci : leurs patients ne comptent qu’une fois, leurs numéros mènent ici, et ce qu’on y avait écrit vient avec. Un incident rattaché peut être détaché.',
    search: 'Compte, règle ou numéro',
    choose: 'Les cas à rattacher (un au moins)',
    none: 'Aucun autre cas du groupe que vous pouvez voir ne correspond.',
    more: 'Seuls les plus récents sont ici ; pour les autres, donnez un compte ou un numéro.',
    at: (account: string, who: string, from: string) => `${account} : ${who}, dès ${from}`,
    title: (n: number) => `${f.number(n)} incidents réunis dans ce cas`,
    own: 'le premier : le cas porte son numéro',
    linkedBy: (by: string) => `rattaché par ${by}`,
    merged: 'réuni par Vigie',
    takeOut: 'Détacher',
    takeOutOf: (account: string) => `Détacher ${account}`,
    apart: 'Il redevient un cas à lui, comme il était avant d’être rattaché ; ce qui a été écrit depuis reste ici.',
  };
}

function en(f: Format): ReturnType<typeof fr> {
  return {
    link: 'Link',
    consequence:
      'The chosen cases become this one: their patients count once, their numbers lead here, and what was written in them comes along. An incident that was linked can be taken out again.',
    search: 'Account, rule or number',
    choose: 'Cases to be linked (one at least)',
    none: 'No other case of the group that you may see fits.',
    more: 'Only the newest are here; for others give an account or a number.',
    at: (account, who, from) => `${account}: ${who}, from ${from}`,
    title: (n) => `${f.number(n)} incidents in this case`,
    own: 'the first: the case has its number',
    linkedBy: (by) => `linked by ${by}`,
    merged: 'joined by Vigie',
    takeOut: 'Take out',
    takeOutOf: (account) => `Take out ${account}`,
    apart: 'It is a case of its own again, as it was before it was linked; what has been written since stays here.',
  };
}

export const togetherTexts = ownTexts({ fr, en });
