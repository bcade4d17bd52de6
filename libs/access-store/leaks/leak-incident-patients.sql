-- Whom one incident concerns, with those of the sample.
SELECT
    uniqExact(patient_id) AS size,
    arraySort(groupUniqArrayIf(patient_id, patient_id IN (SELECT patient_id FROM vigie.leak_samples WHERE group_id = {group:String} AND leak_id = {leak:String}))) AS held
FROM vigie.incident_patients_of(incident_id = {incident:String})
