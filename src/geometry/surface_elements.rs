//! Sizes of surface elements: what a 2x2 or 2x2x2 block of pixels or voxels adds to the length or area of a border.
//!
//! A block's code has one bit per pixel, the first pixel (lowest z, y, x) highest. The element is that of marching squares or cubes:
//! its corners are the midpoints of the block edges that join a set with an unset pixel.

/// Length of the element of each 2x2 block on a spacing of `[y, x]`.
///
/// # Definition
/// The set or the unset pixels, whichever are fewer, are split into groups of edge neighbours; diagonal neighbours stay apart. A lone
/// pixel is cut off by half a diagonal; a pair by the block's side.
///
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, sizes of 250 masks, `tests/oracles/boundary/surfaces.json`.
pub(super) fn lengths([y, x]: [f64; 2]) -> [f64; 16] {
    let half_diagonal = 0.5 * y.hypot(x);
    std::array::from_fn(|code| {
        let code = code as u32;
        match (code.count_ones(), code) {
            (0 | 4, _) => 0.0,
            (2, 0b0011 | 0b1100) => x,
            (2, 0b0101 | 0b1010) => y,
            (2, _) => 2.0 * half_diagonal,
            _ => half_diagonal,
        }
    })
}

/// Area of the element of each 2x2x2 block on a spacing of `[z, y, x]`.
///
/// # Definition
/// The set or the unset voxels, whichever are fewer (the set ones of four), are split into groups of edge neighbours. Let
/// f = (s_y·s_x, s_z·s_x, s_z·s_y), the areas of a voxel's faces across z, y, x. Cutting off a group takes, by its shape:
///
/// | group | cut | area |
/// |---|---|---|
/// | one voxel | triangle | ⅛·‖f‖ |
/// | two along axis u | rectangle | ½·√(f_v² + f_w²) |
/// | three in a plane across w | triangle in that plane, slanted trapezoid | ½·f_w + ⅜·‖f‖ |
/// | four in a plane across w | face | f_w |
/// | one and its three neighbours | plane hexagon | ¾·‖f‖ |
/// | a chain along axes u, m, v | hexagon, in triangles | ¼·√(f_m² + f_u²) + ¼·√(f_m² + f_v²) + ½·‖f‖ |
///
/// Only the last cut is not plane, hence depends on its triangles: here the one over every other corner (⅜·‖f‖) and the three at its
/// sides, which agrees with the public implementation that accompanies the reference.
///
/// # Reference
/// Lorensen & Cline 1987, doi:10.1145/37402.37422; Nikolov et al. 2021, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, sizes of 500 volumes, `tests/oracles/boundary/surfaces.json`.
pub(super) fn areas([z, y, x]: [f64; 3]) -> [f64; 256] {
    let faces = [y * x, z * x, z * y];
    std::array::from_fn(|code| {
        let code = code as u8;
        let fewer = if code.count_ones() > 4 { !code } else { code };
        groups(fewer).map(|group| cut(group, faces)).sum()
    })
}

/// Splits the set bits into groups of edge neighbours.
fn groups(mut left: u8) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let mut group = left & left.wrapping_neg();
        loop {
            let grown = left & (0..3).fold(group, |grown, axis| grown | across(group, axis));
            if grown == group {
                break;
            }
            group = grown;
        }
        left &= !group;
        Some(group)
    })
}

/// The neighbours of all set bits along an axis (0: z, 1: y, 2: x).
fn across(bits: u8, axis: usize) -> u8 {
    match axis {
        0 => bits.rotate_left(4),
        1 => (bits & 0b1100_1100) >> 2 | (bits & 0b0011_0011) << 2,
        _ => (bits & 0b1010_1010) >> 1 | (bits & 0b0101_0101) << 1,
    }
}

