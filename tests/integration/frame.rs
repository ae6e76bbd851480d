//! Mutants of what an importer read: a suite that does not notice a shift by half a pixel, exchanged axes or a
//! flip does not hold the importer to Concord's frame.

use concord::domain::{Keypoint, Shape, Track, TrackedShape};
use concord::geometry::{
    Cuboid, Ellipse, Mask, MultiPolygon, Polygon, Rect, RotatedRect, SliceAxis, Volume,
};
use concord::importers::MemorySink;

/// One way in which a convention can be misread.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    ShiftX,
    ShiftY,
    SwapAxes,
    FlipX,
    FlipY,
    FlipSlices,
}

const MUTATIONS: [Mutation; 6] = [
    Mutation::ShiftX,
    Mutation::ShiftY,
    Mutation::SwapAxes,
    Mutation::FlipX,
    Mutation::FlipY,
    Mutation::FlipSlices,
];

/// Far from any fixture's own middle, so that a flip never lands on itself.
const MIRROR_PX: f64 = 1000.0;

/// `holds` must hold for what was read and for none of its mutants. Returns how many mutants differ from the
/// original; a fixture that draws nothing makes none and fails.
///
/// Vectors are shifted by half a pixel, masks and volumes by one; volumes are also flipped along their slices.
pub fn check_mutants(sink: &MemorySink, holds: impl Fn(&MemorySink) -> bool) -> usize {
    assert!(holds(sink), "the reading itself is not as expected");
    let mut n_mutants = 0;
    for mutation in MUTATIONS {
        let mut mutant = sink.clone();
        let mut changed = false;
        for annotation in mutant
            .readings
            .values_mut()
            .flat_map(|record| &mut record.annotations)
        {
            let moved = mutation.of(&annotation.shape);
            changed |= moved != annotation.shape;
            annotation.shape = moved;
        }
        if changed {
            assert!(!holds(&mutant), "{mutation:?} goes unnoticed");
            n_mutants += 1;
        }
    }
    assert!(
        n_mutants >= 4,
        "only {n_mutants} mutants differ from the original"
    );
    n_mutants
}

