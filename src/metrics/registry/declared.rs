//! Every metric, declared.

use super::{Direction, EmptyPolicy, Exchange, MetricSpec, WhenEmpty};
use crate::definitions::{DefinedIn, defined_in};
use crate::metrics::Unit;

const UNDEFINED: EmptyPolicy = EmptyPolicy {
    both: WhenEmpty::Undefined,
    reference: WhenEmpty::Undefined,
    candidate: WhenEmpty::Undefined,
};
const ZERO_IF_ONE: EmptyPolicy = EmptyPolicy {
    both: WhenEmpty::Undefined,
    reference: WhenEmpty::Value(0.0),
    candidate: WhenEmpty::Value(0.0),
};
const FORMULA: EmptyPolicy = EmptyPolicy {
    both: WhenEmpty::Formula,
    reference: WhenEmpty::Formula,
    candidate: WhenEmpty::Formula,
};
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
const UNIT_INTERVAL: (f64, f64) = (0.0, 1.0);
const NIKOLOV: &str = "Nikolov et al. 2021, doi:10.2196/26151";
const HEIMANN: &str = "Heimann et al. 2009, doi:10.1109/TMI.2009.2013851";
const MOT: &str = "Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309";
const COCO: &str = "Lin et al. 2014, doi:10.1007/978-3-319-10602-1_48; COCO keypoint evaluation";

const OVERLAPS: &[&str] = &[
    "overlap/masks.json",
    "overlap/polygons.json",
    "boundary/simpleitk.json",
    "vectors/polygons.json",
    "vectors/rectangles.json",
    "vectors/ellipses.json",
    "vectors/cuboids.json",
];
const SURFACES: &[&str] = &["boundary/surfaces.json", "boundary/metrics_reloaded.json"];
const SIZES: &[&str] = &["boundary/surfaces.json", "boundary/simpleitk.json"];

const fn ratio(
    key: &'static str,
    title: &'static str,
    source: &'static str,
    defined_in: DefinedIn,
    oracles: &'static [&'static str],
) -> MetricSpec {
    MetricSpec {
        key,
        printed_as: &[],
        title,
        unit: Unit::Ratio,
        unit_with_spacing: None,
        range: UNIT_INTERVAL,
        direction: Direction::HigherIsBetter,
        exchange: Exchange::Same,
        empty: ZERO_IF_ONE,
        source,
        defined_in,
        oracles,
    }
}

const fn distance(
    key: &'static str,
    title: &'static str,
    source: &'static str,
    defined_in: DefinedIn,
    oracles: &'static [&'static str],
) -> MetricSpec {
    MetricSpec {
        unit: Unit::Px,
        unit_with_spacing: Some(Unit::Mm),
        range: POSITIVE,
        direction: Direction::LowerIsBetter,
        empty: UNDEFINED,
        ..ratio(key, title, source, defined_in, oracles)
    }
}

