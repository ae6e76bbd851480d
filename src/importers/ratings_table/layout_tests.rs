//! How columns are told apart.

use super::super::layout_error::LayoutError;
use super::{Layout, Sample, TableShape};
use crate::domain::TableOptions;
use std::collections::BTreeMap;

fn layout(text: &str, columns: &[(&str, &str)]) -> Result<Layout, LayoutError> {
    let rows: Vec<Vec<String>> = text
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
    let columns: BTreeMap<String, String> = columns
        .iter()
        .map(|(field, name)| (field.to_string(), name.to_string()))
        .collect();
    let sample = Sample {
        names: None,
        rows,
        is_header_short: false,
    };
    Layout::of(&sample, &columns, &TableOptions::default())
}

fn raters(layout: &Layout) -> Vec<&str> {
    match &layout.shape {
        TableShape::Wide { raters, .. } => raters.iter().map(|one| one.rater.as_str()).collect(),
        _ => panic!("not wide"),
    }
}

#[test]
fn a_long_table_keeps_other_columns_as_attributes() {
    let found = layout("Item,rater,LABEL,quality\nx,r1,a,good\n", &[]).expect("long");
    assert_eq!(
        found.shape,
        TableShape::Long {
            attributes: vec![(3, "quality".to_owned())]
        }
    );
    assert_eq!(found.column("label"), Some(2));
}

#[test]
fn own_names_are_mapped_and_asked_for() {
    let text = "case,Reader,score\nx,r1,a\n";
    assert!(matches!(
        layout(text, &[]),
        Err(LayoutError::Unclear { .. })
    ));
    let mapped = layout(
        text,
        &[("item", "case"), ("rater", "reader"), ("label", "score")],
    )
    .expect("long");
    assert_eq!(mapped.column("rater"), Some(1));
    assert!(matches!(
        layout(text, &[("item", "image")]),
        Err(LayoutError::NoColumn { .. })
    ));
    assert!(matches!(
        layout(text, &[("reader", "Reader")]),
        Err(LayoutError::UnknownField { .. })
    ));
}

#[test]
fn a_matrix_of_numbers_has_a_column_a_rater_and_no_items() {
    let found = layout("1,2,1\n1,1,2\n3,3,3\n", &[]).expect("wide");
    assert_eq!(raters(&found), ["rater-1", "rater-2", "rater-3"]);
    assert_eq!(found.column("item"), None);
    assert!(!found.has_header_row);
}

#[test]
fn row_numbers_are_items_and_numbered_raters_a_header() {
    let found = layout("case,1,2\n101,0,1\n102,1,1\n", &[]).expect("wide");
    assert!(found.has_header_row);
    assert_eq!(
        (found.column("item"), raters(&found)),
        (Some(0), vec!["1", "2"])
    );
    let without_header =
        layout("10,0,1\n11,1,1\n12,0,0\n13,0,0\n14,0,1\n15,1,1\n", &[]).expect("wide");
    assert_eq!(without_header.column("item"), Some(0));
    let few = layout("1,2,1\n2,2,2\n3,1,1\n", &[]).expect("wide");
    assert_eq!(
        few.column("item"),
        None,
        "three ratings may well be 1, 2, 3"
    );
    let gap = layout(",2,1\n2,2,2\n1,1,1\n", &[]).expect("wide");
    assert!(!gap.has_header_row);
}

#[test]
fn row_names_written_by_r_are_items() {
    let found = layout(
        "\"\",a,b\nx,1,2\ny,1,1\nz,2,2\n".replace('"', "").as_str(),
        &[],
    )
    .expect("wide");
    assert_eq!(
        (found.column("item"), raters(&found)),
        (Some(0), vec!["a", "b"])
    );
    let rows = vec![
        vec!["a".into(), "b".into(), String::new()],
        vec!["x".into(), "1".into(), "2".into()],
    ];
    let short = Sample {
        names: None,
        rows,
        is_header_short: true,
    };
    let found = Layout::of(&short, &BTreeMap::new(), &TableOptions::default()).expect("wide");
    assert_eq!(
        (found.column("item"), raters(&found)),
        (Some(0), vec!["a", "b"])
    );
}

#[test]
fn categories_in_the_first_row_are_no_header() {
    let found = layout(
        "benign,malignant\nmalignant,malignant\nbenign,benign\n",
        &[],
    )
    .expect("wide");
    assert!(!found.has_header_row);
    let named = layout("anna,boris\nbenign,malignant\nbenign,benign\n", &[]).expect("wide");
    assert!(named.has_header_row);
}

#[test]
fn boxes_and_single_columns_are_no_ratings() {
    assert!(matches!(
        layout("file,xmin,ymin,xmax,ymax\na,1,2,3,4\n", &[]),
        Err(LayoutError::Boxes { .. })
    ));
    let mixed = layout(
        "file,size,kind\na.png,10,cat\nb.png,20,dog\nc.png,30,cat\n",
        &[],
    );
    assert!(matches!(mixed, Err(LayoutError::Unlike { .. })));
    assert!(matches!(
        layout("item,a\nx,1\ny,2\n", &[]),
        Err(LayoutError::TooFewRaters { found: 1 })
    ));
    assert!(matches!(
        layout("item,a,a\nx,1,2\n", &[]),
        Err(LayoutError::SameName { .. })
    ));
}
