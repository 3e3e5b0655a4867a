-- What the program has made and still holds at its end, by type and by the line that made it.
-- bytes: as large as each was when it was first looked at.
SELECT
    o.type,
    o.born_file,
    o.born_line,
    COUNT(*) AS objects,
    SUM(o.size) AS bytes
FROM objects AS o
WHERE o.born_step IS NOT NULL
    AND o.gone_step IS NULL
    AND o.first_step IS NOT NULL
GROUP BY o.type, o.born_file, o.born_line
ORDER BY objects DESC, o.type, COALESCE(o.born_file, ''), COALESCE(o.born_line, 0)
LIMIT 20
