-- records/insert_gate_evaluation.sql: adds a verdict on a lot
-- Params:  $id, $project, $created_at_us BIGINT, $policy_name, $policy_hash, $lot_hash, $status, $evidence_json
--          VARCHAR
-- Grain:   one row added
-- Returns: nothing
INSERT INTO gate_evaluation (id, project_id, policy_name, policy_hash, lot_hash, status, evidence_json, created_at_us)
VALUES ($id, $project, $policy_name, $policy_hash, $lot_hash, $status, $evidence_json, $created_at_us)
