-- migrations/0001_initial.sql: the first schema.
-- Ids come from id_counter, handed out by the one writer, and are never used again.
-- There are no indexes and no foreign keys: every question scans columns, and both slow bulk loading down.
-- Instants are microseconds since the Unix epoch, UTC; days are days in the project's time zone.

CREATE TABLE id_counter (
    name VARCHAR NOT NULL,
    next_id BIGINT NOT NULL
);
INSERT INTO id_counter (name, next_id) VALUES
    ('project', 1), ('import', 1), ('item', 1), ('reading', 1), ('annotation', 1),
    ('comparison', 1), ('gate_evaluation', 1), ('calibration_decision', 1);

CREATE TABLE project (
    id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    created_at_us BIGINT NOT NULL
);

-- Every protocol a project ever had; the highest version_no holds.
CREATE TABLE protocol (
    project_id BIGINT NOT NULL,
    version_no INTEGER NOT NULL,
    toml VARCHAR NOT NULL,
    hash VARCHAR NOT NULL,
    created_at_us BIGINT NOT NULL
);

CREATE TABLE import (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    options_json VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    received_at_us BIGINT NOT NULL,
    software_version VARCHAR NOT NULL,
    report_json VARCHAR NOT NULL,
    n_items BIGINT NOT NULL,
    n_readings BIGINT NOT NULL,
    n_annotations BIGINT NOT NULL,
    n_skipped BIGINT NOT NULL
);

-- NULL in a property: not known yet.
CREATE TABLE item (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    key VARCHAR NOT NULL,
    study VARCHAR NOT NULL,
    width_px UINTEGER,
    height_px UINTEGER,
    n_slices UINTEGER,
    spacing_z_mm DOUBLE,
    spacing_y_mm DOUBLE,
    spacing_x_mm DOUBLE,
    modality VARCHAR,
    site VARCHAR,
    image_name VARCHAR,
    -- Scores are older than the annotations or the protocol.
    dirty BOOLEAN NOT NULL,
    -- Rises whenever something touches the item, so that scores of an older state are not taken for new.
    revision BIGINT NOT NULL
);

-- What a later import said of a property that was known otherwise; the earlier value stays in force.
CREATE TABLE item_conflict (
    project_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    kept VARCHAR NOT NULL,
    offered VARCHAR NOT NULL
);

CREATE TABLE reading (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    rater VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    layer VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    reference_kind VARCHAR,
    state VARCHAR NOT NULL,
    finished_at_us BIGINT,
    active_ms BIGINT,
    source_file VARCHAR NOT NULL,
    local_day DATE,
    iso_week VARCHAR,
    n_annotations BIGINT NOT NULL,
    -- The reading of a later import that replaced this one; NULL while it is current.
    superseded_by BIGINT
);

CREATE VIEW current_reading AS
SELECT id, project_id, item_id, import_id, rater, stage, session, layer, role, reference_kind, state,
       finished_at_us, active_ms, source_file, local_day, iso_week, n_annotations
FROM reading
WHERE superseded_by IS NULL;

CREATE TABLE annotation (
    id BIGINT NOT NULL,
    reading_id BIGINT NOT NULL,
    source_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    technique VARCHAR NOT NULL,
    -- The scale that a classification or ordinal annotation answers; NULL for drawn shapes.
    question VARCHAR,
    shape BLOB NOT NULL,
    confidence DOUBLE,
    finished_at_us BIGINT,
    active_ms BIGINT,
    semantic BOOLEAN NOT NULL,
    -- Why the annotation is structurally invalid; NULL when it is sound.
    invalid VARCHAR
);