/// Every metric, in the order in which tables show them.
pub const ALL: &[MetricSpec] = &[
    ratio(
        "dice",
        "Dice coefficient",
        "Dice 1945, doi:10.2307/1932409",
        defined_in!("metrics/overlap.rs", "dice"),
        OVERLAPS,
    ),
    ratio(
        "iou",
        "Intersection over union",
        "Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x",
        defined_in!("metrics/overlap.rs", "iou"),
        OVERLAPS,
    ),
    ratio(
        "boundary_iou",
        "Boundary IoU",
        "Cheng et al. 2021, doi:10.1109/CVPR46437.2021.01508",
        defined_in!("metrics/boundary_iou.rs", "boundary_iou"),
        &[
            "boundary/boundary_iou.json",
            "boundary/metrics_reloaded.json",
        ],
    ),
    distance(
        "hd",
        "Hausdorff distance",
        "Hausdorff 1914; elements as in Nikolov et al. 2021",
        defined_in!("metrics/boundary.rs", "hd"),
        &[
            "boundary/surfaces.json",
            "boundary/simpleitk.json",
            "boundary/metrics_reloaded.json",
        ],
    ),
    distance(
        "hd95",
        "95th percentile Hausdorff distance",
        NIKOLOV,
        defined_in!("metrics/boundary.rs", "hd95"),
        SURFACES,
    ),
    distance(
        "assd",
        "Average symmetric surface distance",
        NIKOLOV,
        defined_in!("metrics/boundary.rs", "assd"),
        SURFACES,
    ),
    distance(
        "masd",
        "Mean average surface distance",
        "Beneš & Zitová 2015, doi:10.1111/jmi.12186; elements as in Nikolov et al. 2021",
        defined_in!("metrics/boundary.rs", "masd"),
        SURFACES,
    ),
    ratio(
        "nsd",
        "Normalised surface distance at tolerance",
        NIKOLOV,
        defined_in!("metrics/boundary.rs", "nsd"),
        SURFACES,
    ),
    distance(
        "centroid_distance",
        "Distance between centroids",
        "Euclid; centroids as in Maier-Hein et al. 2024, doi:10.1038/s41592-023-02151-z",
        defined_in!("metrics/sizes.rs", "centroid_distance"),
        &["boundary/metrics_reloaded.json"],
    ),
    MetricSpec {
        key: "volume_difference",
        printed_as: &[],
        title: "Volume difference (candidate minus reference)",
        unit: Unit::Voxel,
        unit_with_spacing: Some(Unit::Mm3),
        range: ANY,
        direction: Direction::ZeroIsBest,
        exchange: Exchange::Sign,
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Formula,
            candidate: WhenEmpty::Formula,
        },
        source: HEIMANN,
        defined_in: defined_in!("metrics/sizes.rs", "volume_difference"),
        oracles: SIZES,
    },
    MetricSpec {
        key: "absolute_volume_difference",
        printed_as: &[],
        title: "Volume difference without its sign",
        unit: Unit::Voxel,
        unit_with_spacing: Some(Unit::Mm3),
        range: POSITIVE,
        direction: Direction::LowerIsBetter,
        exchange: Exchange::Same,
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Formula,
            candidate: WhenEmpty::Formula,
        },
        source: HEIMANN,
        defined_in: defined_in!("metrics/sizes.rs", "absolute_volume_difference"),
        oracles: SIZES,
    },
    MetricSpec {
        key: "relative_volume_difference",
        printed_as: &[],
        title: "Relative volume difference",
        unit: Unit::Ratio,
        unit_with_spacing: None,
        range: (-1.0, f64::INFINITY),
        direction: Direction::ZeroIsBest,
        exchange: Exchange::Other,
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Undefined,
            candidate: WhenEmpty::Value(-1.0),
        },
        source: HEIMANN,
        defined_in: defined_in!("metrics/sizes.rs", "relative_volume_difference"),
        oracles: &["boundary/metrics_reloaded.json"],
    },
    MetricSpec {
        exchange: Exchange::Other,
        range: POSITIVE,
        direction: Direction::LowerIsBetter,
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Undefined,
            candidate: WhenEmpty::Value(1.0),
        },
        ..ratio(
            "absolute_relative_volume_difference",
            "Relative volume difference without its sign",
            HEIMANN,
            defined_in!("metrics/sizes.rs", "absolute_relative_volume_difference"),
            &["boundary/metrics_reloaded.json"],
        )
    },
    ratio(
        "volume_similarity",
        "Volumetric similarity",
        "Taha & Hanbury 2015, doi:10.1186/s12880-015-0068-x",
        defined_in!("metrics/sizes.rs", "volume_similarity"),
        &["boundary/simpleitk.json"],
    ),
    MetricSpec {
        printed_as: &[
            "box_edge_left",
            "box_edge_top",
            "box_edge_right",
            "box_edge_bottom",
        ],
        unit_with_spacing: None,
        empty: FORMULA,
        ..distance(
            "box_edge_deviation",
            "Largest edge deviation of a box",
            "the annotation guide's box tolerance",
            defined_in!("metrics/sizes.rs", "box_edge_deviation"),
            &["boundary/boxes.json"],
        )
    },
    MetricSpec {
        printed_as: &["boundary_distance"],
        ..distance(
            "mean_boundary_distance",
            "Mean symmetric boundary distance of polygons",
            "Heimann et al. 2009, doi:10.1109/TMI.2009.2013851, on exact outlines",
            defined_in!("metrics/lines.rs", "mean_boundary_distance"),
            &["overlap/polygons.json"],
        )
    },
    distance(
        "outline_hausdorff",
        "Hausdorff distance of polygon outlines",
        "Hausdorff 1914; Huttenlocher et al. 1993, doi:10.1109/34.232073",
        defined_in!("metrics/lines.rs", "outline_hausdorff"),
        &["vectors/polygons.json"],
    ),
    MetricSpec {
        printed_as: &["distance_px", "distance_mm"],
        ..distance(
            "point_distance",
            "Mean distance of named points",
            "Euclid",
            defined_in!("metrics/keypoints.rs", "summary"),
            &["keypoints/coco.json"],
        )
    },
    MetricSpec {
        empty: UNDEFINED,
        ..ratio(
            "pck",
            "Share of points within tolerance",
            "Yang & Ramanan 2013, doi:10.1109/TPAMI.2012.261",
            defined_in!("metrics/keypoints/share_correct.rs", "pck"),
            &["keypoints/coco.json"],
        )
    },
    MetricSpec {
        exchange: Exchange::Other,
        empty: UNDEFINED,
        ..ratio(
            "oks",
            "Object keypoint similarity",
            COCO,
            defined_in!("metrics/keypoints/similarity.rs", "oks"),
            &["overlap/keypoints.json"],
        )
    },
    MetricSpec {
        exchange: Exchange::Other,
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Undefined,
            candidate: WhenEmpty::Value(0.0),
        },
        ..ratio(
            "coco_oks",
            "Object keypoint similarity as COCO's evaluation has it",
            COCO,
            defined_in!("metrics/keypoints/similarity.rs", "coco_oks"),
            &["keypoints/coco.json"],
        )
    },
    ratio(
        "cloud_mean_iou",
        "Mean IoU of the labels on one cloud",
        "Behley et al. 2019, doi:10.1109/ICCV.2019.00939",
        defined_in!("metrics/clouds.rs", "mean_iou"),
        &["clouds/figures.json"],
    ),
    MetricSpec {
        printed_as: &["start_difference", "end_difference"],
        ..ratio(
            "span_f1_exact",
            "F1 of text spans with equal boundaries",
            "Tjong Kim Sang & De Meulder 2003, doi:10.3115/1119176.1119195",
            defined_in!("metrics/spans.rs", "f1"),
            &["spans/figures.json"],
        )
    },
    ratio(
        "span_f1_overlap",
        "F1 of text spans that share a character, one to one",
        "Segura-Bedmar et al. 2013, ACL anthology S13-2056, made one to one",
        defined_in!("metrics/spans.rs", "compare_spans"),
        &["spans/figures.json"],
    ),
    ratio(
        "span_f1_characters",
        "F1 of the characters within text spans",
        "Hripcsak & Rothschild 2005, doi:10.1197/jamia.M1733",
        defined_in!("metrics/spans.rs", "compare_spans"),
        &["spans/figures.json"],
    ),
    MetricSpec {
        printed_as: &[
            "frames_reference",
            "frames_candidate",
            "frames_matched",
            "identity_switches",
            "fragmentations",
        ],
        exchange: Exchange::Other,
        range: (f64::NEG_INFINITY, 1.0),
        empty: EmptyPolicy {
            both: WhenEmpty::Undefined,
            reference: WhenEmpty::Undefined,
            candidate: WhenEmpty::Value(0.0),
        },
        ..ratio(
            "mota",
            "Multiple object tracking accuracy",
            MOT,
            defined_in!("metrics/tracks.rs", "mota"),
            &["tracks/figures.json"],
        )
    },
    MetricSpec {
        exchange: Exchange::Other,
        empty: UNDEFINED,
        ..ratio(
            "motp",
            "Multiple object tracking precision (mean IoU)",
            MOT,
            defined_in!("metrics/tracks.rs", "motp"),
            &["tracks/figures.json"],
        )
    },
    ratio(
        "idf1",
        "F1 of track identities",
        "Ristani et al. 2016, doi:10.1007/978-3-319-48881-3_2",
        defined_in!("metrics/tracks.rs", "idf1"),
        &["tracks/figures.json"],
    ),
    distance(
        "frechet",
        "Discrete Fréchet distance of lines",
        "Eiter & Mannila 1994, TU Wien CD-TR 94/64",
        defined_in!("metrics/lines.rs", "frechet"),
        &["vectors/lines.json"],
    ),
    MetricSpec {
        printed_as: &["boundary_distance"],
        ..distance(
            "mean_line_distance",
            "Mean symmetric distance of lines",
            "Heimann et al. 2009, doi:10.1109/TMI.2009.2013851, on exact lines",
            defined_in!("metrics/lines.rs", "mean_line_distance"),
            &["vectors/lines.json"],
        )
    },
    MetricSpec {
        range: ANY,
        direction: Direction::ZeroIsBest,
        exchange: Exchange::Sign,
        ..distance(
            "length_difference",
            "Length difference (candidate minus reference)",
            "Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8",
            defined_in!("metrics/measurements.rs", "length_difference"),
            &["vectors/lines.json"],
        )
    },
    MetricSpec {
        unit: Unit::Degrees,
        unit_with_spacing: None,
        range: (-180.0, 180.0),
        direction: Direction::ZeroIsBest,
        exchange: Exchange::Sign,
        ..distance(
            "angle_difference",
            "Angle difference (candidate minus reference)",
            "Mardia & Jupp 2000, doi:10.1002/9780470316979",
            defined_in!("metrics/measurements.rs", "angle_difference"),
            &["vectors/lines.json"],
        )
    },
    MetricSpec {
        unit: Unit::Steps,
        unit_with_spacing: None,
        range: ANY,
        direction: Direction::ZeroIsBest,
        exchange: Exchange::Sign,
        ..distance(
            "rank_difference",
            "Difference of ranks (candidate minus reference)",
            "Stevens 1946, doi:10.1126/science.103.2684.677",
            defined_in!("metrics/ranks.rs", "rank_difference"),
            &["ranks/differences.json"],
        )
    },
];
