-- scoring/load_attributes.sql: which attributes do the current annotations of these items carry?
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   one row per annotation and attribute
-- Returns: annotation_id, name, value
SELECT t.annotation_id, t.name, t.value
FROM attribute AS t
JOIN annotation AS a ON a.id = t.annotation_id
JOIN current_reading AS r ON r.id = a.reading_id
WHERE r.project_id = $project
  AND r.item_id IN (SELECT unnest(CAST($items AS BIGINT[])))
ORDER BY t.annotation_id, t.name
