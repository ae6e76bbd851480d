use super::query::{Params, query};
use super::{ItemId, Store, StoreError};
use duckdb::types::Value;

/// An item's pixels, for outlines to be drawn over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemImage {
    pub png: Vec<u8>,
    pub width_px: u32,
    pub height_px: u32,
}

impl Store {
    /// Keeps an item's pixels in place of earlier ones.
    ///
    /// # Errors
    /// `Database`.
    pub fn put_item_image(&self, item: ItemId, image: &ItemImage) -> Result<(), StoreError> {
        self.write(|conn| {
            query!("records/delete_item_image.sql")
                .execute(conn, &Params::new().with("item", item))?;
            query!("records/insert_item_image.sql").execute(
                conn,
                &Params::new()
                    .with("item", item)
                    .with("png", Value::Blob(image.png.clone()))
                    .with("width_px", image.width_px)
                    .with("height_px", image.height_px),
            )?;
            Ok(())
        })
    }

    /// An item's pixels, where they were given.
    ///
    /// # Errors
    /// `Database`.
    pub fn item_image(&self, item: ItemId) -> Result<Option<ItemImage>, StoreError> {
        self.read(|conn| {
            query!("records/item_image.sql").first(conn, &Params::new().with("item", item), |row| {
                Ok(ItemImage {
                    png: row.get(0)?,
                    width_px: row.get(1)?,
                    height_px: row.get(2)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{ItemImage, Store};

    #[test]
    fn the_last_image_given_is_the_one_shown() {
        let store = Store::in_memory().unwrap();
        assert_eq!(store.item_image(1).unwrap(), None);
        for width_px in [4, 8] {
            let image = ItemImage {
                png: vec![0, 159, width_px as u8],
                width_px,
                height_px: 2,
            };
            store.put_item_image(1, &image).unwrap();
            assert_eq!(store.item_image(1).unwrap(), Some(image));
        }
        assert_eq!(store.item_image(2).unwrap(), None);
    }
}
