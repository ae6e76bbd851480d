-- imports/known_items.sql: what is known of the items that an import names?
-- Params:  $project BIGINT, $keys VARCHAR[]
-- Grain:   one row per known item
-- Returns: key, study, width_px, height_px, n_slices, spacing_z_mm, spacing_y_mm, spacing_x_mm, modality, site,
--          image_name, id, revision NULL in a property: not known yet
SELECT i.key, i.study, i.width_px, i.height_px, i.n_slices, i.spacing_z_mm, i.spacing_y_mm, i.spacing_x_mm,
       i.modality, i.site, i.image_name, i.id, i.revision
FROM item AS i
WHERE i.project_id = $project
  AND i.key IN (SELECT unnest(CAST($keys AS VARCHAR[])))
ORDER BY i.id
