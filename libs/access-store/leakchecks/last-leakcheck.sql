SELECT at, length(places) AS places
FROM vigie.leakchecks
ORDER BY leakchecks.at DESC
LIMIT 1
