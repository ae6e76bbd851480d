-- agreement/pixel.sql: on how many pixels do two raters agree?
-- Params:  filter (see README.md), $each_against_others BOOLEAN (each rater as a, all others as b; else each pair
--          once), $by_study BOOLEAN, $by_label BOOLEAN, $label, $technique VARCHAR (NULL: any)
-- Grain:   one row per rater pair (or rater), study and label asked for
-- Returns: a_rater, b_rater (NULL: all others), study (NULL: all), label (NULL: all), n_both, n_a_only, n_b_only,
--          n_neither (pixels or voxels), n_units, n_without_frame (masks of unknown size or frame, not in the sums)
-- Source:  quality-model.md §9: background is counted within the union's bounding box. Pixel counts are whole
--          numbers, so sums are exact.
WITH chosen AS (
    SELECT c.id, c.a_rater, c.b_rater, c.study, c.refused
    FROM comparison AS c
    WHERE c.project_id = $project
      AND c.kind = 'peer'
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
-- Pairs: the name that comes first is a. Against the others: each stands on a in turn.
sided AS (
    SELECT c.id, c.study, c.refused, turn.flipped,
           CASE WHEN turn.flipped THEN c.b_rater ELSE c.a_rater END AS a_rater,
           CASE WHEN turn.flipped THEN c.a_rater ELSE c.b_rater END AS b_rater
    FROM chosen AS c
    CROSS JOIN (VALUES (FALSE), (TRUE)) AS turn (flipped)
    WHERE CASE
        WHEN $each_against_others THEN $rater IS NULL OR $rater = CASE WHEN turn.flipped THEN c.b_rater ELSE c.a_rater END
        ELSE turn.flipped = (c.a_rater > c.b_rater)
    END
),
sized AS (
    SELECT u.comparison_id, u.label,
           u.frame_size IS NOT NULL AND u.a_size IS NOT NULL AND u.b_size IS NOT NULL
               AND u.intersection_size IS NOT NULL AS is_framed,
           u.intersection_size AS both_sides,
           u.a_size - u.intersection_size AS a_only,
           u.b_size - u.intersection_size AS b_only,
           u.frame_size - u.a_size - u.b_size + u.intersection_size AS neither
    FROM unit AS u
    WHERE u.project_id = $project
      AND u.technique IN ('mask', 'volume_mask')
      AND ($label IS NULL OR u.label = $label)
      AND ($technique IS NULL OR u.technique = $technique)
)
SELECT s.a_rater,
       CASE WHEN NOT $each_against_others THEN s.b_rater END AS b_rater,
       CASE WHEN $by_study THEN s.study END AS study,
       CASE WHEN $by_label THEN r.label END AS label,
       coalesce(sum(r.both_sides) FILTER (WHERE r.is_framed), 0) AS n_both,
       coalesce(sum(CASE WHEN s.flipped THEN r.b_only ELSE r.a_only END) FILTER (WHERE r.is_framed), 0) AS n_a_only,
       coalesce(sum(CASE WHEN s.flipped THEN r.a_only ELSE r.b_only END) FILTER (WHERE r.is_framed), 0) AS n_b_only,
       coalesce(sum(r.neither) FILTER (WHERE r.is_framed), 0) AS n_neither,
       count(*) FILTER (WHERE r.is_framed) AS n_units,
       count(*) FILTER (WHERE NOT r.is_framed) AS n_without_frame
FROM sided AS s
JOIN sized AS r ON r.comparison_id = s.id
GROUP BY ALL
ORDER BY s.a_rater, b_rater, study, label
