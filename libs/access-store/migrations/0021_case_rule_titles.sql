-- What people call the rules of a case.
ALTER TABLE vigie.case_states ADD COLUMN IF NOT EXISTS rule_titles Array(String) AFTER rules;

CREATE OR REPLACE VIEW vigie.cases AS
SELECT * EXCEPT (members, joined_into, place)
FROM vigie.case_states
FINAL
WHERE joined_into = '';