/// Area that cuts a group of edge neighbours off the rest of its block.
fn cut(group: u8, faces: [f64; 3]) -> f64 {
    let whole = faces[0].hypot(faces[1]).hypot(faces[2]);
    // Neighbouring pairs along each axis; every pair is seen from both sides.
    let pairs: [u32; 3] =
        std::array::from_fn(|axis| (group & across(group, axis)).count_ones() / 2);
    let axes = |n: u32| (0..3).filter(move |&axis| pairs[axis] == n);
    match (group.count_ones(), pairs.iter().sum::<u32>()) {
        (1, _) => whole / 8.0,
        (2, _) => 0.5 * axes(0).map(|axis| faces[axis]).fold(0.0, f64::hypot),
        (3, _) => 0.5 * axes(0).map(|axis| faces[axis]).sum::<f64>() + 0.375 * whole,
        (_, 4) => axes(0).map(|axis| faces[axis]).sum(),
        _ if (0..8).any(|bit| is_hub(group, 1 << bit)) => 0.75 * whole,
        _ => {
            // The middle link joins the two voxels that have two neighbours each.
            let inner = (0..8).fold(0, |inner, bit| {
                inner
                    | if n_neighbours(group, 1 << bit) == 2 {
                        group & 1 << bit
                    } else {
                        0
                    }
            });
            let middle = (0..3)
                .find(|&axis| inner & across(inner, axis) != 0)
                .unwrap_or(0);
            let slanted: f64 = (0..3)
                .filter(|&axis| axis != middle)
                .map(|axis| faces[middle].hypot(faces[axis]))
                .sum();
            0.25 * slanted + 0.5 * whole
        }
    }
}

fn n_neighbours(group: u8, voxel: u8) -> u32 {
    (0..3)
        .map(|axis| (group & across(voxel, axis)).count_ones())
        .sum()
}

fn is_hub(group: u8, voxel: u8) -> bool {
    group & voxel != 0 && n_neighbours(group, voxel) == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_the_spacing_of_their_direction() {
        let table = lengths([3.0, 4.0]);
        assert_eq!((table[0b0000], table[0b1111]), (0.0, 0.0));
        assert_eq!((table[0b0011], table[0b0101]), (4.0, 3.0));
        assert_eq!(
            (table[0b0001], table[0b0110], table[0b0111]),
            (2.5, 5.0, 2.5)
        );
    }

    #[test]
    fn areas_of_plain_blocks_can_be_checked_by_hand() {
        let table = areas([1.0, 2.0, 3.0]);
        let whole = (36.0_f64 + 9.0 + 4.0).sqrt();
        // The lower layer of four: a face across z.
        assert_eq!(table[0b0000_1111], 6.0);
        // Two along x: a rectangle over x between the midpoints in y and z.
        assert_eq!(table[0b0000_0011], 0.5 * 6.0_f64.hypot(3.0));
        assert!((table[1] - whole / 8.0).abs() < 1e-12);
        // A corner missing from the layer of four.
        assert!((table[0b0000_0111] - (3.0 + 0.375 * whole)).abs() < 1e-12);
    }

    #[test]
    fn a_block_and_its_complement_have_the_same_border() {
        let (table, lines) = (areas([0.7, 1.1, 2.5]), lengths([0.7, 1.1]));
        assert!((0..256).all(|code| (table[code] - table[255 - code]).abs() < 1e-12));
        assert!((0..16).all(|code| lines[code] == lines[15 - code]));
        assert_eq!(table[0], 0.0);
        assert!((1..255).all(|code| table[code] > 0.0));
    }

    #[test]
    fn a_mirrored_block_has_the_same_border() {
        let table = areas([0.7, 1.1, 2.5]);
        for code in 0..=255_u8 {
            let mirrored = (0..8).filter(|bit| code & 1 << bit != 0);
            for axis in 0..3 {
                let image: u8 = mirrored.clone().map(|bit| across(1 << bit, axis)).sum();
                assert!((table[usize::from(code)] - table[usize::from(image)]).abs() < 1e-12);
            }
        }
    }
}
