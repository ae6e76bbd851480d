-- overview/skipped.sql: what did imports leave out, and why?
-- Params:  $project BIGINT
-- Grain:   one row per import and reason
-- Returns: import_id, reason, n
SELECT s.import_id, s.reason, count(*) AS n
FROM skipped AS s
JOIN import AS i ON i.id = s.import_id
WHERE i.project_id = $project
GROUP BY s.import_id, s.reason
ORDER BY s.import_id, s.reason
