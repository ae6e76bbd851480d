-- records/list_gate_evaluations.sql: which verdicts were given?
-- Params:  $project BIGINT, $policy_name VARCHAR (NULL: all policies)
-- Grain:   one row per verdict, newest first
-- Returns: id, policy_name, policy_hash, lot_hash, status, evidence_json, created_at_us
SELECT g.id, g.policy_name, g.policy_hash, g.lot_hash, g.status, g.evidence_json, g.created_at_us
FROM gate_evaluation AS g
WHERE g.project_id = $project
  AND ($policy_name IS NULL OR g.policy_name = $policy_name)
ORDER BY g.id DESC
