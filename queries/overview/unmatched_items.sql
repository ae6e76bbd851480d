-- overview/unmatched_items.sql: which items were read and yet compared with nothing?
-- Params:  $project BIGINT
-- Grain:   one row per item
-- Returns: item_id, item_key, study, n_readings (current, annotated or reviewed and empty), rater (the first by name)
SELECT i.id AS item_id, i.key AS item_key, i.study, count(*) AS n_readings, min(r.rater) AS rater
FROM item AS i
JOIN current_reading AS r ON r.item_id = i.id
WHERE i.project_id = $project
      AND NOT i.dirty
      AND r.state IN ('annotated', 'reviewed_empty')
      AND NOT EXISTS (SELECT 1 FROM comparison AS c WHERE c.item_id = i.id AND c.project_id = $project)
GROUP BY i.id, i.key, i.study
ORDER BY i.study, i.key
