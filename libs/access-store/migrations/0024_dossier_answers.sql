-- Answers of people to fields of a dossier, by part.field, as JSON; and when the answer that they saw in their place was given.
ALTER TABLE vigie.case_action_rows ADD COLUMN IF NOT EXISTS answers Map(String, String), ADD COLUMN IF NOT EXISTS answers_seen Map(String, String);

CREATE OR REPLACE VIEW vigie.case_actions AS
SELECT *
FROM vigie.case_action_rows
FINAL;
