import type { SourceHealth } from '#libs/access-store/sources/source-health.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { gapsOf } from '../sources/gaps.js';
import { advice, type Finding, fine } from './finding.js';

/** What feeds lack that the rules in use need. Whether a feed is quiet others tell. */
export function feedFindings(health: readonly SourceHealth[], rules: readonly Rule[]): readonly Finding[] {
  const alive = health.filter(({ events_day }) => events_day > 0);
  const gaps = gapsOf(alive, rules);
  if (gaps.length > 0) return gaps.map(({ says, todo }) => advice('feeds', says, todo));
  return alive.length > 0 ? [fine('feeds', `of ${alive.length} feed(s) none lacks what rules need`)] : [];
}
