-- Which functions make what dies in the same call: objects that lived within one call, by function and type.
SELECT
    c.qualified_name,
    c.file,
    o.type,
    COUNT(*) AS objects,
    SUM(o.size) AS bytes
FROM objects AS o
INNER JOIN deaths AS d ON d.object = o.object
INNER JOIN calls AS c ON c.call = o.born_call
WHERE d.call = o.born_call
    AND c.function <> '<module>'
GROUP BY c.qualified_name, c.file, o.type
ORDER BY objects DESC, c.qualified_name, c.file, o.type
LIMIT 20
