use super::codec::decode_shape;
use super::projects::mark_all_dirty;
use super::query::{Fields, Params, query};
use super::{AnnotationId, ImportId, ItemId, ProjectId, ReadingId, Store, StoreError};
use crate::domain::{Annotation, Item, Reading, ReadingKey, Review};
use duckdb::Connection;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// An item with its current readings, as scoring takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    pub id: ItemId,
    /// Of what state this is; given back with the scores.
    pub revision: i64,
    pub dirty: bool,
    pub item: Item,
    /// By rater, stage, session and layer.
    pub readings: Vec<StoredReading>,
}

/// A reading that no later import replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredReading {
    pub id: ReadingId,
    pub import: ImportId,
    pub reading: Reading,
    pub local_day: Option<Date>,
    /// In the order in which the export gives them.
    pub annotations: Vec<(AnnotationId, Annotation)>,
}

impl Store {
    /// Items whose scores are out of date, by id.
    ///
    /// # Errors
    /// `Database`.
    pub fn dirty_items(&self, project: ProjectId) -> Result<Vec<ItemId>, StoreError> {
        self.read(|conn| {
            query!("scoring/dirty_items.sql").rows(
                conn,
                &Params::new().with("project", project),
                |row| row.get(0),
            )
        })
    }

    /// All items of a project, by study and key.
    ///
    /// # Errors
    /// `Database`.
    pub fn all_items(&self, project: ProjectId) -> Result<Vec<ItemId>, StoreError> {
        self.read(|conn| {
            query!("scoring/all_items.sql").rows(
                conn,
                &Params::new().with("project", project),
                |row| row.get(0),
            )
        })
    }

    /// Marks all of a project's items for scoring.
    ///
    /// # Errors
    /// `Database`.
    pub fn mark_all_dirty(&self, project: ProjectId) -> Result<(), StoreError> {
        self.write(|conn| mark_all_dirty(conn, project).map(|_| ()))
    }

    /// The id of an item by its key.
    ///
    /// # Errors
    /// `NotFound`, `Database`.
    pub fn item_id(&self, project: ProjectId, key: &str) -> Result<ItemId, StoreError> {
        self.read(|conn| {
            query!("scoring/item_id.sql")
                .first(
                    conn,
                    &Params::new().with("project", project).text("key", key),
                    |row| row.get(0),
                )?
                .ok_or_else(|| StoreError::NotFound {
                    what: "item",
                    key: key.to_owned(),
                })
        })
    }

    /// One item of a project with its current readings.
    ///
    /// # Errors
    /// `NotFound`, `Shape`, `Database`.
    pub fn load_item(&self, project: ProjectId, item: ItemId) -> Result<StoredItem, StoreError> {
        self.load_items(project, &[item])?
            .pop()
            .ok_or_else(|| StoreError::NotFound {
                what: "item",
                key: item.to_string(),
            })
    }

    /// Items of a project with their current readings, by id, in one state of the database. Ids that are not
    /// there are left out.
    ///
    /// # Errors
    /// `Shape`, `Database`.
    pub fn load_items(
        &self,
        project: ProjectId,
        items: &[ItemId],
    ) -> Result<Vec<StoredItem>, StoreError> {
        self.read(|conn| {
            let params = Params::new().with("project", project).ids("items", items);
            let mut loaded = load_items_with_readings(conn, project, items)?;
            let mut annotations = load_annotations(conn, &params)?;
            for reading in loaded.iter_mut().flat_map(|item| &mut item.readings) {
                reading.annotations = annotations.remove(&reading.id).unwrap_or_default();
            }
            Ok(loaded)
        })
    }
}

