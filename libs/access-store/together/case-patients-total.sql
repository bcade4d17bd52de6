-- How many patients a case has, each once, and of which incidents, as the store knows it.
SELECT
    (SELECT uniqExact(patient_id) FROM vigie.case_ledger_of(case_id = {case_id:String})) AS patients,
    (SELECT arraySort(groupUniqArray(incident_id)) FROM vigie.dossier_incidents WHERE case_id = {case_id:String}) AS incidents
