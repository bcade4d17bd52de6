// rules/link/: makes rules of documents: looks names up, puts filters in, notes what does not fit together.
// What it gives is whole: nothing after it looks a name up.

import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { unknownField } from '../match/field-hints.js';
import { type Field, isField, kindOf } from '../match/fields.js';
import { shown, type Mistakes } from '../text/mistakes.js';
import type { Located } from '../read/read-tree.js';

/** A field whose distinct values can be counted; undefined when it is none (noted). */
export function countable(name: Located | undefined, subject: SubjectKind, mistakes: Mistakes): Field | undefined {
  return textField(
    name,
    subject,
    mistakes,
    (text) => `distinct values of text fields are counted, and ${shown(text)} is none: count patient_id, clinic_id or event_id`,
  );
}

/** A field whose numbers can be summed up; undefined when it is none (noted). */
export function summable(name: Located | undefined, mistakes: Mistakes): Field | undefined {
  if (!name) return undefined;
  const { text, line } = name;
  if (!isField(text)) return mistakes.at(line, unknownField(text));
  return kindOf(text) === 'number'
    ? text
    : mistakes.at(line, `${shown(text)} holds no numbers: write record_count, or count its values with value_count`);
}

/** A field by which accesses can be counted apart; undefined when it is none (noted). */
export function groupable(name: Located | undefined, subject: SubjectKind, mistakes: Mistakes): Field | undefined {
  return textField(name, subject, mistakes, (text) => `group-by takes text fields, and ${text} is none`);
}

function textField(
  name: Located | undefined,
  subject: SubjectKind,
  mistakes: Mistakes,
  none: (text: string) => string,
): Field | undefined {
  if (!name) return undefined;
  const { text, line } = name;
  if (!isField(text)) return mistakes.at(line, unknownField(text));
  if (text === 'group_id' || text === (subject === 'account' ? 'actor_id' : subject))
    return mistakes.at(line, `${text} is the same in everything that is counted together: name another field`);
  return kindOf(text) === 'text' || kindOf(text) === 'apart' ? text : mistakes.at(line, none(text));
}
