-- projects/list_protocols.sql: which protocols did a project have?
-- Params:  $project BIGINT
-- Grain:   one row per version, newest first
-- Returns: version_no, toml, hash, created_at_us
SELECT p.version_no, p.toml, p.hash, p.created_at_us
FROM protocol AS p
WHERE p.project_id = $project
ORDER BY p.version_no DESC
