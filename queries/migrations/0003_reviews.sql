-- migrations/0003_reviews.sql: what a reviewer made of a reading, how its export stated positions, and masks that seem turned

-- accepted, rejected or corrected; NULL where the export states no review.
ALTER TABLE reading ADD COLUMN review VARCHAR;
-- NULL where the export names none.
ALTER TABLE reading ADD COLUMN reviewer VARCHAR;
ALTER TABLE reading ADD COLUMN reviewed_at_us BIGINT;
-- '' or NULL: Concord's own frame, nothing drawn, or read by a version that did not keep it.
ALTER TABLE reading ADD COLUMN source_convention VARCHAR;

CREATE OR REPLACE VIEW current_reading AS
SELECT id, project_id, item_id, import_id, rater, stage, session, layer, role, reference_kind, state,
       finished_at_us, active_ms, source_file, local_day, iso_week, n_annotations,
       review, reviewer, reviewed_at_us, source_convention
FROM reading
WHERE superseded_by IS NULL;

-- Why one side's masks seem to be stored mirrored or turned; NULL when they do not, or where scores are older than this column.
ALTER TABLE comparison ADD COLUMN suspected VARCHAR;
