//! Directions at right angles that read as they were stated.

/// Half of the last stated digit, less what single precision may take away.
const HALF_DIGIT: f64 = 0.000_49;
/// Directions are pulled a little further in than they need be.
const INSIDE: f64 = 0.000_45;
const MAX_ROUNDS: usize = 500;

type Matrix = [[f64; 3]; 3];

/// Row, column and normal at right angles, each part within the rounding of what is stated. Rounded parts alone are not: a turned
/// grid would come back with other digits. `None` where the parts are no directions at right angles.
pub(super) fn upright(stated: [f64; 9]) -> Option<Matrix> {
    let [a, b, c, d, e, f, g, h, i] = stated;
    let stated = [[a, b, c], [d, e, f], [g, h, i]];
    let furthest = |found: &Matrix| {
        let parts = found.iter().flatten().zip(stated.iter().flatten());
        parts.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let mut found = nearest(stated)?;
    for _ in 0..MAX_ROUNDS {
        if furthest(&found) <= HALF_DIGIT {
            return Some(found);
        }
        for (row, wanted) in found.iter_mut().zip(stated) {
            for (part, wanted) in row.iter_mut().zip(wanted) {
                *part = part.clamp(wanted - INSIDE, wanted + INSIDE);
            }
        }
        found = nearest(found)?;
    }
    // Its own digits are those of no directions at right angles: as near as can be.
    (furthest(&found) <= 10.0 * HALF_DIGIT).then_some(found)
}

/// The nearest rotation, by Newton's iteration of the polar decomposition (Higham 1986, doi:10.1137/0907079).
pub(super) fn nearest(mut matrix: Matrix) -> Option<Matrix> {
    for _ in 0..20 {
        let [a, b, c] = matrix;
        let cofactors = [cross(b, c), cross(c, a), cross(a, b)];
        let determinant: f64 = a.iter().zip(cofactors[0]).map(|(a, b)| a * b).sum();
        if determinant.is_nan() || determinant < 0.5 {
            return None;
        }
        for (row, cofactors) in matrix.iter_mut().zip(cofactors) {
            for (part, cofactor) in row.iter_mut().zip(cofactors) {
                *part = 0.5 * (*part + cofactor / determinant);
            }
        }
    }
    Some(matrix)
}

fn cross([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [b * f - c * e, c * d - a * f, a * e - b * d]
}

#[cfg(test)]
mod tests {
    use super::upright;
    use crate::draw::Draw;

    #[test]
    fn turned_grids_keep_every_stated_digit() {
        let mut numbers = Draw(17);
        let rounded = |part: f64| (part * 1000.0).round() / 1000.0;
        let mut n_kept = 0;
        for _ in 0..500 {
            let [a, b, c] = [0, 1, 2].map(|_| numbers.between(-1.2, 1.2));
            let ((s1, c1), (s2, c2), (s3, c3)) = (a.sin_cos(), b.sin_cos(), c.sin_cos());
            let turned = [
                c1 * c2,
                c1 * s2 * s3 - s1 * c3,
                c1 * s2 * c3 + s1 * s3,
                s1 * c2,
                s1 * s2 * s3 + c1 * c3,
                s1 * s2 * c3 - c1 * s3,
                -s2,
                c2 * s3,
                c2 * c3,
            ];
            let stated = turned.map(rounded);
            let found = upright(stated).expect("a rotation");
            for (at, a) in found.iter().enumerate() {
                for (other, b) in found.iter().enumerate() {
                    let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    assert!((dot - f64::from(u8::from(at == other))).abs() < 1e-12);
                }
            }
            let again = found.iter().flatten().map(|part| rounded(*part));
            n_kept += usize::from(again.zip(stated).all(|(a, b)| a == b));
        }
        assert!(n_kept >= 495, "{n_kept} of 500");
    }

    #[test]
    fn what_is_no_rotation_is_refused() {
        assert!(upright([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]).is_none());
        assert!(upright([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0]).is_none());
        assert!(upright([0.9, 0.1, 0.0, 0.1, 0.9, 0.0, 0.0, 0.0, 1.0]).is_none());
    }
}
