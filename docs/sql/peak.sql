-- When most lived at once, of what the program has made: the first such step, and where the program was.
SELECT
    s.step,
    s.living,
    s.living_bytes,
    s.file,
    s.function,
    s.line
FROM steps AS s
ORDER BY s.living DESC, s.step
LIMIT 1
