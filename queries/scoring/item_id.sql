-- scoring/item_id.sql: which item has this key?
-- Params:  $project BIGINT, $key VARCHAR
-- Grain:   no row, or one
-- Returns: item_id
SELECT i.id AS item_id
FROM item AS i
WHERE i.project_id = $project AND i.key = $key
ORDER BY i.id
