-- projects/reserve_ids.sql: which ids may the writer use next?
-- Params:  $name VARCHAR, $n BIGINT
-- Grain:   one row
-- Returns: first of $n ids that follow each other; the counter moves past them
UPDATE id_counter
SET next_id = next_id + $n
WHERE name = $name
RETURNING next_id - $n AS first_id
