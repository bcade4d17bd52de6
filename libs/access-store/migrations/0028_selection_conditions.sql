-- What the rules' compiler made the expression from, as JSON; empty for selections of before. A scorer that has lost its snapshots asks accesses by it.
ALTER TABLE vigie.selections ADD COLUMN IF NOT EXISTS condition String AFTER expression;
