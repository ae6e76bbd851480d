//! Nearest segments among many. Neighbours along an outline are neighbours in the plane, so a tree over their order needs no sorting.

use super::Rect;

type Segment = [[f64; 2]; 2];

/// Segments in a leaf.
const LEAF: usize = 4;

/// Bounding boxes over halves, quarters, … of a list of segments.
pub(super) struct SegmentTree {
    nodes: Vec<Node>,
}

struct Node {
    area: Rect,
    from: usize,
    to: usize,
    /// Index of the second child; the first follows its parent. 0 in a leaf.
    second: usize,
}

impl SegmentTree {
    /// `None` without segments.
    pub fn new(segments: &[Segment]) -> Option<Self> {
        let mut tree = Self { nodes: Vec::new() };
        tree.add(segments, 0, segments.len())?;
        Some(tree)
    }

    fn add(&mut self, segments: &[Segment], from: usize, to: usize) -> Option<()> {
        let area = Rect::around(segments.get(from..to)?.iter().flatten())?;
        let index = self.nodes.len();
        self.nodes.push(Node {
            area,
            from,
            to,
            second: 0,
        });
        if to - from > LEAF {
            let middle = from + (to - from) / 2;
            self.add(segments, from, middle)?;
            self.nodes[index].second = self.nodes.len();
            self.add(segments, middle, to)?;
        }
        Some(())
    }

    /// Distance to the nearest segment.
    pub fn nearest(&self, segments: &[Segment], point: [f64; 2]) -> f64 {
        let mut best = f64::INFINITY;
        let mut open = vec![(0, self.gap(0, point))];
        while let Some((index, gap)) = open.pop() {
            if gap >= best {
                continue;
            }
            let node = &self.nodes[index];
            if node.second == 0 {
                for segment in &segments[node.from..node.to] {
                    best = best.min(distance(segment, point));
                }
                continue;
            }
            let mut children =
                [index + 1, node.second].map(|child| (child, self.gap(child, point)));
            children.sort_unstable_by(|p, q| q.1.total_cmp(&p.1));
            open.extend(children);
        }
        best
    }

    /// Indices of the segments no further than `reach`.
    pub fn within(&self, segments: &[Segment], point: [f64; 2], reach: f64) -> Vec<usize> {
        let (mut found, mut open) = (Vec::new(), vec![0]);
        while let Some(index) = open.pop() {
            if self.gap(index, point) > reach {
                continue;
            }
            let node = &self.nodes[index];
            if node.second == 0 {
                found.extend(
                    (node.from..node.to).filter(|&at| distance(&segments[at], point) <= reach),
                );
            } else {
                open.extend([index + 1, node.second]);
            }
        }
        found
    }

    fn gap(&self, index: usize, [x, y]: [f64; 2]) -> f64 {
        let area = &self.nodes[index].area;
        let dx = (area.x0 - x).max(x - area.x1).max(0.0);
        let dy = (area.y0 - y).max(y - area.y1).max(0.0);
        (dx * dx + dy * dy).sqrt()
    }
}

fn distance([p, q]: &Segment, point: [f64; 2]) -> f64 {
    let [dx, dy] = [q[0] - p[0], q[1] - p[1]];
    let [x, y] = [point[0] - p[0], point[1] - p[1]];
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 {
        ((x * dx + y * dy) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let [x, y] = [x - share * dx, y - share * dy];
    (x * x + y * y).sqrt()
}
