import type { IncidentChange } from '#libs/contracts/incident.js';

/**
 * A change that shares with an earlier one of its incident what both say alike. Most of a change is what the one before it said, and a console
 * holds all of them.
 */
export function sharing(change: IncidentChange, earlier: IncidentChange | undefined): IncidentChange {
  if (!earlier) return change;
  return {
    ...change,
    incident_id: earlier.incident_id,
    group_id: alike(earlier.group_id, change.group_id),
    actor_id: alike(earlier.actor_id, change.actor_id),
    accounts: alike(earlier.accounts, change.accounts),
    first_time: alike(earlier.first_time, change.first_time),
    detected_at: alike(earlier.detected_at, change.detected_at),
    clinics: alike(earlier.clinics, change.clinics),
    categories: alike(earlier.categories, change.categories),
    rules: alike(earlier.rules, change.rules),
    rule_matches: alike(earlier.rule_matches, change.rule_matches),
    rule_selections: alike(earlier.rule_selections, change.rule_selections),
    selections: alike(earlier.selections, change.selections),
    suppressed_by: alike(earlier.suppressed_by, change.suppressed_by),
  };
}

function alike<Value>(earlier: Value, now: Value): Value {
  return JSON.stringify(earlier) === JSON.stringify(now) ? earlier : now;
}
