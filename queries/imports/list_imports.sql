-- imports/list_imports.sql: what was imported into a project?
-- Params:  $project BIGINT
-- Grain:   one row per import, newest first
-- Returns: id, project_id, sha256, options_json, format, name, received_at_us, software_version, report_json,
--          n_items, n_readings, n_annotations, n_skipped
SELECT i.id, i.project_id, i.sha256, i.options_json, i.format, i.name, i.received_at_us, i.software_version,
       i.report_json, i.n_items, i.n_readings, i.n_annotations, i.n_skipped
FROM import AS i
WHERE i.project_id = $project
ORDER BY i.id DESC
