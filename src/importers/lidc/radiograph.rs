//! Readings of chest radiographs (`IdriReadMessage`): points with up to four ratings, by up to four readers.
//!
//! A file names its series, but eight files of the release name one and the same; the images are what tells radiographs apart. A reader
//! without a nodule on an image that another reader marked was shown it: empty, where listed items count as reviewed.

use super::annotate::{Tally, unique_id};
use super::{Fault, SinkError};
use crate::domain::{
    Annotation, Item, Keypoint, Reading, ReadingState, Shape, Skip, SkipReason, Visibility,
};
use crate::importers::one_reading::plain;
use crate::importers::written::instant_us;
use crate::importers::xml::{Node, Piece, XmlReader};
use crate::importers::{Context, Limits, Sink, UploadFile};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The ratings and the highest value of each in the release (the lowest is 1); its documentation names no scale.
const RATINGS: [(&str, u8); 4] = [
    ("confidence", 3),
    ("subtlety", 5),
    ("obscuration", 3),
    ("reason", 4),
];

/// Coordinates lie below this: radiographs have fewer rows and columns.
const MAX_SIDE_PX: u32 = 65_536;

const CONVENTION: &str = "pixel indices; a point is the centre of its pixel";

/// What a file yields, ready to be passed on.
#[derive(Default)]
pub(super) struct Findings {
    items: Vec<Item>,
    readings: Vec<(Reading, Vec<Annotation>)>,
    skips: Vec<Skip>,
    n_off_scale: u64,
}

impl Findings {
    pub(super) fn pass_on(self, sink: &mut dyn Sink, tally: &mut Tally) -> Result<(), SinkError> {
        tally.count_radiograph(self.n_off_scale);
        for item in self.items {
            sink.item(item)?;
        }
        for (reading, annotations) in self.readings {
            let key = reading.key.clone();
            sink.reading(reading)?;
            for annotation in annotations {
                sink.annotation(&key, annotation)?;
            }
        }
        self.skips.into_iter().try_for_each(|skip| sink.skip(skip))
    }
}

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
) -> Result<Findings, Fault> {
    let root = tree(file, limits)?;
    let sessions: Vec<&Node> = root
        .children
        .iter()
        .filter(|child| local(child) == "CXRreadingSession")
        .collect();
    if sessions.is_empty() {
        let detail = "holds no reading of its radiograph (no CXRreadingSession)".to_owned();
        return Err(Fault::File(SkipReason::NotAnnotation, detail));
    }
    let header = children(&root, "ResponseHeader").next();
    let of_header = |name: &str| {
        header
            .and_then(|header| text(header, name))
            .unwrap_or_default()
    };
    let images: BTreeSet<&str> = sessions
        .iter()
        .flat_map(|one| marks(one))
        .filter_map(image_of)
        .collect();
    let images = match images.is_empty() {
        true => BTreeSet::from([of_header("SeriesInstanceUID")]),
        false => images,
    };
    if images.contains("") {
        let detail = "names neither an imageSOP_UID nor a SeriesInstanceUID".to_owned();
        return Err(Fault::File(SkipReason::InvalidRecord, detail));
    }
    let session_uid = root
        .tag
        .get("uid")
        .map(str::trim)
        .filter(|uid| !uid.is_empty());
    let time = format!("{} {}", of_header("DateService"), of_header("TimeService"));
    let mut found = Findings::default();
    let mut by_session: Vec<BTreeMap<&str, Vec<Annotation>>> = Vec::new();
    for (index, session) in sessions.iter().enumerate() {
        let marked = found.session(file, index, session);
        by_session.push(marked);
    }
    for image in images {
        let placement = context
            .place_item(file.path(), image, image.to_owned())
            .map_err(Fault::Import)?;
        let mut item = placement.to_item();
        let study = of_header("StudyInstanceUID");
        if !study.is_empty() {
            study.clone_into(&mut item.study);
        }
        item.modality.get_or_insert_with(|| "CXR".to_owned());
        found.items.push(item);
        for (index, marked) in by_session.iter_mut().enumerate() {
            let is_empty = marked.is_empty() && marks(sessions[index]).next().is_none();
            let annotations = marked.remove(image);
            let state = match annotations {
                Some(_) => ReadingState::Annotated,
                None if is_empty || context.listed_is_reviewed() => ReadingState::ReviewedEmpty,
                None => continue,
            };
            let mut key = placement.reading_key(Some(&format!("reader-{}", index + 1)));
            key.session = session_uid.unwrap_or(file.path()).to_owned();
            let mut reading = placement.to_reading(key, state, file.path());
            reading.finished_at_us = instant_us(&time).or(placement.finished_at_us);
            CONVENTION.clone_into(&mut reading.source_convention);
            let mut annotations = annotations.unwrap_or_default();
            for annotation in &mut annotations {
                annotation.finished_at_us = reading.finished_at_us;
            }
            found.readings.push((reading, annotations));
        }
    }
    Ok(found)
}

