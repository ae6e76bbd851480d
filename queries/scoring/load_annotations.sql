-- scoring/load_annotations.sql: what do the current readings of these items hold?
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   one row per annotation, as the export orders them
-- Returns: reading_id, annotation_id, source_id, label, shape, confidence (NULL: none given), finished_at_us (NULL:
--          unknown), active_ms (NULL: unknown), semantic, invalid (NULL: sound)
SELECT a.reading_id, a.id AS annotation_id, a.source_id, a.label, a.shape, a.confidence, a.finished_at_us, a.active_ms,
       a.semantic, a.invalid
FROM annotation AS a
JOIN current_reading AS r ON r.id = a.reading_id
WHERE r.project_id = $project
  AND r.item_id IN (SELECT unnest(CAST($items AS BIGINT[])))
ORDER BY a.id
