-- What lived longest of what the program has made and what died before its end: in steps.
SELECT
    o.object,
    o.type,
    o.name,
    o.value,
    o.born_step,
    o.died_step,
    o.died_step - o.born_step AS steps,
    o.cause
FROM objects AS o
WHERE o.born_step IS NOT NULL
    AND o.died_step IS NOT NULL
    AND COALESCE(o.cause, 'unknown') <> 'exit'
ORDER BY steps DESC, o.object
LIMIT 20
