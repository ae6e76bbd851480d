//! Which images a task shows, and on which of them a result lies.

use super::paths::{file_name, is_image, is_video};
use crate::importers::json::{Members, elements, member, text};
use std::collections::{BTreeMap, BTreeSet};

/// An object tag, and the number of an image in its list.
type Place = (String, Option<usize>);

/// What the results of a task say about its images before any is read.
#[derive(Default)]
pub(super) struct Hints {
    /// Names of the object tags that regions lie on.
    region_tags: BTreeSet<String>,
    /// Names of all object tags.
    tags: BTreeSet<String>,
    has_index: bool,
    pub has_regions: bool,
    /// Sizes by tag and number of the image; `None` where results contradict each other.
    sizes: BTreeMap<Place, Option<(u32, u32)>>,
}

impl Hints {
    /// Takes note of one result.
    pub fn add(
        &mut self,
        is_region: bool,
        tag: &str,
        index: Option<usize>,
        size_px: Option<(u32, u32)>,
    ) {
        if !self.tags.contains(tag) {
            self.tags.insert(tag.to_owned());
        }
        if is_region && !self.region_tags.contains(tag) {
            self.region_tags.insert(tag.to_owned());
        }
        self.has_regions |= is_region;
        self.has_index |= index.is_some();
        if let Some(size) = size_px {
            let known = self.sizes.entry((tag.to_owned(), index));
            let known = known.or_insert(Some(size));
            if *known != Some(size) {
                *known = None;
            }
        }
    }
}

/// How a result names its image.
#[derive(Debug, PartialEq)]
enum By {
    /// There is one image, or none.
    Only,
    /// `to_name` is the key of the image in `data`.
    Key(Vec<String>),
    /// `item_index` counts the images of one list from 0.
    Index,
    /// There are several, and nothing tells them apart.
    Unknown,
}

/// The images of a task.
#[derive(Debug, PartialEq)]
pub(super) struct Pages {
    by: By,
    /// Paths as the export gives them; `None` for an image without a name.
    pub names: Vec<Option<String>>,
}

impl Pages {
    /// Finds the images in a task's `data`: `image`, else the first that ends like an image or a video. Of several, those that results name.
    pub fn of(data: &Members, hints: &Hints) -> Self {
        let named: Vec<(&str, String)> = data
            .iter()
            .filter_map(|(key, raw)| Some((key.as_ref(), file_name(&text(raw)?)?)))
            .filter(|(key, name)| *key == "image" || is_image(name))
            .collect();
        let distinct: BTreeSet<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
        if distinct.len() > 1 && hints.has_regions {
            let used: Vec<&(&str, String)> = named
                .iter()
                .filter(|(key, _)| hints.tags.contains(*key))
                .collect();
            let has_image = named.iter().any(|(key, _)| *key == "image");
            match used.as_slice() {
                [] if has_image && hints.region_tags.len() < 2 => {}
                [] => return Self::unknown(),
                _ => {
                    return Self {
                        by: By::Key(used.iter().map(|(key, _)| (*key).to_owned()).collect()),
                        names: used.iter().map(|(_, name)| Some(name.clone())).collect(),
                    };
                }
            }
        }
        let first = named
            .iter()
            .find(|(key, _)| *key == "image")
            .or_else(|| named.first());
        if let Some((_, name)) = first {
            return Self::only(Some(name.clone()));
        }
        let mut lists = data.iter().filter_map(|(key, raw)| listed(key, raw));
        if let Some(names) = lists.next() {
            return match lists.next() {
                None if names.len() == 1 || hints.has_index => Self {
                    by: By::Index,
                    names,
                },
                _ => Self::unknown(),
            };
        }
        let mut texts = data.iter().filter_map(|(_, raw)| file_name(&text(raw)?));
        Self::only(texts.find(|name| is_video(name)))
    }

    fn only(name: Option<String>) -> Self {
        Self {
            by: By::Only,
            names: vec![name],
        }
    }

    fn unknown() -> Self {
        Self {
            by: By::Unknown,
            names: Vec::new(),
        }
    }

    /// Whether results of one annotation belong to items of their own.
    pub fn are_several(&self) -> bool {
        !matches!(self.by, By::Only)
    }

