-- projects/list_projects.sql: which projects are there, and what protocol holds in each?
-- Params:  none
-- Grain:   one row per project
-- Returns: id, name, created_at_us, version_no, toml, hash, protocol_created_at_us
SELECT p.id, p.name, p.created_at_us, r.version_no, r.toml, r.hash, r.created_at_us AS protocol_created_at_us
FROM project AS p
JOIN protocol AS r ON r.project_id = p.id
WHERE r.version_no = (SELECT max(newest.version_no) FROM protocol AS newest WHERE newest.project_id = p.id)
ORDER BY p.name, p.id
