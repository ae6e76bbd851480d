-- figures/worklist.sql: which disagreements are the largest, pair by pair?
-- Params:  filter (see README.md), $label, $technique VARCHAR (NULL: any), $weighted_labels VARCHAR[], $weights
--          DOUBLE[] (clinical weight of each; others weigh 1), $per_pair BIGINT, $limit BIGINT
-- Grain:   one row per unit, worst first
-- Returns: severity (ratio: 1 for missing, extra and wrong labels, else 1 − dice, else 1 − oks, else 1 for an
--          error), weight the columns of the view compared_unit: place, sides, annotation ids and every measured
--          value (NULL: undefined or not applicable; undefined then says why)
-- Source:  quality-model.md §10: size of disagreement × clinical weight of the label.
WITH weight AS (
    SELECT unnest(CAST($weighted_labels AS VARCHAR[])) AS label, unnest(CAST($weights AS DOUBLE[])) AS weight
),
severe AS (
    SELECT u.comparison_id, u.unit_no, u.label,
           CASE
               WHEN u.error IN ('missing', 'extra', 'wrong_label') THEN 1.0
               WHEN u.dice IS NOT NULL THEN 1.0 - u.dice
               WHEN u.oks IS NOT NULL THEN 1.0 - u.oks
               WHEN u.error IS NOT NULL THEN 1.0
               ELSE 0.0
           END AS severity,
           -- Only to order equal severities, mostly of one technique; never shown, so units may differ.
           coalesce(u.surface_px, u.surface_voxels, u.boundary_px, u.box_edge_px, u.keypoint_px,
                    abs(u.a_rank - u.b_rank)) AS distance,
           least(c.a_rater, c.b_rater) AS pair_first,
           greatest(c.a_rater, c.b_rater) AS pair_second
    FROM unit AS u
    JOIN comparison AS c ON c.id = u.comparison_id
    WHERE c.project_id = $project
      AND ($label IS NULL OR u.label = $label)
      AND ($technique IS NULL OR u.technique = $technique)
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
ranked AS (
    SELECT s.comparison_id, s.unit_no, s.severity, coalesce(w.weight, 1.0) AS weight, s.distance,
           row_number() OVER (
               PARTITION BY s.pair_first, s.pair_second
               ORDER BY s.severity * coalesce(w.weight, 1.0) DESC, s.distance DESC NULLS LAST, s.comparison_id, s.unit_no
           ) AS place_in_pair
    FROM severe AS s
    LEFT JOIN weight AS w ON w.label = s.label
    WHERE s.severity > 0
)
SELECT r.severity, r.weight,
       u.comparison_id, u.unit_no, u.item_id, u.item_key, u.study, u.site, u.stage, u.session, u.kind,
       u.reference_kind, u.a_rater, u.a_stage, u.b_rater, u.iso_week, u.a_annotation_id, u.b_annotation_id,
       u.technique, u.a_label, u.b_label, u.error, u.detail, u.not_applicable, u.dice, u.iou, u.a_size,
       u.b_size, u.intersection_size, u.frame_size, u.hd, u.hd95, u.assd, u.nsd, u.nsd_tolerance,
       u.distance_unit, u.surface_px, u.surface_voxels, u.box_edge_px, u.box_left_px, u.box_top_px,
       u.box_right_px, u.box_bottom_px, u.boundary_px, u.keypoint_px, u.keypoint_mm, u.keypoint_max_mm,
       u.oks, u.n_points, u.n_points_missing, u.n_points_extra, u.n_visibility_differs, u.size_difference,
       u.relative_size_difference, u.size_unit, u.a_rank, u.b_rank, u.undefined,
       u.start_difference_chars, u.end_difference_chars, u.n_frames_a, u.n_frames_b, u.n_frames_matched,
       u.n_identity_switches, u.n_fragmentations
FROM ranked AS r
JOIN compared_unit AS u ON u.comparison_id = r.comparison_id AND u.unit_no = r.unit_no
WHERE r.place_in_pair <= $per_pair
ORDER BY r.severity * r.weight DESC, r.distance DESC NULLS LAST, r.comparison_id, r.unit_no
LIMIT $limit
