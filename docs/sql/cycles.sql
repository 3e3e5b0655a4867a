-- Cycles that a run of the collector has found: the references among what nothing led to from outside.
SELECT
    f.collection,
    f.object AS holder,
    h.type AS holder_type,
    r.label,
    r.object AS held,
    t.type AS held_type
FROM candidates AS f
INNER JOIN "references" AS r ON r.holder = f.object
INNER JOIN candidates AS e ON e.object = r.object AND e.collection = f.collection
INNER JOIN objects AS h ON h.object = f.object
INNER JOIN objects AS t ON t.object = r.object
WHERE f.unreachable
    AND e.unreachable
    AND NOT r.weak
    AND r.born_step < f.step
    AND (r.died_step IS NULL OR r.died_step >= f.step)
ORDER BY f.collection, holder, r.label, held
LIMIT 100
