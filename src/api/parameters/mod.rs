//! Query parameters as data: one table that is both read by and written into the OpenAPI document.
//!
//! A parameter that an operation does not know is refused: a misspelt filter must not be answered with
//! figures about everything.

mod known;

pub use self::known::*;
use super::ApiError;
use poem::Request;
use std::fmt::Display;
use std::str::FromStr;

/// How often a parameter may be given, and of what it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A whole number from the first to the second, both included.
    Whole(u32, u32),
    /// `YYYY-MM-DD`.
    Day,
    /// Names with commas between them.
    List,
    /// Text, any number of times.
    Repeated,
}

/// One query parameter.
#[derive(Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub description: &'static str,
    pub example: &'static str,
    pub form: Form,
    /// Every value that is possible; `None`: any.
    pub values: Option<fn() -> Vec<&'static str>>,
}

impl Parameter {
    const fn new(name: &'static str, description: &'static str, example: &'static str) -> Self {
        Self {
            name,
            description,
            example,
            form: Form::Text,
            values: None,
        }
    }

    const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    const fn one_of(mut self, values: fn() -> Vec<&'static str>) -> Self {
        self.values = Some(values);
        self
    }
}

/// The query parameters that an operation was given.
pub struct Given {
    allowed: &'static [Parameter],
    pairs: Vec<(String, String)>,
}

impl Given {
    /// Reads the query string.
    ///
    /// # Errors
    /// 400 for a parameter that is unknown here, empty, given twice, or none of its possible values.
    pub fn read(request: &Request, allowed: &'static [Parameter]) -> Result<Self, ApiError> {
        let query = request.uri().query().unwrap_or_default();
        let pairs: Vec<(String, String)> = if query.is_empty() {
            Vec::new()
        } else {
            request
                .params()
                .map_err(|_| ApiError::parameter("query", "the query string cannot be read"))?
        };
        let given = Self { allowed, pairs };
        given.check()?;
        Ok(given)
    }

    fn check(&self) -> Result<(), ApiError> {
        for (position, (name, value)) in self.pairs.iter().enumerate() {
            let Some(parameter) = self.allowed.iter().find(|parameter| parameter.name == name)
            else {
                let names: Vec<&str> = self
                    .allowed
                    .iter()
                    .map(|parameter| parameter.name)
                    .collect();
                let detail = if names.is_empty() {
                    "this operation takes no parameters".to_owned()
                } else {
                    format!("is not known here; known are {}", names.join(", "))
                };
                return Err(ApiError::parameter(&shortened(name), &detail));
            };
            if value.is_empty() {
                return Err(ApiError::parameter(
                    parameter.name,
                    "is empty; leave it out or give it a value",
                ));
            }
            let before = self.pairs.iter().take(position);
            if parameter.form != Form::Repeated && before.clone().any(|(other, _)| other == name) {
                return Err(ApiError::parameter(
                    parameter.name,
                    "is given twice; give it once",
                ));
            }
            if let Some(values) = parameter.values {
                let values = values();
                let parts: Vec<&str> = match parameter.form {
                    Form::List => value.split(',').map(str::trim).collect(),
                    _ => vec![value],
                };
                if let Some(stranger) = parts.into_iter().find(|part| !values.contains(part)) {
                    let detail = format!(
                        "`{}` is not one of {}",
                        shortened(stranger),
                        values.join(", ")
                    );
                    return Err(ApiError::parameter(parameter.name, &detail));
                }
            }
        }
        Ok(())
    }

    /// The value, where one is given.
    pub fn text(&self, parameter: &Parameter) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(name, _)| name == parameter.name)
            .map(|(_, value)| value.as_str())
    }

    /// The value, where one is given, for keeping.
    pub fn owned(&self, parameter: &Parameter) -> Option<String> {
        self.text(parameter).map(str::to_owned)
    }

    /// The value as what it means.
    ///
    /// # Errors
    /// 400 when it does not mean anything.
    pub fn parsed<T: FromStr>(&self, parameter: &Parameter) -> Result<Option<T>, ApiError>
    where
        T::Err: Display,
    {
        self.text(parameter)
            .map(|text| {
                text.parse().map_err(|error: T::Err| {
                    ApiError::parameter(parameter.name, &error.to_string())
                })
            })
            .transpose()
    }

    /// A whole number within its bounds.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn whole(&self, parameter: &Parameter, otherwise: u32) -> Result<u32, ApiError> {
        let Some(text) = self.text(parameter) else {
            return Ok(otherwise);
        };
        let (min, max) = match parameter.form {
            Form::Whole(min, max) => (min, max),
            _ => (0, u32::MAX),
        };
        text.parse()
            .ok()
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| {
                let detail = format!(
                    "`{}` is not a whole number from {min} to {max}",
                    shortened(text)
                );
                ApiError::parameter(parameter.name, &detail)
            })
    }

    /// The names of a list; none where it is not given.
    pub fn list(&self, parameter: &Parameter) -> Vec<&str> {
        self.text(parameter)
            .map(|text| text.split(',').map(str::trim).collect())
            .unwrap_or_default()
    }

    /// Every value of a parameter that may be repeated.
    pub fn all(&self, parameter: &Parameter) -> Vec<&str> {
        self.pairs
            .iter()
            .filter(|(name, _)| name == parameter.name)
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::{DISTANCES, GROUP_BY, Given, LIMIT, OVERLAPS, STAGE};
    use crate::api::ApiError;
    use crate::store::OverlapMetric;
    use poem::Request;

    fn given(query: &str) -> Result<Given, ApiError> {
        let uri = format!("/?{query}").parse().expect("an address");
        Given::read(
            &Request::builder().uri(uri).finish(),
            &[STAGE, GROUP_BY, LIMIT],
        )
    }

    #[test]
    fn what_is_not_known_is_refused_rather_than_ignored() {
        for query in [
            "stages=annotation",
            "stage=",
            "stage=annotation&stage=training",
            "group_by=stage,shoe",
            "stage=x",
        ] {
            assert!(
                matches!(given(query), Err(ApiError::BadRequest(_))),
                "{query}"
            );
        }
        assert!(given("").is_ok());
    }

    #[test]
    fn lists_and_numbers_are_read_as_what_they_are() {
        let read = given("group_by=stage%2C%20rater&limit=7")
            .ok()
            .expect("sound");
        assert_eq!(read.list(&GROUP_BY), ["stage", "rater"]);
        assert_eq!(read.whole(&LIMIT, 1).ok(), Some(7));
        for limit in ["0", "1001", "-1", "ten"] {
            assert!(
                given(&format!("limit={limit}")).is_ok_and(|read| read.whole(&LIMIT, 1).is_err()),
                "{limit}"
            );
        }
    }

    #[test]
    fn every_metric_of_a_pair_is_either_an_overlap_or_a_distance() {
        assert_eq!(OVERLAPS.len() + DISTANCES.len(), OverlapMetric::ALL.len());
        assert!(
            OverlapMetric::ALL
                .iter()
                .all(|metric| OVERLAPS.contains(metric) != DISTANCES.contains(metric))
        );
    }
}
