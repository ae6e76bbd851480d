-- overview/item_conflicts.sql: where do imports contradict each other about an item?
-- Params:  $project BIGINT
-- Grain:   one row per contradiction
-- Returns: item_id, item_key, import_id, field, kept (in force), offered
SELECT k.item_id, i.key AS item_key, k.import_id, k.field, k.kept, k.offered
FROM item_conflict AS k
JOIN item AS i ON i.id = k.item_id
WHERE k.project_id = $project
ORDER BY i.key, k.field, k.import_id, k.offered
