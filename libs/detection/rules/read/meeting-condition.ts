import { inputsOf, leastOf, type Meeting } from '../../rule/meeting.js';
import { shown, type Mistakes } from '../text/mistakes.js';
import { type Condition, ConditionRefused, parseCondition } from './condition.js';
import type { Located } from './read-tree.js';

/** `export and not reason` as the condition of a `temporal` over these rules; undefined when it is wrong (noted). */
export function readMeeting(text: string, line: number, rules: readonly Located[], mistakes: Mistakes): Meeting | undefined {
  try {
    const meeting = meetingOf(parseCondition(text), false, rules);
    const used = new Set([...inputsOf(meeting, 'met'), ...inputsOf(meeting, 'unmet')]);
    const unused = rules.find((_, input) => !used.has(input));
    if (unused)
      return mistakes.at(line, `the condition does not name ${shown(unused.text)}, which rules names: use it or delete it`);
    if (leastOf(meeting) > 0) return meeting;
    return mistakes.at(
      line,
      'only an absence can meet the condition, and an access that is missing cannot raise an incident: ask for a rule that is met, too',
    );
  } catch (error) {
    if (error instanceof ConditionRefused) return mistakes.at(line, `condition: ${error.message}`);
    throw error;
  }
}

/** `not` goes inwards, until it stands before names alone. */
function meetingOf(condition: Condition, negated: boolean, rules: readonly Located[]): Meeting {
  switch (condition.op) {
    case 'not':
      return meetingOf(condition.of, !negated, rules);
    case 'name': {
      const input = rules.findIndex(({ text }) => text === condition.name);
      if (input < 0)
        throw new ConditionRefused(
          `it names ${shown(condition.name)}, which rules does not name: there is ${rules.map(({ text }) => text).join(', ')}`,
        );
      return { op: negated ? 'unmet' : 'met', input };
    }
    case 'of':
      throw new ConditionRefused('1 of and all of are not taken here: name the rules, or write condition: {gte: 1}');
    default: {
      const of = condition.of.map((one) => meetingOf(one, negated, rules));
      return { op: (condition.op === 'and') === negated ? 'or' : 'and', of };
    }
  }
}
