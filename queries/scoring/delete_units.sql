-- scoring/delete_units.sql: removes the units of items that were scored anew
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   rows removed
-- Returns: nothing
DELETE FROM unit
WHERE project_id = $project
  AND item_id IN (SELECT unnest(CAST($items AS BIGINT[])))
