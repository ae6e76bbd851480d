-- figures/error_units.sql: which units have an error?
-- Params:  filter (see README.md), $label, $technique, $error VARCHAR (NULL: any), $after_comparison, $after_unit
--          BIGINT (NULL: from the first), $limit BIGINT
-- Grain:   one row per unit, by comparison and unit_no
-- Returns: the columns of the view compared_unit: place, sides, annotation ids and every measured value (NULL:
--          undefined or not applicable; undefined then says why)
SELECT u.comparison_id, u.unit_no, u.item_id, u.item_key, u.study, u.site, u.stage, u.session, u.kind,
       u.reference_kind, u.a_rater, u.a_stage, u.b_rater, u.iso_week, u.a_annotation_id, u.b_annotation_id,
       u.technique, u.a_label, u.b_label, u.error, u.detail, u.not_applicable, u.dice, u.iou, u.a_size,
       u.b_size, u.intersection_size, u.frame_size, u.hd, u.hd95, u.assd, u.nsd, u.nsd_tolerance,
       u.distance_unit, u.surface_px, u.surface_voxels, u.box_edge_px, u.box_left_px, u.box_top_px,
       u.box_right_px, u.box_bottom_px, u.boundary_px, u.keypoint_px, u.keypoint_mm, u.keypoint_max_mm,
       u.oks, u.n_points, u.n_points_missing, u.n_points_extra, u.n_visibility_differs, u.size_difference,
       u.relative_size_difference, u.size_unit, u.a_rank, u.b_rank, u.undefined,
       u.start_difference_chars, u.end_difference_chars, u.n_frames_a, u.n_frames_b, u.n_frames_matched,
       u.n_identity_switches, u.n_fragmentations
FROM compared_unit AS u
JOIN comparison AS c ON c.id = u.comparison_id
WHERE c.project_id = $project
      AND u.error IS NOT NULL
      AND ($error IS NULL OR u.error = $error)
      AND ($label IS NULL OR u.label = $label)
      AND ($technique IS NULL OR u.technique = $technique)
      AND ($after_comparison IS NULL OR (u.comparison_id, u.unit_no) > ($after_comparison, $after_unit))
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
ORDER BY u.comparison_id, u.unit_no
LIMIT $limit
