/**
 * What the specification of Sigma (2.1.0) says, what Vigie does instead, and a rule that shows it: docs/rules.md has them as a table, and a test
 * tries each. `answer` is a part of the mistake, or of the warning, that such a rule is told; without one it is taken in silence.
 */
export interface Difference {
  readonly sigma: string;
  readonly vigie: string;
  readonly rule: string;
  readonly answer?: string;
}

const correlation = (keys = '', root = ''): string =>
  `title: c\nname: c\nlevel: low\n${root}correlation:\n  type: event_count\n  rules: [e]\n  group-by: [group_id, actor_id]\n  timespan: 1h\n  condition: {gte: 2}\n${keys}`;
const event = (detection: string, root = ''): string =>
  `title: e\nname: e\nlogsource: {product: ehr}\n${root}detection:\n${detection}`;
const selecting = (entry: string, condition = 'selection'): string =>
  `${event(`  selection: ${entry}\n  condition: ${condition}\n`)}---\n${correlation()}`;
const rooted = (root: string): string =>
  `${event('  selection: {action: read}\n  condition: selection\n', root)}---\n${correlation()}`;
const read = event('  selection: {action: read}\n  condition: selection\n');
const counting = (keys: string, root = ''): string => `${read}---\n${correlation(keys, root)}`;
const summing = (type: string, condition: string): string =>
  counting('').replace('event_count', type).replace('gte: 2', condition);
const ordered = (condition: string): string =>
  `${read}---\n${read.replaceAll(': e\n', ': f\n')}---\n${correlation().replace('event_count', 'temporal_ordered').replace('[e]', '[e, f]').replace('gte: 2', condition)}`;
const meeting = (condition: string): string =>
  ordered('').replace('temporal_ordered', 'temporal').replace('condition: {}', `condition: ${condition}`);
const filtering = (condition: string, rules = '[e]', name = 'selection'): string =>
  `${read}---\n${correlation()}---\ntitle: f\nname: f\nlogsource: {product: ehr}\nfilter: {rules: ${rules}, ${name}: {actor_id: a}, condition: ${condition}}\nvigie: {expires: 2027-01-31, owner: o, reason: r}\n`;

