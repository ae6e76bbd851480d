-- records/gate_evaluation.sql: what was the verdict?
-- Params:  $project BIGINT, $id BIGINT
-- Grain:   no row, or one
-- Returns: id, policy_name, policy_hash, lot_hash, status, evidence_json, created_at_us
SELECT g.id, g.policy_name, g.policy_hash, g.lot_hash, g.status, g.evidence_json, g.created_at_us
FROM gate_evaluation AS g
WHERE g.project_id = $project AND g.id = $id
ORDER BY g.id
