-- Which functions are called most, how long their calls take in steps (those that they make included), and
-- what was made in them (without what was made in calls that they make). `steps` counts calls that have ended.
WITH made AS (
    SELECT
        o.born_call,
        COUNT(*) AS objects
    FROM objects AS o
    WHERE o.born_call IS NOT NULL
    GROUP BY o.born_call
)

SELECT
    c.qualified_name,
    c.file,
    COUNT(*) AS calls,
    SUM(c.died_step - c.born_step) AS steps,
    MAX(c.depth) AS deepest,
    SUM(COALESCE(m.objects, 0)) AS objects_made
FROM calls AS c
LEFT JOIN made AS m ON m.born_call = c.call
GROUP BY c.qualified_name, c.file
ORDER BY calls DESC, c.qualified_name, c.file
LIMIT 20
