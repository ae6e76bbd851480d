-- agreement/presence.sql: do two raters find the same labels on the same items?
-- Params:  filter (see README.md), $each_against_others BOOLEAN (each rater as a, all others as b; else each pair
--          once), $by_study BOOLEAN, $by_label BOOLEAN, $label VARCHAR (NULL: every drawn label that occurs in the
--          project)
-- Grain:   one row per rater pair (or rater), study, scope and pair of categories that occurs
-- Returns: a_rater, b_rater (NULL: all others), study (NULL: all), scope (label, when asked for), category_a,
--          category_b (present, absent), n (items × labels)
-- Source:  quality-model.md §9; contingency tables as in Cohen 1960, Educ Psychol Meas 20:37–46,
--          doi:10.1177/001316446002000104.
WITH chosen AS (
    SELECT c.id, c.item_id, c.stage, c.session, c.a_rater, c.b_rater, c.study, c.refused
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
marked AS (
    SELECT u.comparison_id, m.label, bool_or(m.side = 'a') AS by_a, bool_or(m.side = 'b') AS by_b
    FROM unit AS u
    CROSS JOIN LATERAL (VALUES (u.a_label, 'a'), (u.b_label, 'b')) AS m (label, side)
    WHERE u.project_id = $project
      AND u.technique NOT IN ('classification', 'ordinal')
      AND m.label IS NOT NULL
    GROUP BY u.comparison_id, m.label
),
candidate AS (
    SELECT DISTINCT m.label
    FROM marked AS m
    WHERE $label IS NULL OR m.label = $label
),
-- Readings in a layer in which somebody draws; a ratings table says nothing of what is drawn.
drawing AS (
    SELECT r.item_id, r.rater, r.stage, r.session, r.layer
    FROM current_reading AS r
    WHERE r.project_id = $project
      AND r.state IN ('annotated', 'reviewed_empty')
      AND r.layer IN (
          SELECT d.layer
          FROM current_reading AS d
          JOIN annotation AS n ON n.reading_id = d.id
          WHERE d.project_id = $project
            AND n.technique NOT IN ('classification', 'ordinal')
      )
),
drawn AS (
    SELECT m.comparison_id AS id
    FROM marked AS m
    UNION
    SELECT c.id
    FROM chosen AS c
    JOIN drawing AS a
        ON a.item_id = c.item_id AND a.rater = c.a_rater AND a.stage = c.stage AND a.session = c.session
    JOIN drawing AS b
        ON b.item_id = c.item_id AND b.rater = c.b_rater AND b.stage = c.stage AND b.session = c.session
        AND b.layer = a.layer
),
-- Every label on every item on which both drew or could have; what could not be compared says nothing.
presence AS (
    SELECT s.id, s.flipped, l.label,
           CASE WHEN coalesce(m.by_a, FALSE) THEN 'present' ELSE 'absent' END AS category_a,
           CASE WHEN coalesce(m.by_b, FALSE) THEN 'present' ELSE 'absent' END AS category_b
    FROM sided AS s
    CROSS JOIN candidate AS l
    LEFT JOIN marked AS m ON m.comparison_id = s.id AND m.label = l.label
    WHERE s.refused IS NULL
      AND s.id IN (SELECT d.id FROM drawn AS d)
)
SELECT s.a_rater,
       CASE WHEN NOT $each_against_others THEN s.b_rater END AS b_rater,
       CASE WHEN $by_study THEN s.study END AS study,
       CASE WHEN $by_label THEN r.label END AS scope,
       CASE WHEN s.flipped THEN r.category_b ELSE r.category_a END AS category_a,
       CASE WHEN s.flipped THEN r.category_a ELSE r.category_b END AS category_b,
       count(*) AS n
FROM sided AS s
JOIN presence AS r ON r.id = s.id AND r.flipped = s.flipped
GROUP BY ALL
ORDER BY s.a_rater, b_rater, study, scope, category_a, category_b
