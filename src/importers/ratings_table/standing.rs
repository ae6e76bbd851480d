//! Raters that are no people: consensus, truth and models, by name or as a mapping says.

use super::guess::plain;
use crate::domain::{ReferenceKind, Role, TableOptions};
use crate::importers::ImportError;
use std::collections::HashMap;

/// What a rater's name says about its ratings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub role: Option<Role>,
    pub reference: Option<ReferenceKind>,
}

/// Names that no person has, and what they stand for. Abbreviations may be initials, so a mapping has to name those.
const NAMED: [(&str, Option<Role>, Option<ReferenceKind>); 14] = [
    (
        "consensus",
        Some(Role::Model),
        Some(ReferenceKind::Consensus),
    ),
    (
        "majority",
        Some(Role::Model),
        Some(ReferenceKind::Consensus),
    ),
    (
        "majorityvote",
        Some(Role::Model),
        Some(ReferenceKind::Consensus),
    ),
    ("staple", Some(Role::Model), Some(ReferenceKind::Consensus)),
    ("adjudicated", None, Some(ReferenceKind::Adjudicated)),
    ("adjudication", None, Some(ReferenceKind::Adjudicated)),
    ("truth", None, Some(ReferenceKind::Gold)),
    ("groundtruth", None, Some(ReferenceKind::Gold)),
    ("goldstandard", None, Some(ReferenceKind::Gold)),
    ("referencestandard", None, Some(ReferenceKind::Gold)),
    ("model", Some(Role::Model), None),
    ("algorithm", Some(Role::Model), None),
    ("prediction", Some(Role::Model), None),
    ("predicted", Some(Role::Model), None),
];

/// Raters' standings.
pub struct Standings {
    /// As the mapping says, and what names said so far.
    known: HashMap<String, Standing>,
}

impl Standings {
    /// # Errors
    /// A role that is neither a role nor a kind of reference.
    pub fn of(table: &TableOptions) -> Result<Self, ImportError> {
        let told = table.roles.iter().map(|(rater, text)| {
            let reference = text.parse::<ReferenceKind>().ok();
            let role = text.parse::<Role>().ok();
            let role =
                role.or((reference == Some(ReferenceKind::Consensus)).then_some(Role::Model));
            if role.is_none() && reference.is_none() {
                let roles = Role::ALL.iter().map(|one| one.as_str());
                let kinds = ReferenceKind::ALL.iter().map(|one| one.as_str());
                let known: Vec<&str> = roles.chain(kinds).collect();
                return Err(ImportError::Option {
                    option: "roles".to_owned(),
                    detail: format!("`{text}` is not one of {}", known.join(", ")),
                });
            }
            Ok((rater.clone(), Standing { role, reference }))
        });
        Ok(Self {
            known: told.collect::<Result<_, _>>()?,
        })
    }

    pub fn of_rater(&mut self, rater: &str) -> Standing {
        if let Some(known) = self.known.get(rater) {
            return *known;
        }
        let word = plain(rater);
        let named = NAMED.iter().find(|(name, _, _)| *name == word);
        let standing = named.map_or(Standing::default(), |(_, role, reference)| Standing {
            role: *role,
            reference: *reference,
        });
        self.known.insert(rater.to_owned(), standing);
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::Standings;
    use crate::domain::{ReferenceKind, Role, TableOptions};

    #[test]
    fn a_mapping_goes_before_the_name() {
        let mut table = TableOptions::default();
        let roles = [("ST", "consensus"), ("Truth", "annotator")];
        table.roles = roles.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let mut standings = Standings::of(&table).expect("known roles");
        let staple = standings.of_rater("ST");
        assert_eq!(
            (staple.role, staple.reference),
            (Some(Role::Model), Some(ReferenceKind::Consensus))
        );
        assert_eq!(standings.of_rater("Truth").reference, None);
        assert_eq!(
            standings.of_rater("Majority vote").reference,
            Some(ReferenceKind::Consensus)
        );
        assert_eq!(standings.of_rater("st"), Default::default());
        table.roles.insert("x".to_owned(), "boss".to_owned());
        assert!(Standings::of(&table).is_err());
    }
}
