-- The selections that scorers registered, with the time in milliseconds.
SELECT selection_id, expression, condition, toUnixTimestamp64Milli(registered_at) AS at
FROM vigie.selections FINAL
