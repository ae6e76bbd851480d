-- records/list_calibration_decisions.sql: what did calibration sessions decide up to a week?
-- Params:  $project BIGINT, $up_to_week VARCHAR (NULL: all weeks)
-- Grain:   one row per decision, oldest first
-- Returns: id, iso_week, decision, metric, created_at_us
SELECT d.id, d.iso_week, d.decision, d.metric, d.created_at_us
FROM calibration_decision AS d
WHERE d.project_id = $project
  AND ($up_to_week IS NULL OR d.iso_week <= $up_to_week)
ORDER BY d.iso_week, d.id
