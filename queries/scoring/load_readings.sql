-- scoring/load_readings.sql: which readings of these items are current?
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   one row per reading
-- Returns: item_id, reading_id, import_id, rater, stage, session, layer, role, reference_kind (NULL: no reference),
--          state, finished_at_us (NULL: unknown), active_ms (NULL: unknown), source_file, local_day (NULL: unknown),
--          review (NULL: none stated), reviewer (NULL: not named), reviewed_at_us (NULL: unknown),
--          source_convention (NULL: not kept)
SELECT r.item_id, r.id AS reading_id, r.import_id, r.rater, r.stage, r.session, r.layer, r.role, r.reference_kind,
       r.state, r.finished_at_us, r.active_ms, r.source_file, r.local_day,
       r.review, r.reviewer, r.reviewed_at_us, r.source_convention
FROM current_reading AS r
WHERE r.project_id = $project
  AND r.item_id IN (SELECT unnest(CAST($items AS BIGINT[])))
ORDER BY r.item_id, r.rater, r.stage, r.session, r.layer, r.id
