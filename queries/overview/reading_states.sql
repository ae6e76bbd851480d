-- overview/reading_states.sql: how many readings are in each of the four states?
-- Params:  $project BIGINT
-- Grain:   one row per rater, stage and state that occurs
-- Returns: rater, stage, state, n
SELECT r.rater, r.stage, r.state, count(*) AS n
FROM current_reading AS r
WHERE r.project_id = $project
GROUP BY r.rater, r.stage, r.state
ORDER BY r.rater, r.stage, r.state
