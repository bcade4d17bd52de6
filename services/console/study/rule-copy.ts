import { isScalar, parseAllDocuments, stringify } from 'yaml';
import type { Rule } from '#libs/detection/rule/rule.js';
import { isoOf } from '#libs/runtime/clock.js';

/** A rule file: its path, as a name for people, and what stands in it. */
export interface RuleText {
  readonly path: string;
  readonly text: string;
}

/** What is to be tried of one rule; what is left out stays. */
export interface RuleChange {
  readonly threshold?: number | undefined;
  readonly spread?: number | undefined;
  /** As rules write it: `10m`. */
  readonly timespan?: string | undefined;
  /** Accounts of a group that are to be taken out of it until then. */
  readonly exception?: ExceptionWish | undefined;
}

export interface ExceptionWish {
  readonly group_id: string;
  readonly actor_ids: readonly string[];
  readonly expires: string;
  readonly owner: string;
  readonly reason: string;
}

/** All files with the change in them. The files themselves are never touched. */
export interface RuleCopy {
  readonly files: readonly RuleText[];
  /** What to put into the rules, and where, for somebody to commit. */
  readonly yaml: string;
  readonly file: string;
}

/** The document of a rule in its file: its text, and where it begins there, in characters. Undefined where the files do not have it any more. */
export function documentOf(
  files: readonly RuleText[],
  { file, line }: Pick<Rule, 'file' | 'line'>,
): { readonly text: string; readonly begin: number } | undefined {
  const whole = files.find(({ path }) => path === file)?.text;
  if (whole === undefined) return undefined;
  let begin = 0;
  for (const piece of whole.split(/^(?=---\s*$)/mu)) {
    const first = whole.slice(0, begin).split('\n').length;
    if (line < first + piece.split('\n').length - (piece.endsWith('\n') ? 1 : 0)) return { text: piece, begin };
    begin += piece.length;
  }
  return undefined;
}

/** The rules with a change; a sentence where this rule has not what is to be changed. Each value is replaced where it stands: comments and order stay. */
export function copyOf(files: readonly RuleText[], rule: Rule, change: RuleChange): RuleCopy | string {
  const { threshold, spread, timespan, exception } = change;
  if (threshold === undefined && spread === undefined && timespan === undefined && exception === undefined)
    return 'nothing is to be changed';
  const document = documentOf(files, rule);
  if (!document) return 'the file of this rule has changed since the rules were read: ask again in a minute';
  const edits = [
    ...(threshold === undefined
      ? []
      : [{ what: 'threshold', paths: [['correlation', 'condition', 'gte']], value: String(threshold) }]),
    ...(spread === undefined ? [] : [{ what: 'spread', paths: [['vigie', 'spread', 'gte']], value: String(spread) }]),
    ...(timespan === undefined ? [] : [{ what: 'timespan', paths: [['correlation', 'timespan']], value: timespan }]),
  ];
  let text = document.text;
  for (const { what, paths, value } of edits) {
    const edited = withValue(text, paths, value);
    if (edited === undefined)
      return `this rule has no ${what} that could be changed here: it is written in another way, or has none`;
    text = edited;
  }
  const added = exception && exceptionDocument(rule, exception);
  const changed = files.map((one) =>
    one.path === rule.file
      ? { ...one, text: `${one.text.slice(0, document.begin)}${text}${one.text.slice(document.begin + document.text.length)}` }
      : one,
  );
  const all = added === undefined ? changed : [...changed, { path: proposedFile, text: added }];
  const isEdited = edits.length > 0;
  return {
    files: all,
    yaml: [...(isEdited ? [text.replace(/^---\s*\n/u, '')] : []), ...(added === undefined ? [] : [added])].join('---\n'),
    file: isEdited ? rule.file : proposedFile,
  };
}

/** Where an exception that is tried stands beside the rules. */
export const proposedFile = 'proposed-exception.yml';

function withValue(text: string, paths: readonly (readonly string[])[], value: string): string | undefined {
  const [document] = parseAllDocuments(text.replace(/^---/u, '   '));
  if (!document || !('getIn' in document)) return undefined;
  for (const path of paths) {
    const node = document.getIn(path, true);
    if (isScalar(node) && node.range) return text.slice(0, node.range[0]) + value + text.slice(node.range[1]);
  }
  return undefined;
}

/** A Sigma filter, as `docs/rules.md` has it: accounts by their exact names, of one group. */
function exceptionDocument({ id, title }: Rule, { group_id, actor_ids, expires, owner, reason }: ExceptionWish): string {
  return stringify(
    {
      title: `Exception to ${title}`,
      name: `exception_${isoOf(Date.parse(expires)).slice(0, 10)}_${id}`.replaceAll(/[^\w]/g, '_'),
      logsource: { product: 'ehr' },
      filter: {
        rules: [id],
        selection: [{ 'group_id|cased': literal(group_id), 'actor_id|cased': actor_ids.map(literal) }],
        condition: 'not selection',
      },
      vigie: { expires, owner, reason },
    },
    { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN', lineWidth: 0 },
  );
}

/** A text that means itself: without this, an account with a star in its name would be a pattern. */
function literal(text: string): string {
  return text.replaceAll(/[\\*?]/g, String.raw`\$&`);
}
