-- The list equals the figure.
SELECT i.incident_id AS incident_id, i.patients AS figure, uniqExactIf(p.patient_id, p.patient_id != '') AS listed
FROM vigie.incidents AS i
LEFT JOIN vigie.incident_patients AS p ON p.incident_id = i.incident_id
WHERE i.state NOT IN ('merged', 'withdrawn')
GROUP BY incident_id, figure
ORDER BY figure DESC
