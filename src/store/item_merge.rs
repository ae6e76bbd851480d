//! What imports say about one item, put together without ever losing a contradiction.

use super::database::database;
use super::items::{N_ITEM_COLUMNS, item_of};
use super::packed::Packed;
use super::projects::reserve_ids;
use super::query::{Params, query};
use super::{ImportId, ItemId, ProjectId, StoreError};
use crate::domain::Item;
use duckdb::{Connection, params};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

/// An item as put together so far, with what contradicted it.
struct ItemMerge {
    item: Item,
    conflicts: Vec<Conflict>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Conflict {
    field: &'static str,
    kept: String,
    offered: String,
}

impl ItemMerge {
    fn new(item: Item) -> Self {
        Self {
            item,
            conflicts: Vec::new(),
        }
    }

    /// Fills in what was unknown and notes what is said differently.
    fn learn(&mut self, other: &Item) {
        for conflict in conflicts(&self.item, other) {
            if !self.conflicts.contains(&conflict) {
                self.conflicts.push(conflict);
            }
        }
        self.item.fill_from(other);
    }
}

fn conflicts(known: &Item, other: &Item) -> Vec<Conflict> {
    // A study that repeats the item's key stands in for an unknown one.
    let study = |item: &Item| {
        Some(item.study.clone()).filter(|study| !study.is_empty() && *study != item.key)
    };
    [
        conflict("study", &study(known), &study(other)),
        conflict("width_px", &known.width_px, &other.width_px),
        conflict("height_px", &known.height_px, &other.height_px),
        conflict("n_slices", &known.n_slices, &other.n_slices),
        conflict("spacing_mm", &known.spacing_mm, &other.spacing_mm),
        conflict("modality", &known.modality, &other.modality),
        conflict("site", &known.site, &other.site),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn conflict<T: PartialEq + Debug>(
    field: &'static str,
    known: &Option<T>,
    other: &Option<T>,
) -> Option<Conflict> {
    match (known, other) {
        (Some(kept), Some(offered)) if kept != offered => Some(Conflict {
            field,
            kept: format!("{kept:?}"),
            offered: format!("{offered:?}"),
        }),
        _ => None,
    }
}

/// What an import says about its items until the commit: there may be very many.
#[derive(Default)]
pub(super) struct PendingItems {
    items: HashMap<Arc<str>, PendingItem>,
}

struct PendingItem {
    /// Without its key, which the map holds.
    item: Packed<Item>,
    conflicts: Vec<Conflict>,
}

/// Items are merged with what is known this many at a time.
const ITEMS_AT_ONCE: usize = 8_192;

impl PendingItems {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.items.contains_key(key)
    }

    /// Takes what is said about an item; said again, it fills in what was unknown.
    pub(super) fn learn(&mut self, key: Arc<str>, told: &Item) -> Result<(), StoreError> {
        let packed = Packed::of(&keyless(told))?;
        match self.items.get_mut(&key) {
            None => {
                let item = PendingItem {
                    item: packed,
                    conflicts: Vec::new(),
                };
                self.items.insert(key, item);
            }
            // Mostly the same is said again.
            Some(known) if known.item == packed => {}
            Some(known) => {
                let mut merge = known.merge(&key)?;
                merge.learn(told);
                known.item = Packed::of(&keyless(&merge.item))?;
                known.conflicts = merge.conflicts;
            }
        }
        Ok(())
    }

    /// Merges items with what the project knows of them, marks them for scoring, and gives their ids by key.
    pub(super) fn store(
        mut self,
        conn: &Connection,
        project: ProjectId,
        import: ImportId,
    ) -> Result<HashMap<Arc<str>, ItemId>, StoreError> {
        // In the order of keys, so that equal uploads give equal ids.
        let mut keys: Vec<Arc<str>> = self.items.keys().cloned().collect();
        keys.sort_unstable();
        let mut ids = HashMap::with_capacity(keys.len());
        for keys in keys.chunks(ITEMS_AT_ONCE) {
            let mut told = Vec::with_capacity(keys.len());
            for key in keys {
                if let Some(mut pending) = self.items.remove(key) {
                    told.push((Arc::clone(key), pending.merge(key)?));
                }
            }
            store(conn, project, import, told, &mut ids)?;
        }
        Ok(ids)
    }
}

impl PendingItem {
    fn merge(&mut self, key: &str) -> Result<ItemMerge, StoreError> {
        let mut item = self.item.unpack()?;
        key.clone_into(&mut item.key);
        Ok(ItemMerge {
            item,
            conflicts: std::mem::take(&mut self.conflicts),
        })
    }
}

fn keyless(item: &Item) -> Item {
    Item {
        key: String::new(),
        ..item.clone()
    }
}

/// Merges some items, in the order of their keys, and adds their ids.
fn store(
    conn: &Connection,
    project: ProjectId,
    import: ImportId,
    items: Vec<(Arc<str>, ItemMerge)>,
    ids: &mut HashMap<Arc<str>, ItemId>,
) -> Result<(), StoreError> {
    let known = query!("imports/known_items.sql").rows(
        conn,
        &Params::new()
            .with("project", project)
            .texts("keys", items.iter().map(|(key, _)| key.to_string())),
        |row| {
            let id: ItemId = row.get(N_ITEM_COLUMNS)?;
            let revision: i64 = row.get(N_ITEM_COLUMNS + 1)?;
            Ok((id, revision, item_of(row)?))
        },
    )?;
    let mut by_key: HashMap<String, (ItemId, i64, Item)> = known
        .into_iter()
        .map(|known| (known.2.key.clone(), known))
        .collect();
    let n_new = items.len() - by_key.len();
    let mut next_id = reserve_ids(conn, "item", n_new)?;
    let mut rows = Vec::with_capacity(items.len());
    for (key, told) in items {
        let (id, revision, merged) = match by_key.remove(&*key) {
            Some((id, revision, item)) => {
                let mut merged = ItemMerge::new(item);
                merged.learn(&told.item);
                merged.conflicts.extend(told.conflicts);
                (id, revision + 1, merged)
            }
            None => {
                next_id += 1;
                (next_id - 1, 1, told)
            }
        };
        ids.insert(key, id);
        rows.push((id, revision, merged));
    }
    let known_ids: Vec<ItemId> = rows
        .iter()
        .filter(|(_, revision, _)| *revision > 1)
        .map(|(id, _, _)| *id)
        .collect();
    if !known_ids.is_empty() {
        query!("imports/delete_items.sql")
            .execute(conn, &Params::new().ids("items", &known_ids))?;
    }
    append(conn, project, import, &rows).map_err(|source| database("item", source))
}

fn append(
    conn: &Connection,
    project: ProjectId,
    import: ImportId,
    rows: &[(ItemId, i64, ItemMerge)],
) -> Result<(), duckdb::Error> {
    let mut appender = conn.appender("item")?;
    for (id, revision, merged) in rows {
        let item = &merged.item;
        let spacing = |axis: usize| item.spacing_mm.map(|spacing| spacing[axis]);
        appender.append_row(params![
            id,
            project,
            item.key,
            item.study,
            item.width_px,
            item.height_px,
            item.n_slices,
            spacing(0),
            spacing(1),
            spacing(2),
            item.modality,
            item.site,
            item.image_name,
            true,
            revision,
        ])?;
    }
    appender.flush()?;
    drop(appender);
    let mut appender = conn.appender("item_conflict")?;
    for (id, _, merged) in rows {
        for conflict in &merged.conflicts {
            appender.append_row(params![
                project,
                id,
                import,
                conflict.field,
                conflict.kept,
                conflict.offered,
            ])?;
        }
    }
    appender.flush()
}

#[cfg(test)]
mod tests {
    use super::{Conflict, ItemMerge};
    use crate::domain::Item;

    #[test]
    fn a_contradiction_is_noted_once_and_the_first_word_stands() {
        let mut merge = ItemMerge::new(Item {
            key: "i".to_owned(),
            study: "i".to_owned(),
            width_px: Some(100),
            ..Item::default()
        });
        let other = Item {
            key: "i".to_owned(),
            study: "s".to_owned(),
            width_px: Some(200),
            height_px: Some(50),
            ..Item::default()
        };
        merge.learn(&other);
        merge.learn(&other);
        assert_eq!(merge.item.width_px, Some(100));
        assert_eq!(merge.item.height_px, Some(50));
        assert_eq!(merge.item.study, "s", "a stand-in study gives way");
        assert_eq!(
            merge.conflicts,
            [Conflict {
                field: "width_px",
                kept: "100".to_owned(),
                offered: "200".to_owned()
            }]
        );
    }
}
