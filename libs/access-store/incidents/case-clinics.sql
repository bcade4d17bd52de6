-- The clinics of a case, most patients first. A patient of two clinics counts in both.
SELECT
    ledger.clinic_id AS clinic_id,
    any(ledger.controller_id) AS controller_id,
    any(register.name) AS name,
    any(register.closed_at) AS closed_at,
    uniqExact(patient_id) AS patients,
    uniqExactIf(patient_id, certainty = 'exported') AS exported,
    uniqExactIf(patient_id, certainty = 'attempted') AS attempted,
    sum(ledger.accesses) AS accesses,
    arraySort(groupUniqArrayArray(ledger.categories)) AS categories,
    min(ledger.first_time) AS first_time,
    max(ledger.last_time) AS last_time
FROM vigie.case_ledger_of(case_id = {case_id:String}) AS ledger
LEFT JOIN
(
    SELECT clinic_id, name, closed_at
    FROM vigie.clinics
    FINAL
    WHERE group_id = {group:String}
) AS register
    ON ledger.clinic_id = register.clinic_id
WHERE empty({clinics:Array(String)}) OR has({clinics:Array(String)}, ledger.clinic_id)
GROUP BY clinic_id
ORDER BY patients DESC, clinic_id
