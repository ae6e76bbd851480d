-- scoring/clear_dirty.sql: takes the mark for scoring off items
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   rows changed
-- Returns: nothing
UPDATE item
SET dirty = FALSE
WHERE project_id = $project
  AND id IN (SELECT unnest(CAST($items AS BIGINT[])))
