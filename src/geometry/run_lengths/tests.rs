use proptest::prelude::*;

use super::*;

#[test]
fn cvat_counts_read_along_rows() {
    let mask = Mask::from_row_major_counts(4, 3, [1, 2, 1, 5, 3]).unwrap();
    assert_eq!(mask.bounds(), [1, 3, 4, 9]);
    assert_eq!(mask.to_row_major_counts(), [1, 2, 1, 5, 3]);
}

#[test]
fn coco_counts_read_along_columns() {
    // Columns of 3: the second column is full, the third has its top pixel.
    let mask = Mask::from_column_major_counts(4, 3, [3, 4, 5]).unwrap();
    assert_eq!(mask.bounds(), [1, 3, 5, 6, 9, 10]);
    assert_eq!(mask.to_column_major_counts(), [3, 4, 5]);
}

#[test]
fn a_full_mask_is_one_run_both_ways() {
    let full = Mask::from_column_major_counts(4, 3, [0, 12]).unwrap();
    assert_eq!(full.bounds(), [0, 12]);
    assert_eq!(full.to_column_major_counts(), [0, 12]);
    assert_eq!(Mask::empty(4, 3).unwrap().to_column_major_counts(), [12]);
}

#[test]
fn counts_that_miss_the_image_size_name_both_sums() {
    let short = Mask::from_row_major_counts(4, 3, [3, 4]);
    let expected = GeometryError::CountsSum {
        found: 7,
        expected: 12,
    };
    assert_eq!(short, Err(expected));
    assert!(Mask::from_column_major_counts(4, 3, [3, u64::MAX, u64::MAX]).is_err());
}

#[test]
fn a_huge_claimed_run_costs_nothing() {
    let mask = Mask::from_column_major_counts(65_535, 65_535, [0, 65_535 * 65_535]).unwrap();
    assert_eq!(mask.bounds().len(), 2);
}

#[test]
fn a_broken_string_says_where() {
    let broken = |text| Mask::from_coco_string(4, 3, text).unwrap_err();
    assert!(matches!(
        broken("3 4"),
        GeometryError::CountsString { position: 1, .. }
    ));
    assert!(matches!(
        broken("3P"),
        GeometryError::CountsString { position: 1, .. }
    ));
    assert!(matches!(
        broken("oooooooooo0"),
        GeometryError::CountsString { .. }
    ));
    assert!(matches!(
        broken("3O"),
        GeometryError::CountsString { position: 1, .. }
    ));
    assert!(matches!(
        broken("é"),
        GeometryError::CountsString { position: 0, .. }
    ));
    assert!(matches!(
        broken(""),
        GeometryError::CountsSum { found: 0, .. }
    ));
}

proptest! {
    #[test]
    fn every_code_reads_back(raster in proptest::collection::vec(0_u8..2, 63)) {
        let mask = Mask::from_raster(9, 7, &raster).unwrap();
        let rows = mask.to_row_major_counts().into_iter().map(u64::from);
        prop_assert_eq!(&Mask::from_row_major_counts(9, 7, rows).unwrap(), &mask);
        let columns = mask.to_column_major_counts();
        let (mut naive, mut value) = (vec![0_u32], 0);
        for x in 0..9 {
            for y in 0..7 {
                if raster[y * 9 + x] != value {
                    value = raster[y * 9 + x];
                    naive.push(0);
                }
                *naive.last_mut().unwrap() += 1;
            }
        }
        prop_assert_eq!(&columns, &naive);
        let columns = columns.into_iter().map(u64::from);
        prop_assert_eq!(&Mask::from_column_major_counts(9, 7, columns).unwrap(), &mask);
        prop_assert_eq!(&Mask::from_coco_string(9, 7, &mask.to_coco_string()).unwrap(), &mask);
    }
}