/// Items with the headers of their current readings, without annotations.
pub(super) fn load_items_with_readings(
    conn: &Connection,
    project: ProjectId,
    items: &[ItemId],
) -> Result<Vec<StoredItem>, StoreError> {
    let params = Params::new().with("project", project).ids("items", items);
    let mut loaded = query!("scoring/load_items.sql").rows(conn, &params, |row| {
        Ok(StoredItem {
            item: item_of(row)?,
            id: row.get(N_ITEM_COLUMNS)?,
            revision: row.get(N_ITEM_COLUMNS + 1)?,
            dirty: row.get(N_ITEM_COLUMNS + 2)?,
            readings: Vec::new(),
        })
    })?;
    let places: HashMap<ItemId, usize> = loaded
        .iter()
        .enumerate()
        .map(|(place, item)| (item.id, place))
        .collect();
    query!("scoring/load_readings.sql").rows(conn, &params, |row| {
        let mut reading = stored_reading(row)?;
        let place = places.get(&row.get::<ItemId>(0)?);
        if let Some(item) = place.and_then(|&place| loaded.get_mut(place)) {
            reading.reading.key.item.clone_from(&item.item.key);
            item.readings.push(reading);
        }
        Ok(())
    })?;
    Ok(loaded)
}

fn load_annotations(
    conn: &Connection,
    params: &Params,
) -> Result<HashMap<ReadingId, Vec<(AnnotationId, Annotation)>>, StoreError> {
    let mut attributes: HashMap<AnnotationId, BTreeMap<String, String>> = HashMap::new();
    query!("scoring/load_attributes.sql").rows(conn, params, |row| {
        attributes
            .entry(row.get(0)?)
            .or_default()
            .insert(row.get(1)?, row.get(2)?);
        Ok(())
    })?;
    let mut found: HashMap<ReadingId, Vec<(AnnotationId, Annotation)>> = HashMap::new();
    query!("scoring/load_annotations.sql").rows(conn, params, |row| {
        let annotation_id: AnnotationId = row.get(1)?;
        let bytes: Vec<u8> = row.get(4)?;
        let annotation = Annotation {
            source_id: row.get(2)?,
            label: row.get(3)?,
            shape: decode_shape(&bytes).map_err(|source| StoreError::Shape {
                annotation_id,
                source,
            })?,
            attributes: attributes.remove(&annotation_id).unwrap_or_default(),
            confidence: row.get(5)?,
            finished_at_us: row.get(6)?,
            active_ms: row.get(7)?,
            semantic: row.get(8)?,
            invalid: row.get(9)?,
        };
        found
            .entry(row.get(0)?)
            .or_default()
            .push((annotation_id, annotation));
        Ok(())
    })?;
    Ok(found)
}

fn stored_reading(row: &Fields<'_>) -> Result<StoredReading, StoreError> {
    Ok(StoredReading {
        id: row.get(1)?,
        import: row.get(2)?,
        reading: Reading {
            key: ReadingKey {
                item: String::new(),
                rater: row.get(3)?,
                stage: row.named(4)?,
                session: row.get(5)?,
                layer: row.get(6)?,
            },
            role: row.named(7)?,
            reference: row.maybe_named(8)?,
            state: row.named(9)?,
            finished_at_us: row.get(10)?,
            active_ms: row.get(11)?,
            review: row
                .maybe_named(14)?
                .map(|outcome| -> Result<Review, StoreError> {
                    Ok(Review {
                        outcome,
                        reviewer: row.get(15)?,
                        at_us: row.get(16)?,
                    })
                })
                .transpose()?,
            source_convention: row.get::<Option<String>>(17)?.unwrap_or_default(),
            source_file: row.get(12)?,
        },
        local_day: row.day(13)?,
        annotations: Vec::new(),
    })
}

/// How many columns `item_of` takes.
pub(super) const N_ITEM_COLUMNS: usize = 11;

/// An item from a row's first columns: key, study, width, height, slices, spacing (z, y, x), modality, site,
/// image name.
pub(super) fn item_of(row: &Fields<'_>) -> Result<Item, StoreError> {
    let spacing_mm = match (row.get(5)?, row.get(6)?, row.get(7)?) {
        (Some(z), Some(y), Some(x)) => Some([z, y, x]),
        _ => None,
    };
    Ok(Item {
        key: row.get(0)?,
        study: row.get(1)?,
        width_px: row.get(2)?,
        height_px: row.get(3)?,
        n_slices: row.get(4)?,
        spacing_mm,
        modality: row.get(8)?,
        site: row.get(9)?,
        image_name: row.get(10)?,
    })
}
