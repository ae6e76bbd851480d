-- overview/weeks.sql: in which ISO weeks was something finished?
-- Params:  $project BIGINT
-- Grain:   one row per week, oldest first
-- Returns: iso_week, n_readings, n_comparisons
WITH counted AS (
    SELECT r.iso_week, count(*) AS n_readings, 0 AS n_comparisons
    FROM current_reading AS r
    WHERE r.project_id = $project AND r.iso_week IS NOT NULL
    GROUP BY r.iso_week
    UNION ALL
    SELECT c.iso_week, 0, count(*)
    FROM comparison AS c
    WHERE c.project_id = $project AND c.iso_week IS NOT NULL
    GROUP BY c.iso_week
)
SELECT w.iso_week, CAST(sum(w.n_readings) AS BIGINT) AS n_readings, CAST(sum(w.n_comparisons) AS BIGINT) AS n_comparisons
FROM counted AS w
GROUP BY w.iso_week
ORDER BY w.iso_week
