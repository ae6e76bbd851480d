use crate::domain::{Role, Shape};
use crate::importers::testing::{annotations, read, skips};

fn cuboid(line: &str) -> crate::geometry::Cuboid {
    let (report, sink) = read("a.txt", line);
    assert_eq!(report.format, "kitti");
    let found = annotations(&sink);
    let Some(Shape::Cuboid(cuboid)) = found.last().map(|one| &one.shape) else {
        panic!("no cuboid");
    };
    *cuboid
}

#[test]
fn a_box_in_space_turns_as_the_camera_sees_it() {
    // Turned by -π/2 a car drives away from the camera, along x here.
    let away = cuboid("Car 0 0 0 1 2 3 4 1.5 1.75 4 2.5 1.75 12 -1.5707963267948966");
    assert_eq!(away.centre, [12.0, -2.5, -1.0]);
    assert_eq!(away.size, [4.0, 1.75, 1.5]);
    assert!(away.yaw_rad.abs() < 1e-15);
    // Without a turn it drives to the right, which is -y here.
    let right = cuboid("Car 0 0 0 1 2 3 4 1.5 1.75 4 2.5 1.75 12 0");
    assert!((right.yaw_rad + std::f64::consts::FRAC_PI_2).abs() < 1e-15);
}

#[test]
fn corners_of_the_converted_box_are_those_of_the_benchmarks_own_formula() {
    let (h, w, l, x, y, z, ry) = (1.5_f64, 1.75, 4.0, 2.5, 1.75, 12.0, 0.4_f64);
    let found = cuboid(&format!("Car 0 0 0 1 2 3 4 {h} {w} {l} {x} {y} {z} {ry}"));
    for (along, across) in [(0.5, 0.5), (0.5, -0.5), (-0.5, 0.5), (-0.5, -0.5)] {
        // The development kit: R_y(ry) · (±l/2, 0 or -h, ±w/2) + (x, y, z).
        let (dx, dz) = (along * l, across * w);
        let camera = [
            ry.cos() * dx + ry.sin() * dz + x,
            y - h,
            -ry.sin() * dx + ry.cos() * dz + z,
        ];
        let expected = [camera[2], -camera[0], -camera[1]];
        // Across to the camera's far side is to the left here, for a box that drives right.
        let (u, v) = (along * found.size[0], across * found.size[1]);
        let (sin, cos) = found.yaw_rad.sin_cos();
        let corner = [
            found.centre[0] + cos * u - sin * v,
            found.centre[1] + sin * u + cos * v,
            found.centre[2] + 0.5 * found.size[2],
        ];
        for axis in 0..3 {
            assert!(
                (corner[axis] - expected[axis]).abs() < 1e-12,
                "{corner:?} {expected:?}"
            );
        }
    }
}

#[test]
fn files_with_scores_are_a_models() {
    let (_, sink) = read("a.txt", "Car -1 -1 0 1 2 3 4 -1 -1 -1 -1 -1 -1 -1 0.5\n");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.role, Role::Model);
    assert_eq!(record.reading.key.rater, "model");
    assert_eq!(record.annotations[0].confidence, Some(0.5));
    assert!(record.annotations[0].attributes.is_empty());
    let (_, sink) = read("a.txt", "Car 0 0 0 1 2 3 4 -1 -1 -1 -1 -1 -1 -1 -3.5\n");
    assert_eq!(annotations(&sink)[0].attributes["score"], "-3.5");
}

#[test]
fn broken_lines_are_left_out_alone() {
    let text =
        "Car 0 0 0 1 2 3 4 -1 -1 -1 -1 -1 -1 -1\nVan 0 0 0 5 6 7 9 -1 -1 -1 -1 -1 -1 -1\nCar 0 0\n";
    let (report, sink) = read("a.txt", text);
    assert_eq!(report.counts.annotations, 2);
    assert_eq!(
        skips(&sink),
        ["invalid_record line 3: has 3 fields; 15, or 16 with a score, are needed"]
    );
}
