-- migrations/0002_spans_and_tracks.sql: what is measured on spans of a text and on tracks of a video

-- Candidate − reference, in characters.
ALTER TABLE unit ADD COLUMN start_difference_chars DOUBLE;
ALTER TABLE unit ADD COLUMN end_difference_chars DOUBLE;
-- Frames that a shows, that b shows, and in which a's shape was matched with one of b's.
ALTER TABLE unit ADD COLUMN n_frames_a UINTEGER;
ALTER TABLE unit ADD COLUMN n_frames_b UINTEGER;
ALTER TABLE unit ADD COLUMN n_frames_matched UINTEGER;
-- Times a's track went over to another of b, and times it was lost and found again.
ALTER TABLE unit ADD COLUMN n_identity_switches UINTEGER;
ALTER TABLE unit ADD COLUMN n_fragmentations UINTEGER;

-- A unit with its comparison and item, as lists of units show it.
CREATE OR REPLACE VIEW compared_unit AS
SELECT u.comparison_id, u.unit_no, u.item_id, i.key AS item_key, c.study, c.site, c.stage, c.session,
       c.kind, c.reference_kind, c.a_rater, c.a_stage, c.b_rater, c.iso_week, u.a_annotation_id, u.b_annotation_id,
       u.technique, u.a_label, u.b_label, u.error, u.detail, u.not_applicable, u.dice, u.iou,
       u.a_size, u.b_size, u.intersection_size, u.frame_size, u.hd, u.hd95, u.assd, u.nsd,
       u.nsd_tolerance, u.distance_unit, u.surface_px, u.surface_voxels, u.box_edge_px,
       u.box_left_px, u.box_top_px, u.box_right_px, u.box_bottom_px, u.boundary_px, u.keypoint_px,
       u.keypoint_mm, u.keypoint_max_mm, u.oks, u.n_points, u.n_points_missing, u.n_points_extra,
       u.n_visibility_differs, u.size_difference, u.relative_size_difference, u.size_unit, u.a_rank,
       u.b_rank, u.undefined, u.start_difference_chars, u.end_difference_chars,
       u.n_frames_a, u.n_frames_b, u.n_frames_matched, u.n_identity_switches, u.n_fragmentations,
       u.project_id, u.label, c.local_day, c.a_role, c.b_role
FROM unit AS u
JOIN comparison AS c ON c.id = u.comparison_id
JOIN item AS i ON i.id = u.item_id;
