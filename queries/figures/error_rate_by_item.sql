-- figures/error_rate_by_item.sql: how many of the assessed items have an error against their reference?
-- Params:  filter (see README.md), $label, $technique VARCHAR (NULL: any), $by_stage, $by_rater, $by_rater_pair,
--          $by_label, $by_technique, $by_study, $by_site, $by_week BOOLEAN
-- Grain:   one row per kind of reference and group asked for
-- Returns: kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week (NULL: not asked
--          for, or unknown), numerator, denominator, n_not_applicable, n_refused, n_partly_assessed (units: see
--          Source)
-- Source:  quality-model.md §6; a unit is one item as read by one rater at one stage in one session. It is assessed
--          when at least one of its comparisons could be judged, and wrong when any instance in them is.
WITH chosen AS (
    SELECT c.id, c.kind, c.reference_kind, c.stage, c.session, c.a_rater, c.b_rater, c.item_id, c.study, c.site, c.iso_week,
           c.refused
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
),
-- The comparison, or each label or technique in it where these are asked for.
part AS (
    SELECT c.id, c.kind, c.reference_kind, c.stage, c.session, c.a_rater, c.b_rater, c.item_id, c.study, c.site, c.iso_week,
           CASE WHEN $by_label THEN u.label END AS label,
           CASE WHEN $by_technique THEN u.technique END AS technique,
           c.refused IS NOT NULL AS is_refused,
           count(u.comparison_id) AS n_units,
           count(u.error) AS n_errors,
           count(*) FILTER (WHERE u.not_applicable AND u.error IS NULL) AS n_not_applicable
    FROM chosen AS c
    LEFT JOIN unit AS u
        ON u.comparison_id = c.id
        AND ($label IS NULL OR u.label = $label)
        AND ($technique IS NULL OR u.technique = $technique)
    GROUP BY ALL
),
-- What nobody marked is a correct absence, but of no label and by no technique.
judged AS (
    SELECT p.id, p.kind, p.reference_kind, p.stage, p.session, p.a_rater, p.b_rater, p.item_id, p.study, p.site, p.iso_week,
           p.label, p.technique, p.is_refused,
           NOT p.is_refused AND p.n_units > 0 AND p.n_not_applicable = p.n_units AS is_not_applicable,
           p.n_errors > 0 AS is_wrong
    FROM part AS p
    WHERE p.n_units > 0
       OR p.is_refused
       OR NOT ($by_label OR $by_technique OR $label IS NOT NULL OR $technique IS NOT NULL)
),
-- An item as one rater read it at one stage in one session.
work AS (
    SELECT p.kind, p.reference_kind, p.session, p.stage AS work_stage, p.b_rater AS work_rater, p.study AS work_study, p.item_id,
       CASE WHEN $by_stage THEN p.stage END AS stage,
       CASE WHEN $by_rater_pair THEN p.a_rater END AS a_rater,
       CASE WHEN $by_rater OR $by_rater_pair THEN p.b_rater END AS rater,
       p.label AS label,
       p.technique AS technique,
       CASE WHEN $by_study THEN p.study END AS study,
       CASE WHEN $by_site THEN p.site END AS site,
       CASE WHEN $by_week THEN p.iso_week END AS iso_week,
           bool_or(p.is_wrong) AS is_wrong,
           bool_or(NOT p.is_refused AND NOT p.is_not_applicable) AS is_assessed,
           bool_or(p.is_refused) AS has_refused,
           bool_or(p.is_not_applicable) AS has_not_applicable
    FROM judged AS p
    GROUP BY ALL
)
SELECT w.kind, w.reference_kind, w.stage, w.a_rater, w.rater, w.label, w.technique, w.study, w.site, w.iso_week,
       count(*) FILTER (WHERE w.is_assessed AND w.is_wrong) AS numerator,
       count(*) FILTER (WHERE w.is_assessed) AS denominator,
       count(*) FILTER (WHERE NOT w.is_assessed AND NOT w.has_refused) AS n_not_applicable,
       count(*) FILTER (WHERE NOT w.is_assessed AND w.has_refused) AS n_refused,
       count(*) FILTER (WHERE w.is_assessed AND (w.has_refused OR w.has_not_applicable)) AS n_partly_assessed
FROM work AS w
GROUP BY ALL
ORDER BY kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week
