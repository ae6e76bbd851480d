-- projects/insert_protocol.sql: adds the next version of a project's protocol
-- Params:  $project BIGINT, $toml VARCHAR, $hash VARCHAR, $created_at_us BIGINT
-- Grain:   one row added
-- Returns: nothing
INSERT INTO protocol (project_id, version_no, toml, hash, created_at_us)
SELECT $project, coalesce(max(p.version_no), 0) + 1, $toml, $hash, $created_at_us
FROM protocol AS p
WHERE p.project_id = $project
