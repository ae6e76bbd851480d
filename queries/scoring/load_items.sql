-- scoring/load_items.sql: what is known of these items?
-- Params:  $project BIGINT, $items BIGINT[]
-- Grain:   one row per item that is there
-- Returns: key, study, width_px, height_px, n_slices, spacing_z_mm, spacing_y_mm, spacing_x_mm, modality, site,
--          image_name, id, revision, dirty NULL in a property: not known
SELECT i.key, i.study, i.width_px, i.height_px, i.n_slices, i.spacing_z_mm, i.spacing_y_mm, i.spacing_x_mm,
       i.modality, i.site, i.image_name, i.id, i.revision, i.dirty
FROM item AS i
WHERE i.project_id = $project
  AND i.id IN (SELECT unnest(CAST($items AS BIGINT[])))
ORDER BY i.id
