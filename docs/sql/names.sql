-- Which names have led to the most different objects: what is bound again and again.
SELECT
    c.qualified_name AS function,
    r.label AS name,
    r.name_kind,
    COUNT(*) AS bindings,
    COUNT(DISTINCT r.object) AS objects,
    COUNT(DISTINCT r.call) AS calls
FROM "references" AS r
INNER JOIN calls AS c ON c.call = r.call
WHERE r.holder_kind = 'name'
    AND r.name_kind <> 'stack'
GROUP BY c.qualified_name, r.label, r.name_kind
ORDER BY bindings DESC, function, name, r.name_kind
LIMIT 20
