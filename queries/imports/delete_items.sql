-- imports/delete_items.sql: removes items, which the import then appends as merged, under the same ids
-- Params:  $items BIGINT[]
-- Grain:   rows removed
-- Returns: nothing
DELETE FROM item
WHERE id IN (SELECT unnest(CAST($items AS BIGINT[])))
