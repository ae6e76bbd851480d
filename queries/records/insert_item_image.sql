-- records/insert_item_image.sql: adds an item's pixels
-- Params:  $item BIGINT, $png BLOB, $width_px UINTEGER, $height_px UINTEGER
-- Grain:   one row added
-- Returns: nothing
INSERT INTO item_image (item_id, png, width_px, height_px)
VALUES ($item, $png, $width_px, $height_px)
