-- The digest that each view was made with, which it carries as its comment.
SELECT name, comment
FROM system.tables
WHERE database = 'vigie' AND engine = 'View'
