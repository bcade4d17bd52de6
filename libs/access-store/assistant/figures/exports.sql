-- Exports, prints and downloads.
SELECT time, actor_id, clinic_id, action, any(record_count) AS records, uniqExactIf(patient_id, patient_id != '') AS patients_named
FROM vigie.accesses
WHERE action IN ('export', 'print', 'download')
GROUP BY time, actor_id, clinic_id, action, event_id
ORDER BY records DESC
LIMIT 100
