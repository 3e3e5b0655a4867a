-- What objects died of, by type; `unknown` where the recorder does not tell.
SELECT
    COALESCE(d.cause, 'unknown') AS cause,
    d.type,
    COUNT(*) AS deaths,
    MIN(d.step) AS first_step,
    MAX(d.step) AS last_step
FROM deaths AS d
GROUP BY COALESCE(d.cause, 'unknown'), d.type
ORDER BY deaths DESC, cause, d.type
LIMIT 40
