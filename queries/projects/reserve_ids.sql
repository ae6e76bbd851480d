-- projects/reserve_ids.sql: which ids may the writer use next?
-- Params:  $name VARCHAR, $n BIGINT
-- Grain:   one row
-- Returns: next_id, one past the last of $n ids that follow each other; the counter has moved there
UPDATE id_counter
SET next_id = next_id + $n
WHERE name = $name
RETURNING next_id
