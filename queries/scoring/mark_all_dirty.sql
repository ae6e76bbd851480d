-- scoring/mark_all_dirty.sql: marks all items of a project for scoring, and scores under way as stale
-- Params:  $project BIGINT
-- Grain:   rows changed
-- Returns: nothing
UPDATE item
SET dirty = TRUE, revision = revision + 1
WHERE project_id = $project
