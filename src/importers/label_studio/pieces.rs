//! Results of an annotation, taken apart.

use super::kinds::{drawn_kind, is_question, is_region, unread};
use super::results::{Outcome, Settings};
use super::shapes::Frame;
use super::texts::offsets;
use super::value::RegionValue;
use crate::domain::SkipReason;
use crate::importers::json::{Members, member, members, text};
use std::collections::{HashMap, HashSet};

/// Results of one id that are looked at for what they say about a region.
const MAX_CONTROLS: usize = 256;
/// An answer that names its image is shorter than this.
const MAX_ANSWER_BYTES: usize = 4 << 10;

/// A result that is not read.
pub(super) struct LeftOut {
    pub at: usize,
    pub page: Option<usize>,
    pub reason: SkipReason,
    pub detail: String,
}

/// One result, taken apart.
pub(super) struct Piece {
    pub at: usize,
    pub id: String,
    pub kind: String,
    pub from_name: String,
    pub parent: Option<String>,
    pub value: RegionValue,
    pub page: Option<usize>,
    pub frame: Option<Frame>,
    pub outer_rotation: Option<f64>,
    pub confidence: Option<f64>,
    pub source: Option<String>,
    /// A stretch of sound, which has offsets like a text.
    pub is_sound: bool,
}

impl Piece {
    pub fn is_keypoint(&self) -> bool {
        drawn_kind(&self.kind) == "keypoint"
    }

    pub fn frame(&self) -> Result<Frame, String> {
        self.frame.ok_or_else(|| {
            "needs `original_width` and `original_height` to turn percent into pixels; a sidecar may state `width_px` and `height_px`".to_owned()
        })
    }

    /// Why it is not kept.
    pub fn left_out(&self, detail: String) -> LeftOut {
        LeftOut {
            at: self.at,
            page: self.page,
            reason: SkipReason::InvalidRecord,
            detail,
        }
    }

    /// The region or span itself, rather than a further control's word on it.
    pub fn is_place(&self) -> bool {
        is_region(&self.kind) || offsets(self).is_some()
    }
}

/// The results that can be read, with those of one id together.
pub(super) struct Pieces {
    pub all: Vec<Piece>,
    by_id: HashMap<String, Vec<usize>>,
}

impl Pieces {
    pub fn new(all: Vec<Piece>) -> Self {
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, piece) in all.iter().enumerate() {
            by_id.entry(piece.id.clone()).or_default().push(at);
        }
        Self { all, by_id }
    }

    /// The results with an id, in their order; no region has more controls than are looked at.
    pub fn of_id(&self, id: &str) -> impl Iterator<Item = &Piece> {
        let found = self.by_id.get(id).into_iter().flatten().take(MAX_CONTROLS);
        found.filter_map(|at| self.all.get(*at))
    }

    /// Whether an earlier result drew the same region: a region with several controls is written once for each.
    pub fn is_further_word(&self, piece: &Piece) -> bool {
        self.of_id(&piece.id)
            .take_while(|other| other.at < piece.at)
            .any(|other| other.is_place() && other.value.is_at(&piece.value))
    }
}

/// Takes one result apart.
pub(super) fn piece(
    at: usize,
    raw: &[u8],
    settings: &Settings,
    region_ids: &mut HashSet<String>,
    outcome: &mut Outcome,
) -> Result<Piece, LeftOut> {
    let left_out = |page, reason, detail: String| LeftOut {
        at,
        page,
        reason,
        detail,
    };
    let invalid = |detail: String| left_out(None, SkipReason::InvalidRecord, detail);
    let members = members(raw).map_err(invalid)?;
    let word = |name: &str| {
        member(&members, name)
            .and_then(text)
            .map(|text| text.into_owned())
    };
    let kind = word("type").ok_or_else(|| invalid("has no `type`".to_owned()))?;
    let id = identity(&members, "id").unwrap_or_else(|| format!("{}.result[{at}]", settings.place));
    if !is_question(&kind) && !matches!(kind.as_str(), "textarea" | "relation") {
        region_ids.insert(id.clone());
    }
    let tag = word("to_name").unwrap_or_default();
    let index = item_index(&members);
    let page = settings.pages.page(&tag, index);
    let unsupported = |detail: &str| left_out(page, SkipReason::Unsupported, detail.to_owned());
    if let Some(detail) = unread(&kind) {
        return Err(unsupported(detail));
    }
    let is_region = is_region(&kind);
    if is_region && page.is_none() {
        return Err(unsupported(
            "lies on one of several images of its task, which neither `item_index` nor `to_name` tells apart",
        ));
    }
    let number = |name: &str| number(&members, name);
    let turn = number("image_rotation").map_err(invalid)?;
    if is_region && turn.is_some_and(|turn| turn != 0.0) {
        return Err(unsupported(
            "was drawn on a turned image; turn it back in the tool and export again",
        ));
    }
    let size = own_size(&members)
        .map_err(invalid)?
        .or_else(|| settings.sizes.get(page?).copied().flatten());
    let score = number("score").map_err(invalid)?;
    let score = settings.score.and_then(|whole| score.or(whole));
    let confidence = score.filter(|score| (0.0..=1.0).contains(score));
    outcome.n_scores_outside += u64::from(score.is_some() && confidence.is_none());
    Ok(Piece {
        at,
        value: RegionValue::read(&members).map_err(invalid)?,
        page,
        frame: size.map(|(width_px, height_px)| Frame {
            width_px,
            height_px,
        }),
        outer_rotation: number("rotation").map_err(invalid)?,
        confidence,
        from_name: word("from_name").unwrap_or_default(),
        parent: identity(&members, "parentID"),
        source: word("origin").filter(|origin| origin != "manual"),
        is_sound: member(&members, "original_length").is_some(),
        id,
        kind,
    })
}

/// The size of the image that a result states; none where it is no size.
pub(super) fn own_size(members: &Members) -> Result<Option<(u32, u32)>, String> {
    let side = |name: &str| -> Result<Option<u32>, String> {
        Ok(number(members, name)?
            .filter(|side| *side >= 1.0 && side.fract() == 0.0 && *side <= f64::from(u32::MAX))
            .map(|side| side as u32))
    };
    Ok(side("original_width")?.zip(side("original_height")?))
}

/// The number of the image in a list that a result is about.
pub(super) fn item_index(found: &Members) -> Option<usize> {
    let index: Option<usize> =
        member(found, "item_index").and_then(|raw| serde_json::from_slice(raw).ok());
    index.or_else(|| {
        // Answers about one image of several hold it within.
        let value = member(found, "value").filter(|raw| raw.len() < MAX_ANSWER_BYTES)?;
        let value = members(value).ok()?;
        serde_json::from_slice(member(&value, "item_index")?).ok()
    })
}

/// An id, which may be a text or a number.
pub(super) fn identity(members: &Members, name: &str) -> Option<String> {
    let raw = member(members, name)?;
    match text(raw) {
        Some(text) => Some(text.into_owned()),
        None => serde_json::from_slice::<i64>(raw)
            .ok()
            .map(|number| number.to_string()),
    }
}

/// A number that may be missing or null.
pub(super) fn number(members: &Members, name: &str) -> Result<Option<f64>, String> {
    member(members, name)
        .map(|raw| {
            serde_json::from_slice(raw)
                .map_err(|_| format!("`{name}` does not hold a finite number"))
        })
        .transpose()
}
