-- Records whose id begins like this: two tell that the beginning is of more than one.
SELECT *
FROM vigie.erasures FINAL
WHERE startsWith(erasure_id, {prefix:String})
ORDER BY erasure_id
LIMIT 2
