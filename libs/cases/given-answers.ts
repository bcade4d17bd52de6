import type { CaseAction } from '#libs/contracts/case-action.js';

/** What a person last answered to a field of a dossier. */
export interface GivenAnswer {
  /** Of the value. */
  readonly json: string;
  readonly by: string;
  readonly at: string;
}

/** The answers that stand for a controller, by `part.field`, from actions that count, oldest first. */
export function givenAnswers(actions: readonly CaseAction[], controllerId: string): ReadonlyMap<string, GivenAnswer> {
  const given = new Map<string, GivenAnswer>();
  for (const action of actions) {
    if (action.type !== 'dossier.answered' || action.controller_id !== controllerId) continue;
    for (const [place, json] of Object.entries(action.answers)) given.set(place, { json, by: action.by, at: action.at });
  }
  return given;
}
