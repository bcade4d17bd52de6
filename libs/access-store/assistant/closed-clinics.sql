-- Of some clinics of a group, those that were closed before an instant.
SELECT clinic_id
FROM vigie.clinics FINAL
WHERE group_id = {group:String} AND clinic_id IN {clinics:Array(String)} AND closed_at <= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
ORDER BY clinic_id
