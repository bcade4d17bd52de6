-- Parts of a table that its mutations have still to write anew, 0 without any.
SELECT sum(parts_to_do) AS left
FROM system.mutations
WHERE database = 'vigie' AND table = {table:String} AND NOT is_done
