import { describe, expect, it } from '@jest/globals';
import { type Choice, expandPromql, expandSql, metricsIn } from './dashboards.js';

const choice: Choice = {
  fromMs: 1_000_500,
  toMs: 2_000_500,
  intervalSeconds: 60,
  variables: { incident: ["a'b\\c"], group: ['x', 'y'] },
};
const all: Choice = { ...choice, variables: {} };

describe('expandSql', () => {
  it.each([
    ['WHERE $__timeFilter(time)', 'WHERE (time >= toDateTime(1000) AND time <= toDateTime(2001))'],
    ['time >= $__fromTime AND time < $__toTime', 'time >= toDateTime(1000) AND time < toDateTime(2001)'],
    ['SELECT $__timeInterval(time)', 'SELECT toStartOfInterval(toDateTime(time), INTERVAL 60 second)'],
    ['WHERE $__conditionalAll(group_id IN (${group:singlequote}), $group)', "WHERE group_id IN ('x','y')"],
    ["WHERE id = '${group}'", "WHERE id = 'x,y'"],
    ['WHERE id IN (${incident:singlequote})', String.raw`WHERE id IN ('a\'b\\c')`],
  ])('%s', (sql, expanded) => expect(expandSql(sql, choice)).toBe(expanded));

  it('takes the condition away where a variable is "All"', () =>
    expect(expandSql('$__conditionalAll(group_id IN (${group:singlequote}), $group) AND a = 1', all)).toBe('1=1 AND a = 1'));

  it('refuses what it does not know', () =>
    expect(() => expandSql('SELECT $__adHocFilters(x)', choice)).toThrow(/\$__adHocFilters/));
});

describe('expandPromql', () => {
  it('replaces the interval and the variables', () => {
    expect(expandPromql('rate(a{source=~"$group"}[$__rate_interval])', choice)).toBe('rate(a{source=~"x|y"}[60s])');
    expect(expandPromql('a{source=~"$group"}', all)).toBe('a{source=~".*"}');
  });
  it('refuses what it does not know', () => expect(() => expandPromql('a[$__auto]', choice)).toThrow(/\$__auto/));
});

describe('metricsIn', () => {
  it('finds histograms by their own name, and recorded series', () =>
    expect(metricsIn('rate(vigie_a_seconds_bucket[5m]) / vigie:b_ratio + vigie_a_seconds_count')).toEqual([
      'vigie_a_seconds',
      'vigie:b_ratio',
    ]));
});