CREATE TABLE attribute (
    annotation_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

CREATE TABLE skipped (
    import_id BIGINT NOT NULL,
    skip_no BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    record VARCHAR NOT NULL,
    detail VARCHAR NOT NULL
);

CREATE TABLE item_image (
    item_id BIGINT NOT NULL,
    png BLOB NOT NULL,
    width_px UINTEGER NOT NULL,
    height_px UINTEGER NOT NULL
);

CREATE TABLE comparison (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    study VARCHAR NOT NULL,
    site VARCHAR,
    stage VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    reference_kind VARCHAR,
    a_rater VARCHAR NOT NULL,
    a_stage VARCHAR NOT NULL,
    a_role VARCHAR NOT NULL,
    b_rater VARCHAR NOT NULL,
    b_role VARCHAR NOT NULL,
    -- When b finished; among peers, when the later of the two did.
    finished_at_us BIGINT,
    local_day DATE,
    iso_week VARCHAR,
    n_units BIGINT NOT NULL,
    n_matched BIGINT NOT NULL,
    n_missing BIGINT NOT NULL,
    n_extra BIGINT NOT NULL,
    n_wrong_label BIGINT NOT NULL,
    n_out_of_tolerance BIGINT NOT NULL,
    n_wrong_attribute BIGINT NOT NULL,
    -- Units that could not be judged, and have no error of another kind.
    n_not_applicable BIGINT NOT NULL,
    -- Why the two readings could not be compared; NULL when they were.
    refused VARCHAR,
    protocol_hash VARCHAR NOT NULL
);

CREATE TABLE unit (
    comparison_id BIGINT NOT NULL,
    unit_no BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    a_annotation_id BIGINT,
    b_annotation_id BIGINT,
    technique VARCHAR,
    -- a's label, or b's where a has none.
    label VARCHAR,
    a_label VARCHAR,
    b_label VARCHAR,
    error VARCHAR,
    detail VARCHAR,
    not_applicable BOOLEAN NOT NULL,
    dice DOUBLE,
    iou DOUBLE,
    a_size DOUBLE,
    b_size DOUBLE,
    intersection_size DOUBLE,
    frame_size DOUBLE,
    hd DOUBLE,
    hd95 DOUBLE,
    assd DOUBLE,
    nsd DOUBLE,
    nsd_tolerance DOUBLE,
    distance_unit VARCHAR,
    surface_px DOUBLE,
    surface_voxels DOUBLE,
    box_edge_px DOUBLE,
    box_left_px DOUBLE,
    box_top_px DOUBLE,
    box_right_px DOUBLE,
    box_bottom_px DOUBLE,
    boundary_px DOUBLE,
    keypoint_px DOUBLE,
    keypoint_mm DOUBLE,
    keypoint_max_mm DOUBLE,
    oks DOUBLE,
    n_points UINTEGER,
    n_points_missing UINTEGER,
    n_points_extra UINTEGER,
    n_visibility_differs UINTEGER,
    size_difference DOUBLE,
    relative_size_difference DOUBLE,
    size_unit VARCHAR,
    a_rank DOUBLE,
    b_rank DOUBLE,
    undefined VARCHAR
);

-- A unit with its comparison and item, as lists of units show it.
CREATE VIEW compared_unit AS
SELECT u.comparison_id, u.unit_no, u.item_id, i.key AS item_key, c.study, c.site, c.stage, c.session,
       c.kind, c.reference_kind, c.a_rater, c.a_stage, c.b_rater, c.iso_week, u.a_annotation_id, u.b_annotation_id,
       u.technique, u.a_label, u.b_label, u.error, u.detail, u.not_applicable, u.dice, u.iou,
       u.a_size, u.b_size, u.intersection_size, u.frame_size, u.hd, u.hd95, u.assd, u.nsd,
       u.nsd_tolerance, u.distance_unit, u.surface_px, u.surface_voxels, u.box_edge_px,
       u.box_left_px, u.box_top_px, u.box_right_px, u.box_bottom_px, u.boundary_px, u.keypoint_px,
       u.keypoint_mm, u.keypoint_max_mm, u.oks, u.n_points, u.n_points_missing, u.n_points_extra,
       u.n_visibility_differs, u.size_difference, u.relative_size_difference, u.size_unit, u.a_rank,
       u.b_rank, u.undefined,
       u.project_id, u.label, c.local_day, c.a_role, c.b_role
FROM unit AS u
JOIN comparison AS c ON c.id = u.comparison_id
JOIN item AS i ON i.id = u.item_id;

-- Rows of these two tables are only ever added.
CREATE TABLE gate_evaluation (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    policy_name VARCHAR NOT NULL,
    policy_hash VARCHAR NOT NULL,
    lot_hash VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    evidence_json VARCHAR NOT NULL,
    created_at_us BIGINT NOT NULL
);

CREATE TABLE calibration_decision (
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    iso_week VARCHAR NOT NULL,
    decision VARCHAR NOT NULL,
    -- The metric that the decision should move.
    metric VARCHAR NOT NULL,
    created_at_us BIGINT NOT NULL
);
