-- Who held an object, and from which step to which: of the object that was held in the most ways.
-- For another one, put its number into `asked`: WITH asked AS (SELECT 12 AS object)
WITH asked AS (
    SELECT r.object
    FROM "references" AS r
    INNER JOIN objects AS o ON o.object = r.object
    WHERE NOT r.weak AND o.born_step IS NOT NULL
    GROUP BY r.object
    ORDER BY COUNT(*) DESC, r.object
    LIMIT 1
)

SELECT
    r.object,
    r.holder_kind,
    r.holder,
    h.type AS holder_type,
    c.qualified_name AS holding_call,
    r.label,
    r.weak,
    r.born_step,
    r.died_step
FROM "references" AS r
INNER JOIN asked AS a ON a.object = r.object
LEFT JOIN objects AS h ON h.object = r.holder
LEFT JOIN calls AS c ON c.call = r.call
ORDER BY r.born_step, r.holder_kind, COALESCE(r.holder, 0), COALESCE(r.call, 0), r.label, COALESCE(r.died_step, 0)
LIMIT 100
