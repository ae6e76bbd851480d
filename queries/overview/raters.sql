-- overview/raters.sql: who annotates, and how much is current?
-- Params:  $project BIGINT
-- Grain:   one row per rater and role
-- Returns: rater, role, n_studies, n_items, n_readings, n_annotations, first_day, last_day (NULL: no dates)
SELECT r.rater, r.role, count(DISTINCT i.study) AS n_studies, count(DISTINCT r.item_id) AS n_items, count(*) AS n_readings,
       CAST(sum(r.n_annotations) AS BIGINT) AS n_annotations, min(r.local_day) AS first_day, max(r.local_day) AS last_day
FROM current_reading AS r
JOIN item AS i ON i.id = r.item_id
WHERE r.project_id = $project
GROUP BY r.rater, r.role
ORDER BY r.rater, r.role
