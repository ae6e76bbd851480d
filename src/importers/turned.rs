//! Boxes, upright or turned about their middle, from the four corners that formats state.

use crate::geometry::RotatedRect;

/// The rectangle nearest to four corners in their order, unless one of them lies further off it than `slack_px`.
pub(super) fn rectangle([a, b, c, d]: [[f64; 2]; 4], slack_px: f64) -> Option<RotatedRect> {
    let [cx, cy] = [0, 1].map(|axis| 0.25 * (a[axis] + b[axis] + c[axis] + d[axis]));
    let [ux, uy] = [0, 1].map(|axis| 0.5 * (b[axis] - a[axis] + c[axis] - d[axis]));
    let [vx, vy] = [0, 1].map(|axis| 0.5 * (d[axis] - a[axis] + c[axis] - b[axis]));
    let (width, height) = (ux.hypot(uy), vx.hypot(vy));
    if !(width > 0.0 && height > 0.0) {
        return None;
    }
    // Sides stand at right angles to each other; the angle lies between what either pair of sides says.
    let side = if ux * vy - uy * vx < 0.0 { -1.0 } else { 1.0 };
    let along = [
        ux / width - side * -vy / height,
        uy / width - side * vx / height,
    ];
    let angle = along[1].atan2(along[0]);
    let (sin, cos) = angle.sin_cos();
    let off = [
        (a, -1.0, -1.0),
        (b, 1.0, -1.0),
        (c, 1.0, 1.0),
        (d, -1.0, 1.0),
    ]
    .into_iter()
    .map(|(p, s, t)| {
        let (dx, dy) = (0.5 * s * width, 0.5 * t * side * height);
        let x = cx + dx * cos - dy * sin;
        let y = cy + dx * sin + dy * cos;
        (p[0] - x).hypot(p[1] - y)
    })
    .fold(0.0, f64::max);
    (off <= slack_px).then_some(RotatedRect {
        cx,
        cy,
        width,
        height,
        angle_deg: angle.to_degrees(),
    })
}

/// Whether four points are the corners of an upright box, in either direction.
pub(super) fn is_upright([a, b, c, d]: [[f64; 2]; 4]) -> bool {
    let along = |first: usize| {
        let other = 1 - first;
        a[first] == b[first] && b[other] == c[other] && c[first] == d[first] && d[other] == a[other]
    };
    along(0) || along(1)
}

#[cfg(test)]
mod tests {
    use super::rectangle;

    #[test]
    fn a_turned_box_keeps_its_middle_sides_and_angle_whichever_way_it_is_drawn() {
        // 8 by 4 about (10, 10), turned by 30 degrees clockwise (y down).
        let (sin, cos) = 30_f64.to_radians().sin_cos();
        let corner = |dx: f64, dy: f64| [10.0 + dx * cos - dy * sin, 10.0 + dx * sin + dy * cos];
        let ring = [
            corner(-4.0, -2.0),
            corner(4.0, -2.0),
            corner(4.0, 2.0),
            corner(-4.0, 2.0),
        ];
        let reversed = [ring[3], ring[2], ring[1], ring[0]];
        for corners in [ring, reversed] {
            let found = rectangle(corners, 0.05).expect("a rectangle");
            let wanted = [10.0, 10.0, 8.0, 4.0, 30.0];
            let found = [
                found.cx,
                found.cy,
                found.width,
                found.height,
                found.angle_deg,
            ];
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
            }
        }
        let mut skewed = ring;
        skewed[0][0] -= 1.0;
        assert_eq!(rectangle(skewed, 0.05), None);
        assert_eq!(rectangle([ring[0]; 4], 0.05), None);
    }
}
