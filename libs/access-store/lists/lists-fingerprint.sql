-- Of the contents and not of the times of writing: the same register imported again changes nothing. Whoever reads lists reads the file of the others.
SELECT concat(toString(lists), '-', toString(clinics)) AS fingerprint
FROM
(
    SELECT
        (SELECT (count(), sum(cityHash64(toString((list_name, value, group_id, valid_from, valid_until))))) FROM vigie.lists FINAL) AS lists,
        (SELECT (count(), sum(cityHash64(toString((group_id, clinic_id, closed_at))))) FROM vigie.clinics FINAL WHERE NOT of_file) AS clinics
)
