-- scoring/delete_comparisons.sql: removes the comparisons of items that were scored anew
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   rows removed
-- Returns: nothing
DELETE FROM comparison
WHERE project_id = $project
  AND item_id IN (SELECT unnest(CAST($items AS BIGINT[])))
