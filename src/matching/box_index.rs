//! A packed R-tree: which of many boxes meet one.

use super::Extent;

/// Boxes or nodes below a node.
const FAN: usize = 16;

/// A tree over boxes, packed once by sort-tile-recursive.
///
/// # Definition
/// Boxes are cut into slabs by their centres in one dimension after the other, so that those that are near each other share a leaf;
/// each level above holds the boxes around `FAN` nodes below. A search enters the nodes that meet what is asked for.
///
/// # Reference
/// Guttman 1984, doi:10.1145/602259.602266; Leutenegger, Lopez & Edgington 1997, doi:10.1109/ICDE.1997.582015.
pub(super) struct BoxIndex<const D: usize> {
    /// Boxes in the order of the leaves, and which one each was.
    boxes: Vec<Extent<D>>,
    numbers: Vec<u32>,
    /// Nodes above, from the leaves up.
    levels: Vec<Vec<Extent<D>>>,
}

impl<const D: usize> BoxIndex<D> {
    /// Boxes with a coordinate that is not a number are left out.
    pub fn new(boxes: &[Extent<D>]) -> Self {
        let mut numbers: Vec<u32> = (0..boxes.len() as u32)
            .filter(|&number| boxes[number as usize].is_finite())
            .collect();
        pack(&mut numbers, boxes, 0);
        let boxes: Vec<Extent<D>> = numbers.iter().map(|&n| boxes[n as usize]).collect();
        let mut levels: Vec<Vec<Extent<D>>> = Vec::new();
        loop {
            let below = levels.last().unwrap_or(&boxes);
            if below.len() <= FAN {
                break;
            }
            levels.push(below.chunks(FAN).map(around).collect());
        }
        Self {
            boxes,
            numbers,
            levels,
        }
    }

    /// Adds the numbers of all boxes that meet `area`, in no order.
    pub fn meeting(&self, area: &Extent<D>, found: &mut Vec<u32>) {
        if area.is_finite() {
            self.enter(self.levels.len(), 0, area, found);
        }
    }

    /// Looks through the `FAN` boxes of the level below `level` from place `first` on.
    fn enter(&self, level: usize, first: usize, area: &Extent<D>, found: &mut Vec<u32>) {
        let Some(below) = level.checked_sub(1) else {
            let last = (first + FAN).min(self.boxes.len());
            for (place, other) in self.boxes[first..last].iter().enumerate() {
                if other.meets(area) {
                    found.push(self.numbers[first + place]);
                }
            }
            return;
        };
        let nodes = &self.levels[below];
        let last = (first + FAN).min(nodes.len());
        for (place, node) in nodes[first..last].iter().enumerate() {
            if node.meets(area) {
                self.enter(below, (first + place) * FAN, area, found);
            }
        }
    }
}

fn around<const D: usize>(boxes: &[Extent<D>]) -> Extent<D> {
    let first = boxes[0];
    boxes.iter().fold(first, |all, next| all.around(next))
}

/// Orders boxes by slabs in dimension `dimension`, then within each slab by those after it.
fn pack<const D: usize>(numbers: &mut [u32], boxes: &[Extent<D>], dimension: usize) {
    if dimension >= D || numbers.len() <= FAN {
        return;
    }
    let centre = |number: u32| {
        let area = &boxes[number as usize];
        // Halved before they are added: two large coordinates must not become infinite.
        0.5 * area.low[dimension] + 0.5 * area.high[dimension]
    };
    numbers.sort_unstable_by(|&p, &q| centre(p).total_cmp(&centre(q)).then(p.cmp(&q)));
    let n_leaves = numbers.len().div_ceil(FAN) as f64;
    let n_slabs = n_leaves.powf(1.0 / (D - dimension) as f64).ceil().max(1.0);
    let slab = numbers
        .len()
        .div_ceil(n_slabs as usize)
        .next_multiple_of(FAN);
    for part in numbers.chunks_mut(slab) {
        pack(part, boxes, dimension + 1);
    }
}
