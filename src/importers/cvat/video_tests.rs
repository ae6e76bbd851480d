use crate::domain::{ReadingState, Shape, Track, Visibility};
use crate::geometry::{Rect, RotatedRect};
use crate::importers::testing::{annotations, read, skips};

/// A video of frames 0 to 6 by 2, with these tracks.
fn video(tracks: &str) -> String {
    format!(
        "<annotations><version>1.1</version><meta><task><mode>interpolation</mode><start_frame>0</start_frame>\
         <stop_frame>6</stop_frame><frame_filter>step=2</frame_filter><assignee><username>anna</username></assignee>\
         <original_size><width>100</width><height>80</height></original_size></task><source>a/colon.mp4</source></meta>\
         {tracks}</annotations>"
    )
}

fn only(track: &str) -> (Track, Vec<String>) {
    let (report, sink) = read("a.xml", &video(track));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    assert_eq!(found.len(), 1);
    let Shape::Track(track) = &found[0].shape else {
        panic!("no track");
    };
    (track.clone(), report.notes)
}

fn frames(track: &Track) -> Vec<u32> {
    track.shapes().iter().map(|one| one.frame).collect()
}

#[test]
fn boxes_between_keyframes_lie_on_the_way_and_the_last_lasts_to_the_end() {
    let (track, _) = only(
        r#"<track label="n"><box frame="0" outside="0" keyframe="1" xtl="0" ytl="0" xbr="10" ybr="10"/>
           <box frame="4" outside="0" keyframe="1" xtl="20" ytl="4" xbr="40" ybr="10"/></track>"#,
    );
    assert_eq!(frames(&track), [0, 2, 4, 6]);
    let between = Rect {
        x0: 10.0,
        y0: 2.0,
        x1: 25.0,
        y1: 10.0,
    };
    assert_eq!(track.at(2), Some(&Shape::Box(between)));
    assert_eq!(track.at(6), track.at(4));
}

#[test]
fn a_keyframe_outside_ends_the_track_and_the_way_leads_there() {
    let (track, _) = only(
        r#"<track label="n"><box frame="0" outside="0" keyframe="1" xtl="0" ytl="0" xbr="10" ybr="10"/>
           <box frame="4" outside="1" keyframe="1" xtl="20" ytl="0" xbr="30" ybr="10"/></track>"#,
    );
    assert_eq!(frames(&track), [0, 2]);
    let Some(Shape::Box(rect)) = track.at(2) else {
        panic!("no box");
    };
    assert_eq!(rect.x0, 10.0);
}

#[test]
fn an_export_of_every_frame_is_taken_as_it_is() {
    let (track, _) = only(
        r#"<track label="n"><box frame="0" outside="0" keyframe="1" xtl="0" ytl="0" xbr="10" ybr="10"/>
           <box frame="4" outside="0" keyframe="0" xtl="20" ytl="4" xbr="40" ybr="10"/></track>"#,
    );
    assert_eq!(frames(&track), [0, 4]);
}

#[test]
fn turns_go_the_shorter_way_round() {
    let (track, _) = only(
        r#"<track label="n"><box frame="0" keyframe="1" rotation="350" xtl="0" ytl="0" xbr="10" ybr="10"/>
           <box frame="4" keyframe="1" rotation="20" xtl="0" ytl="0" xbr="10" ybr="10"/></track>"#,
    );
    let between = RotatedRect {
        cx: 5.0,
        cy: 5.0,
        width: 10.0,
        height: 10.0,
        angle_deg: 5.0,
    };
    assert_eq!(track.at(2), Some(&Shape::RotatedBox(between)));
}

