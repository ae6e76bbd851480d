-- scoring/all_items.sql: which items does a project have?
-- Params:  $project BIGINT
-- Grain:   one row per item
-- Returns: item_id
SELECT i.id AS item_id
FROM item AS i
WHERE i.project_id = $project
ORDER BY i.study, i.key
