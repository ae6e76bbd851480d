-- figures/units_of_item.sql: what was found on one item?
-- Params:  $project BIGINT, $item BIGINT
-- Grain:   one row per unit of every comparison
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
WHERE u.project_id = $project AND u.item_id = $item
ORDER BY u.comparison_id, u.unit_no