#[test]
fn outlines_move_point_by_point_and_changing_shapes_leave_gaps_that_are_told() {
    let (track, _) = only(
        r#"<track label="n"><polygon frame="0" keyframe="1" points="0,0;8,0;8,8;0,8"/>
           <polygon frame="4" outside="1" keyframe="1" points="4,0;12,0;12,8;4,8"/></track>"#,
    );
    assert_eq!(frames(&track), [0, 2]);
    let Some(Shape::Polygon(polygon)) = track.at(2) else {
        panic!("no polygon");
    };
    let ring: Vec<[f64; 2]> = polygon.rings().flatten().copied().collect();
    assert_eq!(ring, [[2.0, 0.0], [10.0, 0.0], [10.0, 8.0], [2.0, 8.0]]);
    let (track, notes) = only(
        r#"<track label="n"><polygon frame="0" keyframe="1" points="0,0;9,0;9,9"/>
           <box frame="4" outside="1" keyframe="1" xtl="0" ytl="0" xbr="1" ybr="1"/></track>"#,
    );
    assert_eq!(frames(&track), [0]);
    assert!(
        notes.iter().any(|note| note.contains("1 frames between")),
        "{notes:?}"
    );
}

#[test]
fn single_points_move_while_sets_of_points_and_masks_stay() {
    let at_2 = |first: &str, last: &str| {
        let (track, _) = only(&format!(
            r#"<track label="n"><{first} frame="0" keyframe="1"/><{last} frame="4" keyframe="1"/></track>"#
        ));
        track.at(2).cloned()
    };
    let xs = |shape: Option<Shape>| match shape {
        Some(Shape::Keypoints(points)) => points.iter().map(|point| point.x_px).collect::<Vec<_>>(),
        _ => panic!("no points"),
    };
    assert_eq!(
        xs(at_2(r#"points points="1,1""#, r#"points points="5,1""#)),
        [3.0]
    );
    assert_eq!(
        xs(at_2(
            r#"points points="1,1;2,2""#,
            r#"points points="5,1;6,2""#
        )),
        [1.0, 2.0]
    );
    let mask = |left: u32| format!(r#"mask rle="0,4" left="{left}" top="3" width="2" height="2""#);
    let Some(Shape::Mask(mask)) = at_2(&mask(1), &mask(9)) else {
        panic!("no mask");
    };
    assert_eq!(mask.bounds(), [301, 303, 401, 403]);
}

#[test]
fn points_of_a_skeleton_stand_within_it_frame_by_frame() {
    let (track, _) = only(
        r#"<track label="tool"><skeleton frame="0" keyframe="1">
             <points label="tip" outside="0" occluded="1" keyframe="1" points="1,2"/>
             <points label="shaft" outside="0" occluded="0" keyframe="1" points="5,6"/></skeleton>
           <skeleton frame="2" keyframe="0"><points label="tip" outside="1" keyframe="1" points="1,2"/>
             <points label="shaft" outside="0" occluded="0" keyframe="0" points="6,6"/></skeleton></track>"#,
    );
    assert_eq!(frames(&track), [0, 2]);
    let names = |frame| match track.at(frame) {
        Some(Shape::Keypoints(points)) => points
            .iter()
            .map(|point| (point.name.as_str(), point.x_px, point.visibility))
            .collect::<Vec<_>>(),
        _ => panic!("no points"),
    };
    assert_eq!(
        names(0),
        [
            ("tip", 1.0, Visibility::Occluded),
            ("shaft", 5.0, Visibility::Visible)
        ]
    );
    assert_eq!(names(2), [("shaft", 6.0, Visibility::Visible)]);
}

#[test]
fn tracks_of_a_project_belong_to_the_video_of_their_task() {
    let track = |task: u32| {
        format!(
            r#"<track label="n" task_id="{task}"><box frame="0" keyframe="0" xtl="0" ytl="0" xbr="9" ybr="9"/></track>"#
        )
    };
    let task = |id: u32, name: &str| {
        format!(
            "<task><id>{id}</id><name>{name}</name><mode>interpolation</mode>             <assignee><username>anna</username></assignee></task>"
        )
    };
    let text = format!(
        "<annotations><version>1.1</version><meta><project><tasks>{}{}</tasks></project></meta>{}{}{}</annotations>",
        task(1, "colon"),
        task(2, "ileum"),
        track(1),
        track(2),
        track(1)
    );
    let (report, sink) = read("a.xml", &text);
    assert_eq!(report.raters, ["anna"]);
    let found: Vec<(&str, usize)> = sink
        .readings
        .iter()
        .map(|(key, record)| (key.item.as_str(), record.annotations.len()))
        .collect();
    assert_eq!(found, [("colon", 2), ("ileum", 1)]);
}

#[test]
fn a_later_job_of_a_video_is_an_item_of_its_own() {
    let job = "<start_frame>4</start_frame><segments><segment><start>2</start><stop>3</stop></segment></segments></job>";
    let track =
        r#"<track label="n"><box frame="4" keyframe="1" xtl="0" ytl="0" xbr="9" ybr="9"/></track>"#;
    let text = video(track).replace("task>", "job>").replace("</job>", job);
    let text = text.replacen("<start_frame>0</start_frame>", "", 1);
    let (_, sink) = read("a.xml", &text);
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items, ["colon.mp4#4"]);
}

#[test]
fn points_of_a_skeleton_are_tracks_of_their_own_and_come_together() {
    let (track, _) = only(
        r#"<track label="tool"><skeleton frame="0" keyframe="1"/>
           <track label="tip"><points frame="0" keyframe="1" occluded="1" points="1,2"/>
             <points frame="2" keyframe="1" outside="1" points="1,2"/></track>
           <track label="shaft"><points frame="0" keyframe="1" points="5,6"/>
             <points frame="2" keyframe="1" points="7,8"/><points frame="4" outside="1" keyframe="1" points="7,8"/></track></track>"#,
    );
    assert_eq!(frames(&track), [0, 2]);
    let names = |frame| match track.at(frame) {
        Some(Shape::Keypoints(points)) => points
            .iter()
            .map(|point| (point.name.clone(), point.x_px, point.visibility))
            .collect::<Vec<_>>(),
        _ => panic!("no points"),
    };
    assert_eq!(
        names(0),
        [
            ("tip".to_owned(), 1.0, Visibility::Occluded),
            ("shaft".to_owned(), 5.0, Visibility::Visible)
        ]
    );
    assert_eq!(names(2), [("shaft".to_owned(), 7.0, Visibility::Visible)]);
}

#[test]
fn only_what_holds_in_every_frame_is_an_attribute_of_the_track() {
    let text = video(
        r#"<track label="n" source="manual">
           <box frame="0" keyframe="1" xtl="0" ytl="0" xbr="9" ybr="9"><attribute name="kind">flat</attribute>
             <attribute name="focus">yes</attribute></box>
           <box frame="2" keyframe="0" occluded="1" xtl="0" ytl="0" xbr="9" ybr="9"><attribute name="kind">flat</attribute>
             <attribute name="focus">no</attribute></box></track>"#,
    );
    let (_, sink) = read("a.xml", &text);
    let found: Vec<(&str, &str)> = annotations(&sink)[0]
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(found, [("kind", "flat"), ("source", "manual")]);
}

#[test]
fn all_tracks_of_a_file_are_one_reading_of_the_video_and_none_at_all_is_an_empty_one() {
    let track =
        r#"<track label="n"><box frame="0" keyframe="0" xtl="0" ytl="0" xbr="9" ybr="9"/></track>"#;
    let (report, sink) = read("a.xml", &video(&track.repeat(3)));
    assert_eq!((report.counts.items, report.counts.annotations), (1, 3));
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert!(key.item.starts_with("colon") && key.rater == "anna");
    assert_eq!(record.reading.state, ReadingState::Annotated);
    let size = sink.items.values().next().map(|item| item.width_px);
    assert_eq!(size, Some(Some(100)));
    let (_, sink) = read("a.xml", &video(""));
    let states: Vec<ReadingState> = sink
        .readings
        .values()
        .map(|record| record.reading.state)
        .collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
}

#[test]
fn two_frames_far_apart_cost_no_memory() {
    let text = video(
        r#"<track label="n"><box frame="0" keyframe="1" xtl="0" ytl="0" xbr="9" ybr="9"/>
           <box frame="4294967295" keyframe="1" xtl="0" ytl="0" xbr="9" ybr="9"/></track>"#,
    );
    let (_, sink) = read("a.xml", &text);
    assert!(skips(&sink)[0].contains("more than 10000000 numbers"));
}
