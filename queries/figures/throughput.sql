-- figures/throughput.sql: how much does each rater finish in a day?
-- Params:  $project BIGINT, $stage, $rater, $role, $study, $site, $week VARCHAR (NULL: any; no role: people only),
--          $local_day_from, $local_day_to DATE (NULL: open)
-- Grain:   one row per rater, role, stage and day
-- Returns: rater, role, stage, local_day (NULL: unknown), n_studies, n_rework, n_items, n_annotations, active_ms
--          (NULL: unknown for all), n_active_unknown (readings)
-- Source:  quality-model.md §8.
WITH delivered AS (
    SELECT r.rater, r.role, r.stage, i.study, r.item_id, r.local_day, r.active_ms, r.n_annotations,
           earlier.id IS NULL AS is_first,
           earlier.id IS NOT NULL AND r.finished_at_us > coalesce(earlier.finished_at_us, -9223372036854775808) AS is_rework
    FROM reading AS r
    JOIN item AS i ON i.id = r.item_id
    LEFT JOIN reading AS earlier
        ON earlier.superseded_by = r.id
        AND earlier.state IN ('annotated', 'reviewed_empty')
    WHERE r.project_id = $project
      AND r.state IN ('annotated', 'reviewed_empty')
      -- What an algorithm fused is nobody's work.
      AND r.reference_kind IS DISTINCT FROM 'consensus'
      AND ($stage IS NULL OR r.stage = $stage)
      AND ($rater IS NULL OR r.rater = $rater)
      AND CASE WHEN $role IS NOT NULL THEN r.role = $role ELSE r.role <> 'model' OR r.rater = $rater END
      AND ($study IS NULL OR i.study = $study)
      AND ($site IS NULL OR i.site = $site)
),
-- A study counts once, on the day on which the last of its items was first delivered.
finished AS (
    SELECT d.rater, d.role, d.stage, d.study, max(d.local_day) AS local_day
    FROM delivered AS d
    WHERE d.is_first
    GROUP BY d.rater, d.role, d.stage, d.study
),
counted AS (
    SELECT f.rater, f.role, f.stage, f.local_day, count(*) AS n_studies, 0 AS n_rework, 0 AS n_items,
           0 AS n_annotations, CAST(NULL AS BIGINT) AS active_ms, 0 AS n_active_unknown
    FROM finished AS f
    GROUP BY f.rater, f.role, f.stage, f.local_day
    UNION ALL
    -- A cumulative export repeats what was there; only work of a later time is rework.
    SELECT d.rater, d.role, d.stage, d.local_day, 0, count(DISTINCT d.study), 0, 0, NULL, 0
    FROM delivered AS d
    WHERE d.is_rework
    GROUP BY d.rater, d.role, d.stage, d.local_day
    UNION ALL
    SELECT d.rater, d.role, d.stage, d.local_day, 0, 0, count(DISTINCT d.item_id), sum(d.n_annotations), sum(d.active_ms),
           count(*) FILTER (WHERE d.active_ms IS NULL)
    FROM delivered AS d
    WHERE d.is_first
    GROUP BY d.rater, d.role, d.stage, d.local_day
)
SELECT c.rater, c.role, c.stage, c.local_day,
       CAST(sum(c.n_studies) AS BIGINT) AS n_studies,
       CAST(sum(c.n_rework) AS BIGINT) AS n_rework,
       CAST(sum(c.n_items) AS BIGINT) AS n_items,
       CAST(sum(c.n_annotations) AS BIGINT) AS n_annotations,
       CAST(sum(c.active_ms) AS BIGINT) AS active_ms,
       CAST(sum(c.n_active_unknown) AS BIGINT) AS n_active_unknown
FROM counted AS c
WHERE ($week IS NULL OR strftime(c.local_day, '%G-W%V') = $week)
  AND ($local_day_from IS NULL OR c.local_day >= CAST($local_day_from AS DATE))
  AND ($local_day_to IS NULL OR c.local_day <= CAST($local_day_to AS DATE))
GROUP BY c.rater, c.role, c.stage, c.local_day
ORDER BY c.rater, c.role, c.stage, c.local_day
