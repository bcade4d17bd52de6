import { describe, expect, it } from '@jest/globals';
import { termsInCommon } from './shared-terms.js';

const failed = "NOT (outcome != '' AND lower(outcome) = 'failure')";
const emergency = '(ifNull(emergency = true, 0))';

describe('a term that selections have in common', () => {
  it('is written once, and named in its places', () => {
    const { names, expressions } = termsInCommon(
      new Map([
        ['a', `((${failed}) AND ${emergency} AND (patient_id != ''))`],
        ['b', `(${failed}) AND (patient_id != '')`],
        ['c', `(NOT ${emergency})`],
        ['d', emergency],
      ]),
    );
    expect([...names]).toEqual([
      [`(${failed})`, 'term_1'],
      ["(patient_id != '')", 'term_2'],
    ]);
    expect([...expressions]).toEqual([
      ['a', `term_1 AND ${emergency} AND term_2`],
      ['b', 'term_1 AND term_2'],
      ['c', `(NOT ${emergency})`],
      ['d', emergency],
    ]);
  });

  it.each([
    ['a choice', `${emergency} OR (action = 'read')`],
    ['a term without brackets', `action = 'read' AND ${emergency}`],
    ['a comment', `${emergency} AND (action = 'read' -- (\n)`],
    ['a name in quotation marks', `${emergency} AND ("action" = 'read')`],
    ['a bracket that nothing closes', `${emergency} AND (action = 'read'`],
    ['a text that nothing closes', `${emergency} AND (action = 'read)`],
  ])('leaves %s as it stands', (_, expression) => {
    const { names, expressions } = termsInCommon(
      new Map([
        ['a', expression],
        ['b', expression],
      ]),
    );
    expect([...names]).toEqual([]);
    expect([...expressions.values()]).toEqual([expression, expression]);
  });

  it('is told by its brackets, whatever stands in its texts', () => {
    const odd = String.raw`(actor_id = 'a\') AND (b' OR actor_id = '(\\')`;
    const { expressions } = termsInCommon(
      new Map([
        ['a', `${odd} AND ${emergency}`],
        ['b', `(actor_id = '${emergency}') AND ${odd}`],
      ]),
    );
    expect([...expressions.values()]).toEqual([`term_1 AND ${emergency}`, `(actor_id = '${emergency}') AND term_1`]);
  });
});
