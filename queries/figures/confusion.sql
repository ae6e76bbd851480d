-- figures/confusion.sql: which labels are taken for which?
-- Params:  filter (see README.md), $label, $technique VARCHAR (NULL: any), $by_stage, $by_rater, $by_rater_pair,
--          $by_technique, $by_study, $by_site, $by_week BOOLEAN
-- Grain:   one row per kind of reference, group asked for and pair of labels that occurs
-- Returns: kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week (NULL: not asked
--          for, or unknown), a_label, b_label ('(none)': nothing on that side), n (units)
WITH chosen AS (
    SELECT c.id, c.kind, c.reference_kind, c.stage, c.a_rater, c.b_rater, c.study, c.site, c.iso_week
    FROM comparison AS c
    WHERE c.project_id = $project
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
),
-- Among peers the name that comes first is a; split by rater, each peer stands on b in turn.
sided AS (
    SELECT c.id, c.kind, c.reference_kind, c.stage, c.study, c.site, c.iso_week, turn.flipped,
           CASE WHEN turn.flipped THEN c.b_rater ELSE c.a_rater END AS a_rater,
           CASE WHEN turn.flipped THEN c.a_rater ELSE c.b_rater END AS b_rater
    FROM chosen AS c
    CROSS JOIN (VALUES (FALSE), (TRUE)) AS turn (flipped)
    WHERE CASE
        WHEN c.kind = 'reference' THEN NOT turn.flipped
        WHEN $by_rater THEN $rater IS NULL OR $rater = CASE WHEN turn.flipped THEN c.a_rater ELSE c.b_rater END
        ELSE turn.flipped = (c.a_rater > c.b_rater)
    END
)
SELECT c.kind, c.reference_kind,
       CASE WHEN $by_stage THEN c.stage END AS stage,
       CASE WHEN $by_rater_pair THEN c.a_rater END AS a_rater,
       CASE WHEN $by_rater OR $by_rater_pair THEN c.b_rater END AS rater,
       CAST(NULL AS VARCHAR) AS label,
       CASE WHEN $by_technique THEN u.technique END AS technique,
       CASE WHEN $by_study THEN c.study END AS study,
       CASE WHEN $by_site THEN c.site END AS site,
       CASE WHEN $by_week THEN c.iso_week END AS iso_week,
       coalesce(CASE WHEN c.flipped THEN u.b_label ELSE u.a_label END, '(none)') AS a_label,
       coalesce(CASE WHEN c.flipped THEN u.a_label ELSE u.b_label END, '(none)') AS b_label,
       count(*) AS n
FROM sided AS c
JOIN unit AS u ON u.comparison_id = c.id
WHERE ($label IS NULL OR u.a_label = $label OR u.b_label = $label)
  AND ($technique IS NULL OR u.technique = $technique)
GROUP BY ALL
ORDER BY kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week, a_label, b_label
