/**
 * What a whole feed may lack, so that rules cannot hold on what it tells: a field that hardly any of its accesses has, `care_link` for those
 * whose patient is not known to be in care or not, or `one_source_ip` where everybody comes from one address, that of a proxy.
 */
export const feedGaps = ['actor_role', 'session_id', 'source_ip', 'one_source_ip', 'outcome', 'care_link'] as const;
export type FeedGap = (typeof feedGaps)[number];
