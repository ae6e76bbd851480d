-- overview/suspected_turns.sql: in which comparisons do one side's masks seem to be stored mirrored or turned?
-- Params:  $project BIGINT
-- Grain:   one row per comparison
-- Returns: item_key, study, a_rater, b_rater, suspected (both overlaps and the turn, in words)
SELECT i.key AS item_key, c.study, c.a_rater, c.b_rater, c.suspected
FROM comparison AS c
JOIN item AS i ON i.id = c.item_id
WHERE c.project_id = $project AND c.suspected IS NOT NULL
ORDER BY c.study, i.key, c.a_rater, c.b_rater