impl Mutation {
    fn point(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::ShiftX => [x + 0.5, y],
            Self::ShiftY => [x, y + 0.5],
            Self::SwapAxes => [y, x],
            Self::FlipX => [MIRROR_PX - x, y],
            Self::FlipY => [x, MIRROR_PX - y],
            Self::FlipSlices => [x, y],
        }
    }

    fn angle(self, angle_deg: f64) -> f64 {
        match self {
            Self::SwapAxes => 90.0 - angle_deg,
            Self::FlipX | Self::FlipY => -angle_deg,
            Self::ShiftX | Self::ShiftY | Self::FlipSlices => angle_deg,
        }
    }

    fn mask(self, mask: &Mask) -> Mask {
        let (width, height) = (mask.width_px(), mask.height_px());
        let (out_width, out_height) = match self {
            Self::SwapAxes => (height, width),
            _ => (width, height),
        };
        let mut pixels = vec![0_u8; out_width as usize * out_height as usize];
        for span in mask.spans() {
            for x in span.x0..span.x1 {
                let y = span.y;
                let (to_x, to_y) = match self {
                    Self::ShiftX => ((x + 1) % width, y),
                    Self::ShiftY => (x, (y + 1) % height),
                    Self::SwapAxes => (y, x),
                    Self::FlipX => (width - 1 - x, y),
                    Self::FlipY => (x, height - 1 - y),
                    Self::FlipSlices => (x, y),
                };
                pixels[to_y as usize * out_width as usize + to_x as usize] = 1;
            }
        }
        let mut bounds = Vec::new();
        for (at, pair) in std::iter::once(&0)
            .chain(&pixels)
            .zip(pixels.iter().chain(std::iter::once(&0)))
            .enumerate()
        {
            if pair.0 != pair.1 {
                bounds.push(at as u32);
            }
        }
        Mask::from_bounds(out_width, out_height, bounds).expect("runs of a sound mask")
    }

    fn volume(self, volume: &Volume) -> Volume {
        let slices = volume.slices();
        let ends = slices
            .first()
            .zip(slices.last())
            .map_or(0, |(a, b)| a.0 + b.0);
        let moved: Vec<(i64, Mask)> = slices
            .iter()
            .map(|(key, mask)| {
                let key = match self {
                    // One further, so that a volume that is its own mirror image differs too.
                    Self::FlipSlices => ends - key + 1,
                    _ => *key,
                };
                (key, self.mask(mask))
            })
            .collect();
        let (width, height) = match self {
            Self::SwapAxes => (volume.height_px(), volume.width_px()),
            _ => (volume.width_px(), volume.height_px()),
        };
        let axis: SliceAxis = volume.axis();
        Volume::new(width, height, axis, moved).expect("slices of a sound volume")
    }

    fn rings(self, polygon: &MultiPolygon) -> MultiPolygon {
        let ring = |ring: &[[f64; 2]]| ring.iter().map(|point| self.point(*point)).collect();
        MultiPolygon::new(
            polygon
                .parts
                .iter()
                .map(|part| {
                    Polygon::new(
                        ring(&part.exterior),
                        part.holes.iter().map(|hole| ring(hole)).collect(),
                    )
                    .expect("rings of a sound polygon")
                })
                .collect(),
        )
    }

    fn of(self, shape: &Shape) -> Shape {
        match shape {
            Shape::Box(rect) => {
                let [p, q] = [[rect.x0, rect.y0], [rect.x1, rect.y1]].map(|p| self.point(p));
                Shape::Box(Rect::from_corners(p, q))
            }
            Shape::RotatedBox(rect) => {
                let [cx, cy] = self.point([rect.cx, rect.cy]);
                Shape::RotatedBox(RotatedRect {
                    cx,
                    cy,
                    angle_deg: self.angle(rect.angle_deg),
                    ..*rect
                })
            }
            Shape::Ellipse(ellipse) => {
                let [cx, cy] = self.point([ellipse.cx, ellipse.cy]);
                Shape::Ellipse(Ellipse {
                    cx,
                    cy,
                    angle_deg: self.angle(ellipse.angle_deg),
                    ..*ellipse
                })
            }
            Shape::Polygon(polygon) => Shape::Polygon(self.rings(polygon)),
            Shape::Polyline(points) => {
                Shape::Polyline(points.iter().map(|point| self.point(*point)).collect())
            }
            Shape::Keypoints(points) => Shape::Keypoints(
                points
                    .iter()
                    .map(|point| {
                        let [x_px, y_px] = self.point([point.x_px, point.y_px]);
                        Keypoint {
                            x_px,
                            y_px,
                            ..point.clone()
                        }
                    })
                    .collect(),
            ),
            Shape::Mask(mask) => Shape::Mask(self.mask(mask)),
            Shape::Volume(volume) => Shape::Volume(self.volume(volume)),
            Shape::Cuboid(cuboid) => {
                let [x, y] = self.point([cuboid.centre[0], cuboid.centre[1]]);
                Shape::Cuboid(
                    Cuboid::new(
                        [x, y, cuboid.centre[2]],
                        cuboid.size,
                        self.angle(cuboid.yaw_rad),
                    )
                    .expect("a sound cuboid"),
                )
            }
            Shape::Track(track) => Shape::Track(
                Track::new(
                    track
                        .shapes()
                        .iter()
                        .map(|one| TrackedShape {
                            frame: one.frame,
                            shape: self.of(&one.shape),
                        })
                        .collect(),
                )
                .expect("a sound track"),
            ),
            Shape::Classification { .. }
            | Shape::Ordinal { .. }
            | Shape::PointLabels(_)
            | Shape::TextSpan(_) => shape.clone(),
        }
    }
}
