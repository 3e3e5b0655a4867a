-- Which lines have added most: what each has made, less what of that has died before the program's end.
SELECT
    o.born_file,
    o.born_line,
    COUNT(*) AS made,
    SUM(CASE WHEN o.died_step IS NOT NULL AND COALESCE(o.cause, 'unknown') <> 'exit' THEN 1 ELSE 0 END) AS died,
    SUM(CASE WHEN o.died_step IS NOT NULL AND COALESCE(o.cause, 'unknown') <> 'exit' THEN 0 ELSE 1 END) AS growth,
    SUM(CASE WHEN o.died_step IS NOT NULL AND COALESCE(o.cause, 'unknown') <> 'exit' THEN 0 ELSE o.size END) AS bytes
FROM objects AS o
WHERE o.born_step IS NOT NULL
GROUP BY o.born_file, o.born_line
ORDER BY growth DESC, made DESC, COALESCE(o.born_file, ''), COALESCE(o.born_line, 0)
LIMIT 20
