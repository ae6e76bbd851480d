-- figures/overlap_summary.sql: how are overlaps and distances distributed?
-- Params:  filter (see README.md), $label, $technique VARCHAR (NULL: any), $by_stage, $by_rater, $by_rater_pair,
--          $by_label, $by_technique, $by_study, $by_site, $by_week BOOLEAN
-- Grain:   one row per kind of comparison and reference, group asked for, metric and unit of measurement
-- Returns: kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week (NULL: not asked
--          for, or unknown), metric, unit (ratio, px, mm, …), tolerance, tolerance_unit (NULL unless the metric is
--          nsd), n, n_undefined, mean, min, p05, q1, median, q3, p95, max in that unit (NULL when n = 0)
-- Source:  quality-model.md §2–4; quantiles: Hyndman & Fan 1996, Am Stat 50:361–365,
--          doi:10.1080/00031305.1996.10473566, type 7. Undefined values are left out and counted.
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
-- Split by rater, a peer comparison counts for both raters.
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
),
metric AS (
    SELECT v.metric, v.fixed_unit, v.techniques
    FROM (VALUES
        ('dice', 'ratio', ['box', 'rotated_box', 'polygon', 'ellipse', 'mask', 'volume_mask', 'cuboid',
            'point_cloud', 'text_span', 'track']),
        ('iou', 'ratio', ['box', 'rotated_box', 'polygon', 'ellipse', 'mask', 'volume_mask', 'cuboid',
            'point_cloud', 'text_span', 'track']),
        ('hd', NULL, ['mask', 'volume_mask']),
        ('hd95', NULL, ['mask', 'volume_mask']),
        ('assd', NULL, ['mask', 'volume_mask']),
        ('nsd', 'ratio', ['mask', 'volume_mask']),
        ('surface_px', 'px', ['mask']),
        ('surface_voxels', 'voxel', ['volume_mask']),
        ('boundary_px', 'px', ['polygon', 'ellipse', 'polyline']),
        ('box_edge_px', 'px', ['box', 'rotated_box']),
        ('keypoint_px', 'px', ['keypoints']),
        ('keypoint_mm', 'mm', ['keypoints']),
        ('keypoint_max_mm', 'mm', ['keypoints']),
        ('oks', 'ratio', ['keypoints']),
        ('size_difference', NULL, ['box', 'rotated_box', 'polygon', 'ellipse', 'mask', 'volume_mask']),
        ('relative_size_difference', 'ratio', ['box', 'rotated_box', 'polygon', 'ellipse', 'mask', 'volume_mask'])
    ) AS v (metric, fixed_unit, techniques)
),
measured AS (
    SELECT c.kind, c.reference_kind,
       CASE WHEN $by_stage THEN c.stage END AS stage,
       CASE WHEN $by_rater_pair THEN c.a_rater END AS a_rater,
       CASE WHEN $by_rater OR $by_rater_pair THEN c.b_rater END AS rater,
       CASE WHEN $by_label THEN u.label END AS label,
       CASE WHEN $by_technique THEN u.technique END AS technique,
       CASE WHEN $by_study THEN c.study END AS study,
       CASE WHEN $by_site THEN c.site END AS site,
       CASE WHEN $by_week THEN c.iso_week END AS iso_week,
           m.metric,
           CASE
               WHEN m.metric IN ('hd', 'hd95', 'assd') THEN u.distance_unit
               WHEN m.metric = 'size_difference' THEN u.size_unit
               ELSE m.fixed_unit
           END AS unit,
           CASE WHEN m.metric = 'nsd' THEN u.nsd_tolerance END AS tolerance,
           CASE WHEN m.metric = 'nsd' THEN u.distance_unit END AS tolerance_unit,
           u.comparison_id, u.unit_no, c.study AS unit_study,
           CASE m.metric
               WHEN 'dice' THEN u.dice
               WHEN 'iou' THEN u.iou
               WHEN 'hd' THEN u.hd
               WHEN 'hd95' THEN u.hd95
               WHEN 'assd' THEN u.assd
               WHEN 'nsd' THEN u.nsd
               WHEN 'surface_px' THEN u.surface_px
               WHEN 'surface_voxels' THEN u.surface_voxels
               WHEN 'boundary_px' THEN u.boundary_px
               WHEN 'box_edge_px' THEN u.box_edge_px
               WHEN 'keypoint_px' THEN u.keypoint_px
               WHEN 'keypoint_mm' THEN u.keypoint_mm
               WHEN 'keypoint_max_mm' THEN u.keypoint_max_mm
               WHEN 'oks' THEN u.oks
               WHEN 'size_difference' THEN u.size_difference
               WHEN 'relative_size_difference' THEN u.relative_size_difference
           END AS value,
           -- An instance without a counterpart is an error, not an undefined value; a semantic map is both.
           list_contains(m.techniques, u.technique)
               AND u.undefined IS NOT NULL
               AND ((u.a_label IS NOT NULL AND u.b_label IS NOT NULL) OR u.dice IS NOT NULL) AS may_be_undefined
    FROM sided AS c
    JOIN unit AS u ON u.comparison_id = c.id
    CROSS JOIN metric AS m
    WHERE ($label IS NULL OR u.label = $label)
      AND ($technique IS NULL OR u.technique = $technique)
      -- Signed differences have a direction only against a reference.
      AND (c.kind = 'reference' OR m.metric NOT IN ('size_difference', 'relative_size_difference'))
)
SELECT v.kind, v.reference_kind, v.stage, v.a_rater, v.rater, v.label, v.technique, v.study, v.site, v.iso_week,
       v.metric, v.unit, v.tolerance, v.tolerance_unit,
       count(v.value) AS n,
       count(*) FILTER (WHERE v.value IS NULL) AS n_undefined,
       -- In a fixed order, so that equal rows give an equal mean to the last bit.
       avg(v.value ORDER BY v.value) AS mean,
       min(v.value) AS min,
       quantile_cont(v.value, 0.05) AS p05,
       quantile_cont(v.value, 0.25) AS q1,
       quantile_cont(v.value, 0.5) AS median,
       quantile_cont(v.value, 0.75) AS q3,
       quantile_cont(v.value, 0.95) AS p95,
       max(v.value) AS max
FROM measured AS v
WHERE v.value IS NOT NULL OR v.may_be_undefined
GROUP BY v.kind, v.reference_kind, v.stage, v.a_rater, v.rater, v.label, v.technique, v.study, v.site, v.iso_week,
         v.metric, v.unit, v.tolerance, v.tolerance_unit
ORDER BY kind, reference_kind, stage, a_rater, rater, label, technique, study, site, iso_week, v.metric, v.unit, v.tolerance,
         v.tolerance_unit
