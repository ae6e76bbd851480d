//! What a request asks for beside its path.

use super::answer::PageError;
use crate::domain::{ComparisonKind, ErrorKind, ReferenceKind, Stage, Technique};
use crate::pipeline::{Project, Week};
use crate::store::{Filter, Store, UnitCursor};
use poem::web::Query;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The query of a request. An empty value, as forms send it, asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Asked(BTreeMap<String, String>);

impl From<Query<Vec<(String, String)>>> for Asked {
    fn from(Query(pairs): Query<Vec<(String, String)>>) -> Self {
        Self(
            pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }
}

impl Asked {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A value of a closed list.
    pub fn named<T: FromStr<Err = String>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, PageError> {
        self.text(name)
            .map(str::parse::<T>)
            .transpose()
            .map_err(|detail| PageError::parameter(name, &detail))
    }

    /// The week asked for; the latest one otherwise.
    pub fn week(&self, store: &Store, project: &Project) -> Result<Week, PageError> {
        Ok(Week::parse(
            store,
            project,
            self.text("week").unwrap_or("latest"),
        )?)
    }

    /// Where the last page of units ended: `comparison.unit`.
    pub fn cursor(&self) -> Result<Option<UnitCursor>, PageError> {
        let read = |text: &str| {
            let (comparison, unit_no) = text.split_once('.')?;
            Some(UnitCursor {
                comparison: comparison.parse().ok()?,
                unit_no: unit_no.parse().ok()?,
            })
        };
        self.text("after")
            .map(|text| {
                read(text).ok_or_else(|| {
                    PageError::parameter("after", "this is no place in a list of units")
                })
            })
            .transpose()
    }
}

/// Which units a list shows.
#[derive(Clone, Debug, Default)]
pub struct UnitsAsked {
    pub filter: Filter,
    pub error: Option<ErrorKind>,
    /// The other rater of a pair.
    pub other: Option<String>,
    /// Labels on both sides, `(none)` for none.
    pub a_label: Option<String>,
    pub b_label: Option<String>,
}

impl UnitsAsked {
    /// Reads the filter; the week is that of the page.
    pub fn read(asked: &Asked, week: &Week) -> Result<Self, PageError> {
        let owned = |name: &str| asked.text(name).map(str::to_owned);
        Ok(Self {
            filter: Filter {
                stage: asked.named::<Stage>("stage")?,
                rater: owned("rater"),
                label: owned("label"),
                study: owned("study"),
                technique: asked.named::<Technique>("technique")?,
                reference_kind: asked.named::<ReferenceKind>("reference")?,
                kind: asked.named::<ComparisonKind>("kind")?,
                ..week.filter()
            },
            error: asked.named::<ErrorKind>("error")?,
            other: owned("other"),
            a_label: owned("a_label"),
            b_label: owned("b_label"),
        })
    }
}
