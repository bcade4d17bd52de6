-- How fast incidents are found.
SELECT
    found,
    count() AS incidents,
    round(median(detection_delay_seconds), 1) AS median_seconds,
    round(median(late_seconds), 1) AS median_late_seconds,
    median(patients_at_firing) AS median_patients_at_firing,
    max(patients_at_detection) AS most_patients
FROM vigie.incidents
WHERE state NOT IN ('merged', 'withdrawn')
GROUP BY found
