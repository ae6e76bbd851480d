-- imports/insert_import.sql: adds a finished import
-- Params:  $id, $project, $received_at_us, $n_items, $n_readings, $n_annotations, $n_skipped BIGINT, $sha256,
--          $options_json, $format, $name, $software_version, $report_json VARCHAR
-- Grain:   one row added
-- Returns: nothing
INSERT INTO import (
    id, project_id, sha256, options_json, format, name, received_at_us, software_version,
    report_json, n_items, n_readings, n_annotations, n_skipped
)
VALUES (
    $id, $project, $sha256, $options_json, $format, $name, $received_at_us, $software_version,
    $report_json, $n_items, $n_readings, $n_annotations, $n_skipped
)
