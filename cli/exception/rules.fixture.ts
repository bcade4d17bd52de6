/** A rule that three patients of one account within ten minutes fire. */
export const rulesText = `title: all
name: all_accesses
logsource: { product: ehr }
detection:
  selection: { action|exists: true }
  condition: selection
---
title: Many
name: many
level: high
correlation:
  type: value_count
  rules: [all_accesses]
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: { field: patient_id, gte: 3 }
`;
