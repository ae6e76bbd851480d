-- imports/supersede_readings.sql: which earlier readings does an import replace?
-- Params:  $project BIGINT, $import BIGINT
-- Grain:   rows changed: current readings of the same item, rater, stage, session and layer
-- Returns: nothing
UPDATE reading
SET superseded_by = newer.id
FROM reading AS newer
WHERE newer.project_id = $project
  AND newer.import_id = $import
  AND reading.project_id = $project
  AND reading.import_id < $import
  AND reading.superseded_by IS NULL
  AND reading.item_id = newer.item_id
  AND reading.rater = newer.rater
  AND reading.stage = newer.stage
  AND reading.session = newer.session
  AND reading.layer = newer.layer
