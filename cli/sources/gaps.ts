import type { SourceHealth } from '#libs/access-store/sources/source-health.js';
import type { FeedGap } from '#libs/contracts/vocabulary.js';
import { blindRules } from '#libs/detection/rule/what-feeds-lack.js';
import type { Rule } from '#libs/detection/rule/rule.js';

/** What a feed lacks, what that means for the rules in use, and what to do. */
export interface GapFound {
  readonly says: string;
  readonly todo: string;
}

const titlesMax = 3;
const lacking: Readonly<Record<FeedGap, readonly [string, string]>> = {
  actor_role: [
    'hardly any access of the last day says the role of its account (actor_role)',
    'have the source send roles; until then everybody is compared with everybody, and whoever works off old stays or the archive belongs into the list archive_accounts',
  ],
  session_id: ['hardly any access of the last day names its session (session_id)', 'have the source send its sessions'],
  source_ip: ['hardly any access of the last day has an address (source_ip)', 'have the source send the address of the client'],
  one_source_ip: [
    'all accesses of the last day come from one address, as of a proxy',
    'have the source send the address of the client, as its proxy has it (X-Forwarded-For); if it is public, it belongs into the list house_networks until then',
  ],
  outcome: [
    'hardly any access of the last day says how it ended (outcome)',
    'have the source send refused accesses as failure; until then they count as seen',
  ],
  care_link: [
    'of more accesses of the last day than are known to be of strangers nobody knows whether their patients are in care (care_link)',
    'have the source send accesses within the hour, since what comes later has nothing to be compared with, and see VIGIE_CARE_LINK of the ingestors',
  ],
};

/** Of each feed what it lacks, in order; `rules` are those in use. */
export function gapsOf(health: readonly SourceHealth[], rules: readonly Rule[]): readonly GapFound[] {
  return health.flatMap(({ group_id, source, lacks }) =>
    lacks.map((gap) => {
      const [says, todo] = lacking[gap];
      return { says: `${source}@${group_id}: ${says}${blindText(blindRules(rules, gap))}`, todo };
    }),
  );
}

function blindText(blind: readonly Rule[]): string {
  if (blind.length === 0) return '';
  const titles = blind.slice(0, titlesMax).map(({ title }) => title);
  const more = blind.length > titlesMax ? `; ${blind.length - titlesMax} more` : '';
  return `, so that ${blind.length} rule(s) cannot hold for it: ${titles.join('; ')}${more}`;
}
