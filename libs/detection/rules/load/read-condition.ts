import type { Selection } from '../../rule/rule.js';
import type { Match } from '../match/match.js';
import { selectionOf } from '../match/selection.js';

/**
 * The selection of a condition as the store keeps it: its normalised tree as JSON. Undefined where the text is none, or its digest is not `id`: it was changed, or
 * another version puts conditions in another order.
 */
export function readCondition(id: string, text: string): Selection | undefined {
  try {
    const selection = selectionOf(JSON.parse(text) as Match);
    return selection.id === id ? selection : undefined;
  } catch {
    return undefined;
  }
}
