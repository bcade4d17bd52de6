-- How many lines the list of a case has, how many patients they are, and of how many lines what was seen is how strong: of all of it, where `clinic` is
-- empty, and how many lines of each clinic.
SELECT
    if(grouping(clinic_id) = 1, '', clinic_id) AS clinic,
    count() AS lines,
    uniqExact(patient_id) AS patients,
    countIf(certainty = 'exported') AS exported,
    countIf(certainty = 'displayed') AS displayed,
    countIf(certainty = 'listed') AS listed,
    countIf(certainty = 'attempted') AS attempted
FROM vigie.case_ledger_of(case_id = {case_id:String})
WHERE (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    AND (empty({certainty:String}) OR certainty = {certainty:String})
GROUP BY GROUPING SETS ((clinic_id), ())
ORDER BY clinic
