-- records/item_image.sql: what does an item look like?
-- Params:  $item BIGINT
-- Grain:   no row, or one
-- Returns: png, width_px, height_px
SELECT m.png, m.width_px, m.height_px
FROM item_image AS m
WHERE m.item_id = $item
ORDER BY m.item_id