impl Findings {
    /// The marks of one session by the image that they lie on.
    fn session<'n>(
        &mut self,
        file: &UploadFile,
        index: usize,
        session: &'n Node,
    ) -> BTreeMap<&'n str, Vec<Annotation>> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut found: BTreeMap<&str, Vec<Annotation>> = BTreeMap::new();
        for mark in marks(session) {
            let id = text(mark, "noduleID").unwrap_or_default();
            let source_id = unique_id(id, &mut seen);
            match point_of(mark) {
                Ok((image, shape)) => {
                    let mut annotation = plain(source_id, "nodule", shape);
                    annotation.attributes = self.ratings(mark);
                    found.entry(image).or_default().push(annotation);
                }
                Err((reason, detail)) => self.skips.push(Skip {
                    reason,
                    file: file.path().to_owned(),
                    record: format!("CXRreadingSession[{index}] unblindedRead `{id}`"),
                    detail,
                }),
            }
        }
        found
    }

    fn ratings(&mut self, mark: &Node) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let Some(stated) = children(mark, "characteristics").next() else {
            return found;
        };
        for (name, highest) in RATINGS {
            let Some(value) = text(stated, name) else {
                continue;
            };
            match value.parse::<u8>() {
                Ok(rank) if (1..=highest).contains(&rank) => {
                    found.insert(name.to_owned(), rank.to_string());
                }
                _ => self.n_off_scale += 1,
            }
        }
        found
    }
}

fn tree(file: &UploadFile, limits: &Limits) -> Result<Node, Fault> {
    let mut xml = XmlReader::open(file, limits).map_err(Fault::Import)?;
    loop {
        match xml.next().map_err(Fault::of_container)? {
            Piece::Open(tag) => {
                let root = xml.subtree(tag).map_err(Fault::of_container)?;
                if local(&root) != "IdriReadMessage" {
                    let detail = "has a root other than IdriReadMessage".to_owned();
                    return Err(Fault::File(SkipReason::InvalidRecord, detail));
                }
                xml.finish().map_err(Fault::of_container)?;
                return Ok(root);
            }
            Piece::Text(_) => {}
            Piece::Close | Piece::End => {
                let detail = "holds no tags".to_owned();
                return Err(Fault::File(SkipReason::InvalidRecord, detail));
            }
        }
    }
}

/// A tag's name without the prefix of its namespace.
fn local(node: &Node) -> &str {
    node.name().rsplit(':').next().unwrap_or_default()
}

fn children<'n, 's>(node: &'n Node, name: &'s str) -> impl Iterator<Item = &'n Node> + use<'n, 's> {
    node.children
        .iter()
        .filter(move |child| local(child) == name)
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    children(node, name)
        .next()
        .map(|child| child.text.trim())
        .filter(|text| !text.is_empty())
}

fn marks(session: &Node) -> impl Iterator<Item = &Node> {
    children(session, "unblindedRead")
}

fn image_of(mark: &Node) -> Option<&str> {
    text(children(mark, "roi").next()?, "imageSOP_UID")
}

/// The image and the point of a mark.
fn point_of(mark: &Node) -> Result<(&str, Shape), (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let rois: Vec<&Node> = children(mark, "roi").collect();
    let [roi] = rois[..] else {
        return Err(invalid(format!("has {} roi; one is expected", rois.len())));
    };
    let image = text(roi, "imageSOP_UID")
        .ok_or_else(|| invalid("an roi has no imageSOP_UID".to_owned()))?;
    let points: Vec<&Node> = children(roi, "edgeMap").collect();
    let [point] = points[..] else {
        let detail = format!(
            "has {} points; one is expected on a radiograph",
            points.len()
        );
        return Err((SkipReason::Unsupported, detail));
    };
    let pixel = |name: &str| -> Result<f64, (SkipReason, String)> {
        let read = text(point, name).and_then(|text| text.parse::<u32>().ok());
        read.filter(|pixel| *pixel < MAX_SIDE_PX)
            .map(|pixel| f64::from(pixel) + 0.5)
            .ok_or_else(|| {
                invalid(format!(
                    "{name} is no whole number from 0 to {}",
                    MAX_SIDE_PX - 1
                ))
            })
    };
    let shape = Shape::Keypoints(vec![Keypoint {
        name: "centre".to_owned(),
        x_px: pixel("xCoord")?,
        y_px: pixel("yCoord")?,
        z_mm: None,
        visibility: Visibility::Visible,
    }]);
    Ok((image, shape))
}
