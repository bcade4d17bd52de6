-- Mutes that end, or ended, after an instant, by their beginning.
SELECT mute_id, group_id, actor_id, clinic_id, rule_id, level_max, starts_at, ends_at, owner, reason, covers_critical, created_by, created_at, removed, updated_at
FROM vigie.mutes
FINAL
WHERE ends_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC')
ORDER BY starts_at, mute_id
