-- overview/labels.sql: which labels do current annotations carry, as exports spell them?
-- Params:  $project BIGINT
-- Grain:   one row per label and technique
-- Returns: label, technique, n_annotations, n_items, n_raters
SELECT a.label, a.technique, count(*) AS n_annotations, count(DISTINCT r.item_id) AS n_items,
       count(DISTINCT r.rater) AS n_raters
FROM annotation AS a
JOIN current_reading AS r ON r.id = a.reading_id
WHERE r.project_id = $project
GROUP BY a.label, a.technique
ORDER BY a.label, a.technique
