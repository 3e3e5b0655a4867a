-- What each generation's runs of the collector have looked through and freed, asked for and automatic ones.
SELECT
    g.generation,
    g.automatic,
    COUNT(*) AS runs,
    SUM(g.candidates) AS candidates,
    SUM(g.unreachable) AS unreachable,
    SUM(g.resurrected) AS resurrected,
    SUM(g.collected) AS collected,
    MIN(g.step) AS first_step,
    MAX(g.step) AS last_step
FROM collections AS g
GROUP BY g.generation, g.automatic
ORDER BY g.generation, g.automatic
