-- imports/find_import.sql: were these bytes imported with these options before?
-- Params:  $project BIGINT, $sha256 VARCHAR, $options_json VARCHAR
-- Grain:   no row, or one
-- Returns: id, project_id, sha256, options_json, format, name, received_at_us, software_version, report_json,
--          n_items, n_readings, n_annotations, n_skipped
SELECT i.id, i.project_id, i.sha256, i.options_json, i.format, i.name, i.received_at_us, i.software_version,
       i.report_json, i.n_items, i.n_readings, i.n_annotations, i.n_skipped
FROM import AS i
WHERE i.project_id = $project AND i.sha256 = $sha256 AND i.options_json = $options_json
ORDER BY i.id
