-- records/insert_calibration_decision.sql: adds what a calibration session decided
-- Params:  $id, $project, $created_at_us BIGINT, $week, $decision, $metric VARCHAR
-- Grain:   one row added
-- Returns: nothing
INSERT INTO calibration_decision (id, project_id, iso_week, decision, metric, created_at_us)
VALUES ($id, $project, $week, $decision, $metric, $created_at_us)
