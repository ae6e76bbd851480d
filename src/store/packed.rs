//! Values as few bytes while they wait in great numbers.

use super::StoreError;
use super::codec::CodecError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// A value's bytes. They never leave the process, so that they need no version.
#[derive(PartialEq, Eq)]
pub(super) struct Packed<T> {
    bytes: Box<[u8]>,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Packed<T> {
    pub(super) fn of(value: &T) -> Result<Self, StoreError> {
        let bytes = postcard::to_extend(value, Vec::new()).map_err(CodecError::from);
        Ok(Self {
            bytes: bytes.map_err(StoreError::Encode)?.into_boxed_slice(),
            of: PhantomData,
        })
    }

    pub(super) fn unpack(&self) -> Result<T, StoreError> {
        postcard::from_bytes(&self.bytes)
            .map_err(|error| StoreError::Encode(CodecError::from(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::Packed;
    use crate::domain::{Item, Reading, ReadingKey, ReadingState, Review, ReviewOutcome};
    use crate::domain::{ReferenceKind, Role, Stage};

    #[test]
    fn a_value_comes_back_as_it_went() {
        let item = Item {
            key: "i".to_owned(),
            study: "s".to_owned(),
            height_px: Some(7),
            spacing_mm: Some([0.0, 0.1, 2.5]),
            image_name: Some("ä.png".to_owned()),
            ..Item::default()
        };
        assert_eq!(
            Packed::of(&item).expect("bytes").unpack().expect("it"),
            item
        );
        let key = ReadingKey {
            item: "i".to_owned(),
            rater: "r".to_owned(),
            stage: Stage::Verification,
            session: String::new(),
            layer: "l".to_owned(),
        };
        let mut reading = Reading::new(key, Role::Physician, ReadingState::ReviewedEmpty);
        reading.reference = Some(ReferenceKind::Adjudicated);
        reading.finished_at_us = Some(-5);
        reading.review = Some(Review {
            outcome: ReviewOutcome::Corrected,
            reviewer: None,
            at_us: Some(9),
        });
        let packed = Packed::of(&reading).expect("bytes");
        assert_eq!(packed.unpack().expect("it"), reading);
        reading.finished_at_us = None;
        assert!(packed != Packed::of(&reading).expect("bytes"));
    }
}
