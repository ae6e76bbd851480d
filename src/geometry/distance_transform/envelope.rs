//! The lower envelope of parabolas.

/// The lower envelope of parabolas `height + (spacing · (x − place))²`.
///
/// # Reference
/// Felzenszwalb & Huttenlocher 2012, Theory of Computing 8:415–428, doi:10.4086/toc.2012.v008a019.
pub(super) struct Envelope {
    spacing: f64,
    /// Place, height, and where the parabola starts to be the lowest.
    parabolas: Vec<(f64, f64, f64)>,
}

impl Envelope {
    pub fn new(spacing: f64) -> Self {
        Self {
            spacing,
            parabolas: Vec::new(),
        }
    }

    /// Takes one parabola for every place whose height is finite.
    pub fn build(&mut self, heights: &[f64]) {
        self.parabolas.clear();
        let square = self.spacing * self.spacing;
        for (place, &height) in heights.iter().enumerate() {
            if height == f64::INFINITY {
                continue;
            }
            let place = place as f64;
            let mut from = f64::NEG_INFINITY;
            while let Some(&(other, other_height, other_from)) = self.parabolas.last() {
                let rise = (height - other_height) / (square * (place - other));
                from = 0.5 * (rise + place + other);
                if from > other_from {
                    break;
                }
                self.parabolas.pop();
                from = f64::NEG_INFINITY;
            }
            self.parabolas.push((place, height, from));
        }
    }

    /// Writes the envelope's height at every place; infinity where there is no parabola.
    pub fn read(&self, heights: &mut [f64]) {
        let mut index = 0;
        for (place, height) in heights.iter_mut().enumerate() {
            let place = place as f64;
            let next = |index: usize| self.parabolas.get(index + 1);
            while next(index).is_some_and(|&(_, _, from)| from < place) {
                index += 1;
            }
            let lowest = self.parabolas.get(index);
            *height = lowest.map_or(f64::INFINITY, |&(centre, height, _)| {
                let distance = self.spacing * (place - centre);
                height + distance * distance
            });
        }
    }
}
