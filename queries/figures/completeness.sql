-- figures/completeness.sql: how many of a study's items are labelled?
-- Params:  $project BIGINT, $stage, $rater, $role, $study, $site VARCHAR (NULL: any; no role: people only)
-- Grain:   one row per study
-- Returns: study, site (NULL: unknown), n_labelled, n_items
-- Source:  quality-model.md §6: labelled required items / required items; every known item is required.
WITH labelled AS (
    SELECT DISTINCT r.item_id
    FROM current_reading AS r
    WHERE r.project_id = $project
      AND r.state IN ('annotated', 'reviewed_empty')
      AND ($stage IS NULL OR r.stage = $stage)
      AND ($rater IS NULL OR r.rater = $rater)
      AND CASE WHEN $role IS NOT NULL THEN r.role = $role ELSE r.role <> 'model' OR r.rater = $rater END
)
SELECT i.study, min(i.site) AS site, count(l.item_id) AS n_labelled, count(*) AS n_items
FROM item AS i
LEFT JOIN labelled AS l ON l.item_id = i.id
WHERE i.project_id = $project
  AND ($study IS NULL OR i.study = $study)
  AND ($site IS NULL OR i.site = $site)
GROUP BY i.study
ORDER BY i.study
