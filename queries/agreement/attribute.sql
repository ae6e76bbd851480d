-- agreement/attribute.sql: do two raters give the same attributes to the instances that they both drew?
-- Params:  filter (see README.md), $each_against_others BOOLEAN (each rater as a, all others as b; else each pair
--          once), $by_study BOOLEAN, $label, $technique VARCHAR (NULL: any)
-- Grain:   one row per rater pair (or rater), study, scope and pair of categories that occurs
-- Returns: a_rater, b_rater (NULL: all others), study (NULL: all), scope (attribute), category_a, category_b (its
--          values), n (instances)
-- Source:  quality-model.md §9; contingency tables as in Cohen 1960, Educ Psychol Meas 20:37–46,
--          doi:10.1177/001316446002000104.
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
stated AS (
    SELECT u.comparison_id, a.name, a.value AS category_a, b.value AS category_b
    FROM unit AS u
    JOIN attribute AS a ON a.annotation_id = u.a_annotation_id
    JOIN attribute AS b ON b.annotation_id = u.b_annotation_id AND b.name = a.name
    WHERE u.project_id = $project
      AND ($label IS NULL OR u.label = $label)
      AND ($technique IS NULL OR u.technique = $technique)
)
SELECT s.a_rater,
       CASE WHEN NOT $each_against_others THEN s.b_rater END AS b_rater,
       CASE WHEN $by_study THEN s.study END AS study,
       r.name AS scope,
       CASE WHEN s.flipped THEN r.category_b ELSE r.category_a END AS category_a,
       CASE WHEN s.flipped THEN r.category_a ELSE r.category_b END AS category_b,
       count(*) AS n
FROM sided AS s
JOIN stated AS r ON r.comparison_id = s.id
GROUP BY ALL
ORDER BY s.a_rater, b_rater, study, scope, category_a, category_b
