//! What annotations refer to: images and categories by id.

use super::records::{CategoryRecord, Id, ImageRecord};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One listed image; small, since there may be millions.
pub(super) struct ImageEntry {
    /// File name, or the id where there is none.
    pub name: Box<str>,
    pub size_px: Option<(u32, u32)>,
    /// Some annotation names it, even if that annotation had to be left out.
    pub touched: bool,
    /// Its reading was handed on.
    pub announced: bool,
}

pub(super) struct Category {
    pub name: String,
    pub keypoints: Vec<String>,
    /// Stuff has one region an image; things are counted.
    pub is_stuff: bool,
}

/// Images and categories of one file.
#[derive(Default)]
pub(super) struct Index {
    pub images: Vec<ImageEntry>,
    by_id: HashMap<Id, u32>,
    by_item: HashMap<String, u32>,
    categories: HashMap<Id, Category>,
}

impl Index {
    /// Takes an image in, under the item key that it gives; says why not otherwise.
    pub fn add_image(&mut self, record: ImageRecord, item: String) -> Result<(), String> {
        if self.by_id.contains_key(&record.id) {
            return Err(format!(
                "image id `{}` is taken by an earlier image",
                record.id
            ));
        }
        if let Some(&other) = self.by_item.get(&item) {
            return Err(format!(
                "gives the same item key as image {other} of the list; name items by path (item key `path`)"
            ));
        }
        let at =
            u32::try_from(self.images.len()).map_err(|_| "is one image too many".to_owned())?;
        let size_px = side(record.width).zip(side(record.height));
        let name = record.file_name.filter(|name| !name.is_empty());
        self.images.push(ImageEntry {
            name: name.unwrap_or_else(|| record.id.to_string()).into(),
            size_px,
            touched: false,
            announced: false,
        });
        self.by_item.insert(item, at);
        self.by_id.insert(record.id, at);
        Ok(())
    }

    /// Takes a category in; says why not otherwise.
    pub fn add_category(&mut self, record: CategoryRecord) -> Result<(), String> {
        if self.categories.contains_key(&record.id) {
            return Err(format!(
                "category id `{}` is taken by an earlier category",
                record.id
            ));
        }
        let category = Category {
            name: record.name,
            keypoints: record.keypoints.unwrap_or_default(),
            is_stuff: record.isthing.is_some_and(|flag| !flag.0),
        };
        self.categories.insert(record.id, category);
        Ok(())
    }

    /// Position of an image in `images`.
    pub fn image(&self, id: &Id) -> Option<usize> {
        self.by_id.get(id).map(|&at| at as usize)
    }

    pub fn category(&self, id: &Id) -> Option<&Category> {
        self.categories.get(id)
    }
}

/// The image's name in a record, or its id.
pub(super) fn image_name(record: &ImageRecord) -> String {
    match &record.file_name {
        Some(name) if !name.is_empty() => name.clone(),
        _ => record.id.to_string(),
    }
}

/// A side in whole pixels; 0, fractions and anything below are unknown.
fn side(given: Option<f64>) -> Option<u32> {
    given
        .filter(|side| *side >= 1.0 && side.fract() == 0.0 && *side <= f64::from(u32::MAX))
        .map(|side| side as u32)
}

/// An image's name, and its size in pixels where it is known.
type NamedImage = (Box<str>, Option<(u32, u32)>);

/// Images and categories of all files of an upload, for results, which name them by number only.
#[derive(Default)]
pub(super) struct Companions {
    /// `None` where two files list different images under one id.
    images: HashMap<Id, Option<NamedImage>>,
    categories: HashMap<Id, Option<Category>>,
    pub n_annotations: u64,
}

impl Companions {
    pub fn take(&mut self, index: Index, n_annotations: u64) {
        self.n_annotations += n_annotations;
        for (id, at) in index.by_id {
            let Some(image) = index.images.get(at as usize) else {
                continue;
            };
            let known = self
                .images
                .entry(id)
                .or_insert_with(|| Some((image.name.clone(), image.size_px)));
            if known.as_ref().is_some_and(|(name, _)| *name != image.name) {
                *known = None;
            }
        }
        for (id, category) in index.categories {
            match self.categories.entry(id) {
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(Some(category));
                }
                std::collections::hash_map::Entry::Occupied(mut slot) => {
                    if slot
                        .get()
                        .as_ref()
                        .is_some_and(|known| known.name != category.name)
                    {
                        slot.insert(None);
                    }
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    pub fn image(&self, id: &Id) -> Result<&NamedImage, String> {
        match self.images.get(id) {
            Some(Some(image)) => Ok(image),
            Some(None) => Err(format!(
                "names image `{id}`, which stands for different images in this upload"
            )),
            None => Err(format!(
                "names image `{id}`, which no file of this upload lists"
            )),
        }
    }

    pub fn category(&self, id: &Id) -> Result<&Category, String> {
        match self.categories.get(id) {
            Some(Some(category)) => Ok(category),
            Some(None) => Err(format!(
                "names category `{id}`, which stands for different labels in this upload"
            )),
            None => Err(format!(
                "names category `{id}`, which no file of this upload lists"
            )),
        }
    }
}

/// Ids that were met. Ids in a row take no room, so that files of any length can be checked.
#[derive(Default)]
pub(super) struct IdSet {
    /// First → last of each unbroken range.
    ranges: BTreeMap<i64, i64>,
    texts: HashSet<Box<str>>,
}

impl IdSet {
    /// Whether the id is new.
    pub fn insert(&mut self, id: &Id) -> bool {
        let number = match id {
            Id::Text(text) => return self.texts.insert(text.clone()),
            Id::Number(number) => *number,
        };
        let below = self
            .ranges
            .range(..=number)
            .next_back()
            .map(|(first, last)| (*first, *last));
        if below.is_some_and(|(_, last)| number <= last) {
            return false;
        }
        let first = match below {
            Some((first, last)) if last.checked_add(1) == Some(number) => first,
            _ => number,
        };
        let last = match number
            .checked_add(1)
            .and_then(|next| self.ranges.remove(&next))
        {
            Some(last) => last,
            None => number,
        };
        self.ranges.insert(first, last);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_new_once_in_whatever_order() {
        let mut set = IdSet::default();
        let ids = [5, 3, 4, 1, 2, i64::MAX, i64::MIN, -1, 0];
        assert!(ids.iter().all(|&id| set.insert(&Id::Number(id))));
        assert!(!ids.iter().any(|&id| set.insert(&Id::Number(id))));
        assert_eq!(set.ranges.len(), 3);
        assert!(set.insert(&Id::Text("5".into())));
        assert!(!set.insert(&Id::Text("5".into())));
    }
}
