//! Small projects for tests.

use super::{
    ImportIdentity, ImportStart, ItemId, ProjectId, ScoredComparison, ScoredItem, Store, StoredItem,
};
use crate::domain::{
    Annotation, Comparison, ComparisonKind, ErrorKind, Item, Reading, ReadingKey, ReadingState,
    ReferenceKind, Role, Shape, Stage, Technique, UnitScore,
};
use jiff::civil::Date;
use std::cell::Cell;
use std::collections::BTreeMap;

pub(super) struct Seed {
    pub store: Store,
    pub project: ProjectId,
    n_imports: Cell<u32>,
}

/// A reading with its day and annotations, on its way in.
pub(super) struct Delivered {
    pub reading: Reading,
    pub day: Option<Date>,
    pub annotations: Vec<Annotation>,
}

impl Seed {
    pub(super) fn new() -> Self {
        let store = Store::in_memory().unwrap();
        let project = store.create_project("chest", "", "h1", 0).unwrap().id;
        Self {
            store,
            project,
            n_imports: Cell::new(0),
        }
    }

    pub(super) fn identity(&self) -> ImportIdentity {
        self.n_imports.set(self.n_imports.get() + 1);
        ImportIdentity {
            sha256: format!("{:064}", self.n_imports.get()),
            options_json: "{}".to_owned(),
            format: "coco".to_owned(),
            name: "export.json".to_owned(),
            received_at_us: 0,
            software_version: "0".to_owned(),
        }
    }

    /// Imports items and readings in one go.
    pub(super) fn import(&self, items: &[Item], delivered: &[Delivered]) {
        let ImportStart::New(mut writer) = self
            .store
            .begin_import(self.project, self.identity())
            .unwrap()
        else {
            panic!("every identity is new");
        };
        for item in items {
            writer.item(item).unwrap();
        }
        for one in delivered {
            writer.reading(&one.reading, one.day).unwrap();
            for annotation in &one.annotations {
                writer.annotation(&one.reading.key, annotation).unwrap();
            }
        }
        writer.commit("{}").unwrap();
    }

    pub(super) fn item_id(&self, key: &str) -> ItemId {
        self.store.item_id(self.project, key).unwrap()
    }

    /// Puts these comparisons in the place of the item's scores.
    pub(super) fn score(&self, key: &str, comparisons: Vec<Comparison>) {
        let stored = self
            .store
            .load_item(self.project, self.item_id(key))
            .unwrap();
        let done = self
            .store
            .replace_scores(self.project, "h1", &[scored(&stored, comparisons)])
            .unwrap();
        assert_eq!(done.n_stale_items, 0);
    }

    /// The number of a rater's nth current annotation of an item, as `scored` numbers them.
    pub(super) fn annotation_number(&self, key: &str, rater: &str, nth: usize) -> usize {
        let id = self.annotation_id(key, rater, nth);
        let stored = self
            .store
            .load_item(self.project, self.item_id(key))
            .unwrap();
        let mut annotations = stored
            .readings
            .iter()
            .flat_map(|reading| &reading.annotations);
        annotations.position(|(found, _)| *found == id).unwrap()
    }

    /// The id of a rater's nth current annotation of an item.
    pub(super) fn annotation_id(&self, key: &str, rater: &str, nth: usize) -> i64 {
        let stored = self
            .store
            .load_item(self.project, self.item_id(key))
            .unwrap();
        let mut ids = stored
            .readings
            .iter()
            .filter(|reading| reading.reading.key.rater == rater)
            .flat_map(|reading| &reading.annotations)
            .map(|(id, _)| *id);
        ids.nth(nth).unwrap()
    }
}

/// Scores of an item as loaded; annotation numbers run through all its readings.
pub(super) fn scored(stored: &StoredItem, comparisons: Vec<Comparison>) -> ScoredItem {
    let ids: Vec<i64> = stored
        .readings
        .iter()
        .flat_map(|reading| &reading.annotations)
        .map(|(id, _)| *id)
        .collect();
    ScoredItem {
        item: stored.id,
        revision: stored.revision,
        comparisons: comparisons
            .into_iter()
            .map(|comparison| ScoredComparison {
                comparison,
                a_annotations: ids.clone(),
                b_annotations: ids.clone(),
            })
            .collect(),
    }
}

pub(super) fn item(key: &str, study: &str) -> Item {
    Item {
        key: key.to_owned(),
        study: study.to_owned(),
        ..Item::default()
    }
}

pub(super) fn reading(item: &str, rater: &str) -> Reading {
    let key = ReadingKey {
        item: item.to_owned(),
        rater: rater.to_owned(),
        stage: Stage::Annotation,
        session: String::new(),
        layer: "annotations".to_owned(),
    };
    Reading {
        source_file: "export.json".to_owned(),
        ..Reading::new(key, Role::Annotator, ReadingState::Annotated)
    }
}

/// A reading of an item on a day, with annotations.
pub(super) fn delivered(
    item: &str,
    rater: &str,
    day: Option<Date>,
    annotations: Vec<Annotation>,
) -> Delivered {
    Delivered {
        reading: reading(item, rater),
        day,
        annotations,
    }
}

pub(super) fn drawn(label: &str) -> Annotation {
    Annotation {
        source_id: "1".to_owned(),
        label: label.to_owned(),
        shape: Shape::Polyline(vec![[0.0, 0.5], [4.0, 2.0]]),
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    }
}

pub(super) fn answered(question: &str, value: &str) -> Annotation {
    Annotation {
        shape: Shape::Classification {
            question: question.to_owned(),
            value: value.to_owned(),
        },
        ..drawn(value)
    }
}

/// A comparison at the annotation stage; against gold, when it is one with a reference.
pub(super) fn comparison(
    item: &str,
    kind: ComparisonKind,
    a: &str,
    b: &str,
    units: Vec<UnitScore>,
) -> Comparison {
    Comparison {
        item: item.to_owned(),
        kind,
        stage: Stage::Annotation,
        session: String::new(),
        reference_kind: (kind == ComparisonKind::Reference).then_some(ReferenceKind::Gold),
        a_rater: a.to_owned(),
        a_stage: Stage::Annotation,
        b_rater: b.to_owned(),
        refused: None,
        suspected: None,
        units,
    }
}

/// A matched box of one label, right unless told otherwise.
pub(super) fn unit(label: &str, error: Option<ErrorKind>) -> UnitScore {
    let has = |missing: ErrorKind| (error != Some(missing)).then(|| label.to_owned());
    UnitScore {
        technique: Some(Technique::Box),
        a_label: has(ErrorKind::Extra),
        b_label: has(ErrorKind::Missing),
        error,
        ..UnitScore::default()
    }
}
