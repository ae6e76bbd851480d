-- overview/studies.sql: which studies are there?
-- Params:  $project BIGINT, $after VARCHAR (NULL: from the first), $limit BIGINT
-- Grain:   one row per study
-- Returns: study, site (the first by name; NULL: unknown), n_items, n_readings, n_annotations, n_raters, n_errors
--          (units with an error against a reference)
WITH page AS (
    SELECT i.study, min(i.site) AS site, count(*) AS n_items
    FROM item AS i
    WHERE i.project_id = $project
      AND ($after IS NULL OR i.study > $after)
    GROUP BY i.study
    ORDER BY i.study
    LIMIT $limit
),
read AS (
    SELECT i.study, count(*) AS n_readings, CAST(sum(r.n_annotations) AS BIGINT) AS n_annotations,
           count(DISTINCT r.rater) AS n_raters
    FROM current_reading AS r
    JOIN item AS i ON i.id = r.item_id
    WHERE r.project_id = $project
      AND i.study IN (SELECT p.study FROM page AS p)
    GROUP BY i.study
),
erred AS (
    SELECT c.study,
           CAST(sum(c.n_missing + c.n_extra + c.n_wrong_label + c.n_out_of_tolerance + c.n_wrong_attribute) AS BIGINT) AS n_errors
    FROM comparison AS c
    WHERE c.project_id = $project
      AND c.kind = 'reference'
      AND c.study IN (SELECT p.study FROM page AS p)
    GROUP BY c.study
)
SELECT p.study, p.site, p.n_items, coalesce(r.n_readings, 0) AS n_readings, coalesce(r.n_annotations, 0) AS n_annotations,
       coalesce(r.n_raters, 0) AS n_raters, coalesce(e.n_errors, 0) AS n_errors
FROM page AS p
LEFT JOIN read AS r ON r.study = p.study
LEFT JOIN erred AS e ON e.study = p.study
ORDER BY p.study
