-- overview/raters_per_item.sql: how many people read each item?
-- Params:  $project BIGINT
-- Grain:   one row per item, by study and key
-- Returns: study, item, n_raters (people with a current reading that is annotated or reviewed and empty; references
--          and models are no raters of a release)
-- Source:  quality model §11
SELECT
    item.study,
    item.key AS item,
    count(DISTINCT current_reading.rater) AS n_raters
FROM item
LEFT JOIN current_reading
    ON current_reading.item_id = item.id
    AND current_reading.role <> 'model'
    AND current_reading.reference_kind IS NULL
    AND current_reading.state IN ('annotated', 'reviewed_empty')
WHERE item.project_id = $project
GROUP BY item.study, item.key
ORDER BY item.study, item.key
