-- Every access with the selections that take it: '*' does all. The views over patients read it, so that what the rules look at is written, checked and
-- planned once, and not in each of them.
CREATE VIEW vigie.{{view}} AS
{{shared}}SELECT *, {{selected}} AS selected
FROM vigie.accesses
