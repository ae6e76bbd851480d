-- projects/find_project.sql: which project has this name, and what protocol holds?
-- Params:  $name VARCHAR
-- Grain:   no row, or one
-- Returns: id, name, created_at_us, version_no, toml, hash, protocol_created_at_us
SELECT p.id, p.name, p.created_at_us, r.version_no, r.toml, r.hash, r.created_at_us AS protocol_created_at_us
FROM project AS p
JOIN protocol AS r ON r.project_id = p.id
WHERE p.name = $name
  AND r.version_no = (SELECT max(newest.version_no) FROM protocol AS newest WHERE newest.project_id = p.id)
ORDER BY p.id
