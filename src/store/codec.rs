//! Shapes as bytes: one version byte, then postcard.

use crate::domain::Shape;

/// Rises when the shape's layout changes; older bytes then need a reader of their own.
const SHAPE_VERSION: u8 = 1;

/// Why bytes are no shape, or a shape no bytes.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    #[error("the shape is empty; at least the version byte is needed")]
    Empty,
    #[error("the shape has layout version {found}; this program reads version {SHAPE_VERSION}")]
    Version { found: u8 },
    #[error("the shape's bytes are damaged")]
    Bytes(#[from] postcard::Error),
    #[error("{0} bytes are left over after the shape")]
    LeftOver(usize),
}

/// The bytes of a shape.
pub(super) fn encode_shape(shape: &Shape) -> Result<Vec<u8>, CodecError> {
    Ok(postcard::to_extend(shape, vec![SHAPE_VERSION])?)
}

/// The shape in `bytes`.
pub(super) fn decode_shape(bytes: &[u8]) -> Result<Shape, CodecError> {
    let (&version, body) = bytes.split_first().ok_or(CodecError::Empty)?;
    if version != SHAPE_VERSION {
        return Err(CodecError::Version { found: version });
    }
    let (shape, rest) = postcard::take_from_bytes(body)?;
    if rest.is_empty() {
        Ok(shape)
    } else {
        Err(CodecError::LeftOver(rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::{CodecError, decode_shape, encode_shape};
    use crate::domain::{
        Keypoint, PointLabels, Shape, Technique, TextSpan, Track, TrackedShape, Visibility,
    };
    use crate::geometry::{
        Cuboid, Ellipse, Mask, MultiPolygon, Polygon, Rect, RotatedRect, SliceAxis, Volume,
    };

    fn shapes() -> Vec<Shape> {
        let mask = Mask::from_bounds(4, 3, vec![1, 3, 6, 11]).unwrap();
        let ring = vec![[0.0, 0.0], [9.0, 0.0], [9.0, 9.0]];
        vec![
            Shape::Box(Rect {
                x0: 1.0,
                y0: 2.0,
                x1: 3.5,
                y1: 4.0,
            }),
            Shape::RotatedBox(RotatedRect {
                cx: 1.0,
                cy: 2.0,
                width: 3.0,
                height: 4.0,
                angle_deg: 30.0,
            }),
            Shape::Ellipse(Ellipse {
                cx: 1.0,
                cy: 2.0,
                rx: 3.0,
                ry: 4.0,
                angle_deg: 0.0,
            }),
            Shape::Polygon(MultiPolygon {
                parts: vec![
                    Polygon {
                        exterior: ring.clone(),
                        holes: Vec::new(),
                    },
                    Polygon {
                        exterior: ring.clone(),
                        holes: vec![ring],
                    },
                ],
            }),
            Shape::Volume(
                Volume::new(4, 3, SliceAxis::Micrometres, vec![(-2500, mask.clone())]).unwrap(),
            ),
            Shape::Mask(mask),
            Shape::Polyline(vec![[0.1, 2.0], [f64::MAX, -3.5]]),
            Shape::Keypoints(vec![Keypoint {
                name: "apex".to_owned(),
                x_px: 1.25,
                y_px: 2.5,
                z_mm: None,
                visibility: Visibility::Occluded,
            }]),
            Shape::Classification {
                question: "birads".to_owned(),
                value: "4a".to_owned(),
            },
            Shape::Ordinal {
                question: String::new(),
                rank: 3.0,
            },
            Shape::Cuboid(Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.5).unwrap()),
            Shape::PointLabels(PointLabels {
                labels: vec!["bone".to_owned(), "vessel".to_owned()],
                codes: vec![0, 1, 1, 7],
            }),
            Shape::TextSpan(TextSpan { start: 3, end: 300 }),
            Shape::Track(
                Track::new(vec![TrackedShape {
                    frame: 4,
                    shape: Shape::Polyline(vec![[0.0, 0.0], [1.0, 1.0]]),
                }])
                .unwrap(),
            ),
        ]
    }

    #[test]
    fn every_technique_has_a_shape_here() {
        let found: Vec<Technique> = shapes().iter().map(Shape::technique).collect();
        assert!(
            Technique::ALL
                .iter()
                .all(|technique| found.contains(technique))
        );
    }

    #[test]
    fn a_shape_comes_back_as_it_went_in() {
        for shape in shapes() {
            let bytes = encode_shape(&shape).unwrap();
            assert_eq!(decode_shape(&bytes).unwrap(), shape);
        }
    }

    #[test]
    fn shapes_written_before_there_were_further_kinds_are_still_read() {
        // Version 1, the tenth kind (rank), an empty question, 3.0: as the first release wrote it.
        let bytes = [1, 9, 0, 0, 0, 0, 0, 0, 0, 8, 64];
        let rank = Shape::Ordinal {
            question: String::new(),
            rank: 3.0,
        };
        assert_eq!(decode_shape(&bytes).unwrap(), rank);
        assert_eq!(encode_shape(&rank).unwrap(), bytes);
    }

    #[test]
    fn damaged_bytes_are_errors_at_every_length() {
        for shape in shapes() {
            let bytes = encode_shape(&shape).unwrap();
            for n_bytes in 0..bytes.len() {
                assert!(decode_shape(&bytes[..n_bytes]).is_err(), "{n_bytes}");
            }
        }
        assert!(matches!(
            decode_shape(&[9, 0]),
            Err(CodecError::Version { found: 9 })
        ));
        let mut longer = encode_shape(&shapes()[0]).unwrap();
        longer.push(0);
        assert!(matches!(
            decode_shape(&longer),
            Err(CodecError::LeftOver(1))
        ));
    }
}
