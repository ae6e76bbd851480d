-- figures/error_kinds.sql: how often does each kind of error occur against references?
-- Params:  filter (see README.md), $label, $technique VARCHAR (NULL: any), $by_stage, $by_rater, $by_rater_pair,
--          $by_label, $by_technique, $by_study, $by_site, $by_week BOOLEAN
-- Grain:   one row per kind of reference, group asked for and kind of error that occurs
-- Returns: kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week (NULL: not asked
--          for, or unknown), error, n (instances with it as their primary error)
-- Source:  quality-model.md §6, one primary kind per unit.
WITH chosen AS (
    SELECT c.id, c.kind, c.reference_kind, c.stage, c.a_rater, c.b_rater, c.study, c.site, c.iso_week
    FROM comparison AS c
    WHERE c.project_id = $project
      AND c.kind = 'reference'
      -- filter
      AND ($kind IS NULL OR c.kind = $kind)
      AND ($stage IS NULL OR c.stage = $stage)
      AND ($rater IS NULL OR c.b_rater = $rater OR (c.kind = 'peer' AND c.a_rater = $rater))
      AND CASE
          WHEN $role IS NOT NULL THEN c.b_role = $role OR (c.kind = 'peer' AND c.a_role = $role)
          ELSE (c.b_role <> 'model' OR c.b_rater = $rater)
              AND (c.kind = 'reference' OR c.a_role <> 'model' OR c.a_rater = $rater)
      END
      AND ($study IS NULL OR c.study = $study)
      AND ($site IS NULL OR c.site = $site)
      AND ($reference_kind IS NULL OR c.reference_kind = $reference_kind)
      AND ($week IS NULL OR c.iso_week = $week)
      AND ($local_day_from IS NULL OR c.local_day >= CAST($local_day_from AS DATE))
      AND ($local_day_to IS NULL OR c.local_day <= CAST($local_day_to AS DATE))
      -- end of filter
)
SELECT c.kind, c.reference_kind,
       CASE WHEN $by_stage THEN c.stage END AS stage,
       CASE WHEN $by_rater_pair THEN c.a_rater END AS a_rater,
       CASE WHEN $by_rater OR $by_rater_pair THEN c.b_rater END AS rater,
       CASE WHEN $by_label THEN u.label END AS label,
       CASE WHEN $by_technique THEN u.technique END AS technique,
       CASE WHEN $by_study THEN c.study END AS study,
       CASE WHEN $by_site THEN c.site END AS site,
       CASE WHEN $by_week THEN c.iso_week END AS iso_week,
       u.error,
       count(*) AS n
FROM chosen AS c
JOIN unit AS u ON u.comparison_id = c.id
WHERE u.error IS NOT NULL
  AND ($label IS NULL OR u.label = $label)
  AND ($technique IS NULL OR u.technique = $technique)
GROUP BY ALL
ORDER BY kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week, u.error
