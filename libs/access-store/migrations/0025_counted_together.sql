-- How many patients several incidents have together, by the figures that each had then; and whether the figure of a case counts each patient once.
ALTER TABLE vigie.case_action_rows ADD COLUMN IF NOT EXISTS counted Array(Tuple(incident_id String, patients UInt64));

ALTER TABLE vigie.case_states ADD COLUMN IF NOT EXISTS patients_settled Bool DEFAULT length(incident_ids) < 2 AFTER patients;

CREATE OR REPLACE VIEW vigie.case_actions AS
SELECT *
FROM vigie.case_action_rows
FINAL;

CREATE OR REPLACE VIEW vigie.cases AS
SELECT * EXCEPT (members, joined_into, place)
FROM vigie.case_states
FINAL
WHERE joined_into = '';
