-- overview/items_of_study.sql: what does a study consist of?
-- Params:  $project BIGINT, $study VARCHAR
-- Grain:   one row per item
-- Returns: item_id, key, image_name (NULL: unknown), has_image, dirty, n_readings, n_annotations, n_errors (units
--          with an error against a reference)
WITH mine AS (
    SELECT i.id, i.key, i.image_name, i.dirty
    FROM item AS i
    WHERE i.project_id = $project AND i.study = $study
),
read AS (
    SELECT r.item_id, count(*) AS n_readings, CAST(sum(r.n_annotations) AS BIGINT) AS n_annotations
    FROM current_reading AS r
    WHERE r.project_id = $project
      AND r.item_id IN (SELECT m.id FROM mine AS m)
    GROUP BY r.item_id
),
erred AS (
    SELECT c.item_id,
           CAST(sum(c.n_missing + c.n_extra + c.n_wrong_label + c.n_out_of_tolerance + c.n_wrong_attribute) AS BIGINT) AS n_errors
    FROM comparison AS c
    WHERE c.project_id = $project
      AND c.kind = 'reference'
      AND c.item_id IN (SELECT m.id FROM mine AS m)
    GROUP BY c.item_id
)
SELECT m.id AS item_id, m.key, m.image_name, m.id IN (SELECT p.item_id FROM item_image AS p) AS has_image, m.dirty,
       coalesce(r.n_readings, 0) AS n_readings, coalesce(r.n_annotations, 0) AS n_annotations,
       coalesce(e.n_errors, 0) AS n_errors
FROM mine AS m
LEFT JOIN read AS r ON r.item_id = m.id
LEFT JOIN erred AS e ON e.item_id = m.id
ORDER BY m.key, m.id
