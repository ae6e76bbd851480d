-- projects/insert_project.sql: adds a project
-- Params:  $id BIGINT, $name VARCHAR, $created_at_us BIGINT
-- Grain:   one row added
-- Returns: nothing
INSERT INTO project (id, name, created_at_us)
VALUES ($id, $name, $created_at_us)
