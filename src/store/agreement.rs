use super::filter::Filter;
use super::query::{Params, query};
use super::{ProjectId, Store, StoreError};
use serde::{Deserialize, Serialize};

/// On what two raters agree or do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementUnit {
    /// An item and question that both answered; categories are labels.
    Classification,
    /// As `Classification`; categories are ranks, as text.
    Ordinal,
    /// A pair of matched drawn instances; categories are labels.
    InstanceLabel,
    /// An item and a label; categories are `present` and `absent`.
    Presence,
    /// A pair of matched instances and an attribute that both state; categories are its values.
    Attribute,
}

impl AgreementUnit {
    /// The name in queries and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Ordinal => "ordinal",
            Self::InstanceLabel => "instance_label",
            Self::Presence => "presence",
            Self::Attribute => "attribute",
        }
    }
}

/// Who is set against whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Every pair of raters once, a's name before b's.
    Pairs,
    /// Every rater as a, all who read the same items as b (`b_rater` is then `None`).
    EachAgainstOthers,
}

/// A question about agreement among peers.
#[derive(Clone, Debug, PartialEq)]
pub struct ContingencyQuestion {
    pub unit: AgreementUnit,
    pub sides: Sides,
    pub by_study: bool,
    /// Instances and presence by label. Questions and attributes are always kept apart.
    pub by_label: bool,
}

/// One cell of a contingency table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContingencyRow {
    pub a_rater: String,
    pub b_rater: Option<String>,
    pub study: Option<String>,
    /// Question, attribute or label; `None` over all labels.
    pub scope: Option<String>,
    pub category_a: String,
    pub category_b: String,
    pub n: i64,
}

/// Pixels or voxels of matched and left-over masks, within the boxes around each pair.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelRow {
    pub a_rater: String,
    pub b_rater: Option<String>,
    pub study: Option<String>,
    pub label: Option<String>,
    pub n_both: f64,
    pub n_a_only: f64,
    pub n_b_only: f64,
    pub n_neither: f64,
    /// Masks that went into the sums.
    pub n_units: i64,
    /// Masks whose sizes or frame are unknown; not in the sums.
    pub n_without_frame: i64,
}

impl Store {
    /// Contingency tables among peers, cell by cell; cells with no unit have no row. `filter.rater` keeps the
    /// tables in which that rater stands on either side (as a, when each is set against the others).
    ///
    /// # Errors
    /// `FilterUnsupported` when the unit has no such property, `Database`.
    pub fn contingency(
        &self,
        project: ProjectId,
        question: &ContingencyQuestion,
        filter: &Filter,
    ) -> Result<Vec<ContingencyRow>, StoreError> {
        let file = match question.unit {
            AgreementUnit::Classification => query!("agreement/classification.sql"),
            AgreementUnit::Ordinal => query!("agreement/ordinal.sql"),
            AgreementUnit::InstanceLabel => query!("agreement/instance_label.sql"),
            AgreementUnit::Presence => query!("agreement/presence.sql"),
            AgreementUnit::Attribute => query!("agreement/attribute.sql"),
        };
        let params = sided(filter.params(project), question.sides)
            .with("by_study", question.by_study)
            .with("by_label", question.by_label);
        self.read(|conn| {
            file.rows(conn, &params, |row| {
                Ok(ContingencyRow {
                    a_rater: row.get(0)?,
                    b_rater: row.get(1)?,
                    study: row.get(2)?,
                    scope: row.get(3)?,
                    category_a: row.get(4)?,
                    category_b: row.get(5)?,
                    n: row.get(6)?,
                })
            })
        })
    }

    /// Pixel agreement among peers, from summed sizes and intersections.
    ///
    /// # Errors
    /// `Database`.
    pub fn pixel_agreement(
        &self,
        project: ProjectId,
        sides: Sides,
        by_study: bool,
        by_label: bool,
        filter: &Filter,
    ) -> Result<Vec<PixelRow>, StoreError> {
        let params = sided(filter.params(project), sides)
            .with("by_study", by_study)
            .with("by_label", by_label);
        self.read(|conn| {
            query!("agreement/pixel.sql").rows(conn, &params, |row| {
                Ok(PixelRow {
                    a_rater: row.get(0)?,
                    b_rater: row.get(1)?,
                    study: row.get(2)?,
                    label: row.get(3)?,
                    n_both: row.get(4)?,
                    n_a_only: row.get(5)?,
                    n_b_only: row.get(6)?,
                    n_neither: row.get(7)?,
                    n_units: row.get(8)?,
                    n_without_frame: row.get(9)?,
                })
            })
        })
    }
}

fn sided(params: Params, sides: Sides) -> Params {
    params.with("each_against_others", sides == Sides::EachAgainstOthers)
}

#[cfg(test)]
mod tests;