    /// Place of the image that a result with this tag and number lies on; `None` where nothing tells.
    pub fn page(&self, tag: &str, index: Option<usize>) -> Option<usize> {
        match &self.by {
            By::Only => Some(0),
            By::Key(keys) => keys.iter().position(|key| key == tag),
            // One image of a list is the one, with or without its number.
            By::Index if self.names.len() == 1 => Some(0),
            By::Index => index.filter(|index| *index < self.names.len()),
            By::Unknown => None,
        }
    }

    /// The size of each image, where all results agree on it.
    pub fn sizes(&self, hints: &Hints) -> Vec<Option<(u32, u32)>> {
        let mut found: Vec<Option<Option<(u32, u32)>>> = vec![None; self.names.len()];
        for ((tag, index), size) in &hints.sizes {
            let Some(page) = self.page(tag, *index) else {
                continue;
            };
            if let Some(known) = found.get_mut(page) {
                let agrees = known.is_none_or(|known| known == *size);
                *known = Some(size.filter(|_| agrees));
            }
        }
        found.into_iter().map(Option::flatten).collect()
    }
}

/// The images of a list; `None` for a list of anything else.
fn listed(key: &str, raw: &[u8]) -> Option<Vec<Option<String>>> {
    let list = elements(raw).ok().filter(|list| !list.is_empty())?;
    let names: Vec<Option<String>> = list
        .iter()
        .map(|one| text(one).and_then(|value| file_name(&value)))
        .collect();
    let are_images = names
        .iter()
        .all(|name| name.as_deref().is_some_and(is_image));
    (are_images || key.starts_with("image")).then_some(names)
}

/// Whether `data` names a UID or code under this key.
pub(super) fn stated(data: &Members, key: &str) -> Option<String> {
    let found = member(data, key).and_then(text)?;
    let found = found.trim();
    (!found.is_empty() && found.len() <= 64).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Hints, Pages};
    use crate::importers::json::members;

    fn pages(data: &str, tags: &[(&str, Option<usize>)]) -> (usize, Vec<Option<usize>>) {
        let mut hints = Hints::default();
        for (tag, index) in tags {
            hints.add(true, tag, *index, Some((8, 4)));
        }
        let pages = Pages::of(&members(data.as_bytes()).expect("an object"), &hints);
        let found = tags.iter().map(|(tag, index)| pages.page(tag, *index));
        (pages.names.len(), found.collect())
    }

    #[test]
    fn regions_lie_on_the_image_that_their_tag_or_number_names() {
        let two = r#"{"left":"a/l.png","right":"a/r.png"}"#;
        let on = |tag| (tag, None);
        assert_eq!(
            pages(two, &[on("left"), on("right")]),
            (2, vec![Some(0), Some(1)])
        );
        assert_eq!(pages(two, &[on("img")]), (0, vec![None]));
        let with_image = r#"{"image":"a.png","preview":"b.png"}"#;
        assert_eq!(pages(with_image, &[on("img")]), (1, vec![Some(0)]));
        assert_eq!(
            pages(with_image, &[on("img"), on("img2")]),
            (0, vec![None, None])
        );
        let list = r#"{"pages":["a.png","b.png"]}"#;
        assert_eq!(
            pages(list, &[("p", Some(1)), ("p", Some(2))]),
            (2, vec![Some(1), None])
        );
        assert_eq!(pages(list, &[on("p")]), (0, vec![None]));
        assert_eq!(
            pages(r#"{"pages":["a.png"]}"#, &[on("p")]),
            (1, vec![Some(0)])
        );
    }

    #[test]
    fn a_text_with_a_stroke_or_an_address_in_it_is_no_image() {
        let hints = Hints::default();
        let names = |data: &str| Pages::of(&members(data.as_bytes()).expect("sound"), &hints).names;
        assert_eq!(names(r#"{"text":"and/or https://t.co/x"}"#), [None]);
        assert_eq!(
            names(r#"{"text":"x","clip":"/data/a.mp4"}"#),
            [Some("/data/a.mp4".to_owned())]
        );
    }

    #[test]
    fn sizes_that_contradict_each_other_are_none() {
        let mut hints = Hints::default();
        hints.add(true, "image", None, Some((8, 4)));
        let sizes = |hints: &Hints| {
            Pages::of(&members(br#"{"image":"a.png"}"#).expect("sound"), hints).sizes(hints)
        };
        assert_eq!(sizes(&hints), [Some((8, 4))]);
        hints.add(true, "other", None, Some((9, 4)));
        assert_eq!(sizes(&hints), [None]);
    }
}