export const differences: readonly Difference[] = [
  { sigma: 'Unknown keys and modifiers of own are left aside', vigie: 'refused, at every depth: a misspelt key would be a condition that is not there', rule: rooted('custom: 1\n'), answer: 'unknown key "custom"' },
  { sigma: 'An event rule alerts by itself', vigie: 'where it has a `level`, and no correlation counts it or one that does says `generate: true`; without a level it is refused, since it would do nothing', rule: read, answer: 'no correlation refers to this event rule' },
  { sigma: '`logsource` may be anything', vigie: '`{product: ehr}`, and nothing else but `definition`; rules for other products are passed over and counted, but for those that a rule over accesses names', rule: rooted('').replace('product: ehr', 'product: windows'), answer: 'a rule for "windows"' },
  { sigma: '`product` is any text', vigie: 'one letter away from `ehr` is refused, since a rule of ours that is passed over finds nothing', rule: rooted('').replace('product: ehr', 'product: EHR'), answer: 'product must be ehr' },
  { sigma: 'Keywords: texts without a field', vigie: 'refused: they would look into every column, pseudonyms included', rule: selecting('[foo, bar]'), answer: 'a search in every field' },
  { sigma: '`related`, `taxonomy`, `scope`', vigie: 'refused: they say nothing of accesses', rule: rooted('related: []\n'), answer: 'related is not taken' },
  { sigma: '`windash`, `base64`, `base64offset`, `utf16`, `utf16le`, `utf16be`, `wide`', vigie: 'refused: they are for command lines', rule: selecting('{device|windash: a}'), answer: 'windash is for command lines' },
  { sigma: '`minute`, `week`, `month`, `year`', vigie: 'refused; `hour` and `day` are taken, for `time`, with a time zone', rule: selecting('{time|month: 3}'), answer: 'month is not taken' },
  { sigma: '`day` is a number from 1 to 31', vigie: 'also `monday` to `sunday`', rule: rooted('vigie: {time_zone: UTC}\n').replace('action: read', 'time|day: monday') },
  { sigma: '`exists` minds the field, not whether its value is empty', vigie: 'an empty value is an absent one', rule: selecting("{device: ''}") },
  { sigma: '`re` is PCRE', vigie: 'the part of it that ClickHouse reads alike and that is linear in time; `$` without `m` is the end of the whole text, not before a last line end', rule: selecting("{device|re: 'a(?=b)'}"), answer: 'look-around, flags and named groups are not taken' },
  { sigma: 'Letters without case: as the system that searches folds them', vigie: 'A to Z, and letters beyond ASCII that have one other case; `ß` is not `ss`', rule: selecting('{actor_id: Élodie}') },
  { sigma: 'Values of a list for `expand` may be patterns', vigie: 'they are literal, with a warning where one holds `*` or `?`', rule: selecting("{actor_id|expand: '%patterns%'}"), answer: 'values of lists are literal' },
  { sigma: '`expand` fills a part of a value, `a%list%b`', vigie: 'the whole value is the name of a list', rule: selecting("{actor_id|expand: 'a%vip%'}"), answer: 'expand takes the name of a list' },
  { sigma: 'Values of `source_ip|expand` are texts', vigie: 'addresses and networks among them are taken as `cidr` takes them', rule: selecting("{source_ip|expand: '%nets%'}") },
  { sigma: '`cidr` beside `expand`', vigie: 'taken; pySigma refuses it, so leave `cidr` away there', rule: selecting("{source_ip|cidr|expand: '%networks%'}") },
  { sigma: '`contains`, `startswith` and `endswith` beside `fieldref` or `re`, as pySigma takes them', vigie: 'refused: `fieldref` compares whole values, and `re` is found anywhere', rule: selecting('{device|fieldref|startswith: actor_id}'), answer: 'exclude one another' },
  { sigma: 'Names of entries are any text', vigie: 'letters, digits, `_` and `-`, not beginning with a digit', rule: selecting('{action: read}').replaceAll('selection', '4624_sel'), answer: 'begins with a digit' },
  { sigma: '`any of` is not in the specification', vigie: 'taken as `1 of`, as pySigma does', rule: selecting('{action: read}', 'any of selection*') },
  { sigma: 'A pattern of `of` that meets no entry: not said; pySigma leaves it out wherever it stands', vigie: 'left out where that is what it says (`and not 1 of x*`, `or 1 of x*`, `and all of x*`), with a warning', rule: selecting('{action: read}', 'selection and not 1 of filter_*'), answer: 'the condition is taken without it' },
  { sigma: 'The same where leaving it out says something else (`and 1 of x*`, `and not all of x*`), or nothing is left', vigie: 'refused', rule: selecting('{action: read}', 'selection and 1 of filter_*'), answer: '"filter_*" meets no entry of detection' },
  { sigma: 'An entry that the condition does not name does nothing', vigie: 'refused', rule: selecting('{action: read}\n  other: {action: list}'), answer: 'is not used by the condition' },
  { sigma: 'Values may be anything', vigie: 'refused where a field can never hold them: `action: raed`, an absence of `actor_id`, a `patient_id` that is no pseudonym, `source_ip: 10.0.0.300`', rule: selecting('{action: raed}'), answer: 'action is never' },
  { sigma: 'A map, or entries joined by `and`, may ask one field for what no value is', vigie: 'taken, with a warning where every value that could meet it was tried', rule: selecting('{action: read, action|contains: exp}'), answer: 'several things that no value is at once' },
  { sigma: '`description` up to 65,535 characters', vigie: 'up to 4,096, as every text', rule: rooted(`description: ${'x'.repeat(5_000)}\n`), answer: 'the text of description has 5000 characters' },
  { sigma: 'An `id` is recommended, and need not be a UUID', vigie: 'a UUID; `id` or `name` is required', rule: rooted('id: 17\n'), answer: 'id must be a UUID' },
  { sigma: '`rules` and `group-by` are lists', vigie: 'one name without brackets is taken too', rule: counting('').replace('rules: [e]', 'rules: e') },
  { sigma: '`falsepositives` of a correlation may be one text', vigie: 'a list, as in event rules', rule: counting('', 'falsepositives: none\n'), answer: 'falsepositives must be a list of texts' },
  { sigma: '`generate` stands at the root', vigie: 'under `correlation`', rule: counting('', 'generate: false\n'), answer: 'generate belongs under correlation' },
  { sigma: '`group-by` may be anything', vigie: 'must hold `group_id` and a subject, `actor_id`, `source_ip`, `device`, `session_id`, `id_block` or `clinic_id`: one scorer sees all of one subject', rule: counting('').replace('[group_id, actor_id]', '[user_agent]'), answer: 'group-by must hold group_id and actor_id' },
  { sigma: '`value_sum`, `value_avg`, `value_percentile` are over any number field', vigie: 'over `record_count`, the number that accesses have; each event counts once, with at most 4,294,967,295', rule: summing('value_sum', 'field: device, gte: 2'), answer: '"device" holds no numbers' },
  { sigma: '`value_percentile` does not say which one', vigie: '`percentile`, 1 to 100, must say it, as in pySigma: the smallest number that so many hundredths of the events do not exceed', rule: summing('value_percentile', 'field: record_count, gte: 2'), answer: 'value_percentile does not say which' },
  { sigma: '`neq` of a sum: pySigma compares the sum of nothing, which is 0, too', vigie: 'where no event says a number nothing holds, since that would ask for an absence', rule: summing('value_sum', 'field: record_count, neq: 5') },
  { sigma: '`value_median` is not in the specification', vigie: 'taken, as pySigma does: the percentile 50', rule: summing('value_median', 'field: record_count, gte: 2') },
  { sigma: 'Upper bounds alone', vigie: 'refused of counts and sums: only an absence can meet them', rule: counting('').replace('gte: 2', 'lt: 2'), answer: 'lt alone is not taken' },
  { sigma: '`timespan` in `s`, `m`, `h` and `d`', vigie: 'also `w`; at most 400 days', rule: counting('').replace('1h', '1w') },
  { sigma: '`temporal_ordered` may ask for some of `rules`, in their order', vigie: 'refused: all of them must be met; a condition that says so is taken', rule: ordered('gte: 1'), answer: 'temporal_ordered is met by all of them in their order only' },
  { sigma: 'A condition of `temporal` as text is not in the specification', vigie: 'taken with `and`, `or`, `not` and the names of `rules`, as pySigma does; not in `temporal_ordered`', rule: meeting('e and not f') },
  { sigma: 'What an absence is, is not said', vigie: 'what must not be met lies neither in the window nor as long after it; a condition that an absence alone meets is refused', rule: meeting('not e and not f'), answer: 'only an absence can meet the condition' },
  { sigma: 'The only example of a filter says `condition: selection`', vigie: 'what the condition meets stays, as in pySigma; a condition that keeps almost nothing is warned of', rule: filtering('selection'), answer: 'the condition of this filter names what stays' },
  { sigma: 'Entries of a filter are one, `selection`', vigie: 'any names, and as many as you like', rule: filtering('not who', '[e]', 'who') },
  { sigma: 'A filter holds for ever, and may be for `any` rule', vigie: 'it ends (`expires`), somebody answers for it, and it names its rules', rule: filtering('not selection', 'any'), answer: 'any is not taken' },
  { sigma: 'pySigma applies filters to event rules only', vigie: 'a filter may name a correlation, and weakens that one alone', rule: filtering('not selection', '[c]') },
  { sigma: 'Templates: `action: global`, `reset`, `repeat` (of Sigma 1)', vigie: 'refused, by name', rule: `action: global\nlevel: low\n---\n${counting('')}`, answer: 'action (global, reset, repeat)' },
  { sigma: 'Anchors, aliases and tags of YAML', vigie: 'refused: a small file can unfold to gigabytes', rule: selecting('{device: &a b}'), answer: 'anchors are not taken' },
]; // prettier-ignore

/** The table of docs/rules.md, without its padding. */
export function differencesTable(): string {
  const rows = differences.map(({ sigma, vigie }) => `| ${sigma.replaceAll('|', '\\|')} | ${vigie.replaceAll('|', '\\|')} |`);
  return ['| Sigma | Vigie |', '| --- | --- |', ...rows].join('\n');
}
