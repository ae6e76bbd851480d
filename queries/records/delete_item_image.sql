-- records/delete_item_image.sql: removes an item's pixels
-- Params:  $item BIGINT
-- Grain:   rows removed
-- Returns: nothing
DELETE FROM item_image
WHERE item_id = $item
