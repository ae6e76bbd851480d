-- scoring/dirty_items.sql: which items have scores that are out of date?
-- Params:  $project BIGINT
-- Grain:   one row per item
-- Returns: item_id
SELECT i.id AS item_id
FROM item AS i
WHERE i.project_id = $project AND i.dirty
ORDER BY i.id
