-- figures/invalid_annotations.sql: which current annotations are structurally invalid, or bear a label outside the protocol?
-- Params:  $project BIGINT, $stage, $rater, $role, $label, $technique, $study, $site, $week VARCHAR (NULL: any; no
--          role: people only), $local_day_from, $local_day_to DATE (NULL: open), $admitted VARCHAR[] (the
--          protocol's labels and their aliases; NULL: every label)
-- Grain:   one row per annotation
-- Returns: annotation_id, item_id, item_key, study, rater, stage, label, technique, source_file, source_id,
--          reason (NULL: sound, but its label is outside the protocol)
-- Source:  quality-model.md §6, `invalid`.
SELECT a.id AS annotation_id, r.item_id, i.key AS item_key, i.study, r.rater, r.stage, a.label, a.technique, r.source_file,
       a.source_id, a.invalid AS reason
FROM annotation AS a
JOIN current_reading AS r ON r.id = a.reading_id
JOIN item AS i ON i.id = r.item_id
WHERE r.project_id = $project
  -- A rank on an ordinal scale is no label.
  AND (a.invalid IS NOT NULL
       OR (a.technique <> 'ordinal' AND $admitted IS NOT NULL
           AND NOT list_contains(CAST($admitted AS VARCHAR[]), a.label)))
  AND ($stage IS NULL OR r.stage = $stage)
  AND ($rater IS NULL OR r.rater = $rater)
  AND CASE WHEN $role IS NOT NULL THEN r.role = $role ELSE r.role <> 'model' OR r.rater = $rater END
  AND ($label IS NULL OR a.label = $label)
  AND ($technique IS NULL OR a.technique = $technique)
  AND ($study IS NULL OR i.study = $study)
  AND ($site IS NULL OR i.site = $site)
  AND ($week IS NULL OR r.iso_week = $week)
  AND ($local_day_from IS NULL OR r.local_day >= CAST($local_day_from AS DATE))
  AND ($local_day_to IS NULL OR r.local_day <= CAST($local_day_to AS DATE))
ORDER BY i.study, i.key, r.rater, a.id
