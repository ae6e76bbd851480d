//! Rectangles in a video: keyframes, between which the tool moves in a straight line.
//!
//! A keyframe that is not `enabled` is the last frame in which the object is seen, until the next keyframe. Frames count from 1 in the
//! tool and from 0 here.

use super::shapes::{Frame, rectangle};
use super::value::{Keyframe, RegionValue};
use crate::domain::{Track, TrackedShape};

/// Shapes that the tracks of one annotation may take; more is no annotation but an attack on memory.
pub(super) const MAX_SHAPES: u64 = 1_000_000;

/// The track of one object, and why a shape of it is invalid where its numbers alone tell.
pub(super) fn track(
    value: &RegionValue,
    frame: Frame,
    n_left: &mut u64,
) -> Result<(Track, Option<String>), String> {
    let mut keyframes = value.sequence.clone().ok_or("`value` has no `sequence`")?;
    let is_number =
        |number: f64| number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number);
    if let Some(at) = keyframes.iter().position(|key| !is_number(key.frame)) {
        return Err(format!(
            "`sequence[{at}].frame` is no whole number from 1 on"
        ));
    }
    keyframes.sort_by(|a, b| a.frame.total_cmp(&b.frame));
    let last = value.n_frames.filter(|n| is_number(*n));
    let mut shapes = Vec::new();
    let mut invalid = None;
    for (at, key) in keyframes.iter().enumerate() {
        let next = keyframes.get(at + 1);
        // Without a number of frames nothing tells how long the last shape lasts.
        let end = match next {
            _ if !key.enabled => key.frame + 1.0,
            Some(next) => next.frame,
            None => last.map_or(key.frame + 1.0, |last| last.max(key.frame) + 1.0),
        };
        // Asked before any is made, so that two frames far apart cost nothing.
        *n_left = n_left
            .checked_sub((end - key.frame) as u64)
            .ok_or_else(|| {
                format!("the tracks of this annotation take more than {MAX_SHAPES} shapes")
            })?;
        for number in (key.frame as u64)..(end as u64) {
            let share = next.map_or(0.0, |next| {
                (number as f64 - key.frame) / (next.frame - key.frame).max(1.0)
            });
            let (shape, fault) = between(key, next.unwrap_or(key), share, frame);
            if let Some(fault) = fault {
                invalid.get_or_insert_with(|| format!("frame {}: {fault}", number - 1));
            }
            shapes.push(TrackedShape {
                frame: (number - 1) as u32,
                shape,
            });
        }
    }
    if shapes.is_empty() {
        return Err("`sequence` holds no keyframe".to_owned());
    }
    let track = Track::new(shapes).map_err(|fault| fault.to_string())?;
    Ok((track, invalid))
}

/// The tool mixes corner, sides and angle, the angle by the shorter way round.
fn between(
    from: &Keyframe,
    to: &Keyframe,
    share: f64,
    frame: Frame,
) -> (crate::domain::Shape, Option<String>) {
    let mix = |from: f64, to: f64| from + (to - from) * share;
    let way = (to.rotation - from.rotation + 180.0).rem_euclid(360.0) - 180.0;
    rectangle(
        [mix(from.x, to.x), mix(from.y, to.y)],
        [mix(from.width, to.width), mix(from.height, to.height)],
        from.rotation + way * share,
        frame,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Shape;

    const FRAME: Frame = Frame {
        width_px: 200,
        height_px: 100,
    };

    fn read(sequence: &str, n_frames: u32) -> Result<(Track, Option<String>), String> {
        let text = format!(r#"{{"framesCount":{n_frames},"sequence":[{sequence}]}}"#);
        let value: RegionValue = serde_json::from_str(&text).expect("a value");
        track(&value, FRAME, &mut 50)
    }

    fn key(frame: u32, enabled: bool, x: f64) -> String {
        format!(
            r#"{{"frame":{frame},"enabled":{enabled},"x":{x},"y":20,"width":10,"height":10,"rotation":0,"time":0.1}}"#
        )
    }

    fn left_edges(track: &Track) -> Vec<(u32, f64)> {
        let edge = |shape: &Shape| match shape {
            Shape::Box(rect) => rect.x0,
            _ => f64::NAN,
        };
        let shapes = track.shapes().iter();
        shapes.map(|one| (one.frame, edge(&one.shape))).collect()
    }

    #[test]
    fn objects_move_in_a_straight_line_until_they_are_switched_off() {
        let keys = [key(1, true, 0.0), key(5, false, 20.0), key(8, true, 5.0)];
        let (track, invalid) = read(&keys.join(","), 10).expect("a track");
        let expected = [
            (0, 0.0),
            (1, 10.0),
            (2, 20.0),
            (3, 30.0),
            (4, 40.0),
            (7, 10.0),
            (8, 10.0),
            (9, 10.0),
        ];
        assert_eq!(left_edges(&track), expected);
        assert_eq!(invalid, None);
    }

    #[test]
    fn angles_take_the_shorter_way_round() {
        let turned = |frame: u32, angle: f64| {
            key(frame, true, 0.0).replace(r#""rotation":0"#, &format!(r#""rotation":{angle}"#))
        };
        let (track, _) = read(&[turned(1, 350.0), turned(3, 10.0)].join(","), 3).expect("a track");
        let Some(Shape::Box(rect)) = track.at(1) else {
            panic!("360 degrees are none");
        };
        assert_eq!((rect.x0, rect.y0), (0.0, 20.0));
    }

    #[test]
    fn what_no_video_holds_is_refused() {
        let said = |keys: &[String]| read(&keys.join(","), 10).expect_err("no track");
        assert!(said(&[key(0, true, 1.0)]).contains("`sequence[0].frame` is no whole number"));
        assert!(said(&[]).contains("holds no keyframe"));
        assert!(said(&[key(1, true, 1.0), key(90, true, 1.0)]).contains("more than 1000000"));
        assert!(said(&[key(2, false, 1.0), key(2, false, 2.0)]).contains("frame 1 has two shapes"));
    }
}
