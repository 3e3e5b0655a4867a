-- What was referred to most at one time, of what the program has made: by the greatest count.
-- Where the recorder knows no counts, `most` is NULL: then `references_in_all` tells.
WITH greatest AS (
    SELECT
        n.object,
        MAX(n.count) AS most
    FROM counts AS n
    GROUP BY n.object
),

held AS (
    SELECT
        r.object,
        COUNT(*) AS references_in_all
    FROM "references" AS r
    WHERE NOT r.weak
    GROUP BY r.object
)

SELECT
    o.object,
    o.type,
    o.name,
    o.born_step,
    g.most,
    h.references_in_all
FROM objects AS o
INNER JOIN held AS h ON h.object = o.object
LEFT JOIN greatest AS g ON g.object = o.object
WHERE o.born_step IS NOT NULL
ORDER BY COALESCE(g.most, 0) DESC, h.references_in_all DESC, o.object
LIMIT 20
