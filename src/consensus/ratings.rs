//! Ratings of units by raters, held sparsely.

use super::ConsensusError;

/// One rater's equal ratings of one unit, gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Votes {
    pub rater: u32,
    pub category: u16,
    /// How often this rater gave this category to this unit; at least 1.
    pub n: u32,
}

/// Ratings of units by raters: gaps cost nothing, and a rater may rate a unit more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratings {
    n_raters: usize,
    n_categories: usize,
    /// Where the votes of each unit start, and the end of the last.
    starts: Vec<usize>,
    /// By unit, rater and category.
    votes: Vec<Votes>,
}

impl Ratings {
    /// Ratings as (unit, rater, category), in any order; equal ones count as often as they stand there.
    ///
    /// # Errors
    /// `UnknownNumber` for a unit, rater or category that is not below its count.
    ///
    /// # Example
    /// ```
    /// use concord::consensus::Ratings;
    /// // Rater 0 looked at unit 0 twice.
    /// let ratings = Ratings::new(2, 2, 3, [(0, 1, 2), (0, 0, 1), (0, 0, 1)])?;
    /// assert_eq!(ratings.of_unit(0).len(), 2);
    /// assert_eq!(ratings.of_unit(0)[0].n, 2);
    /// assert!(ratings.of_unit(1).is_empty());
    /// # Ok::<(), concord::consensus::ConsensusError>(())
    /// ```
    pub fn new(
        n_units: usize,
        n_raters: usize,
        n_categories: usize,
        ratings: impl IntoIterator<Item = (usize, usize, u16)>,
    ) -> Result<Self, ConsensusError> {
        let mut rows = Vec::new();
        for (unit, rater, category) in ratings {
            check_number("unit", unit, n_units)?;
            let rater = check_rater(rater, n_raters)?;
            check_number("category", usize::from(category), n_categories)?;
            rows.push((unit, rater, category));
        }
        rows.sort_unstable();
        let mut gathered = Self::without_votes(n_raters, n_categories);
        let mut rows = rows.into_iter().peekable();
        for unit in 0..n_units {
            while let Some((_, rater, category)) = rows.next_if(|row| row.0 == unit) {
                gathered.push(unit, rater, category);
            }
            gathered.starts.push(gathered.votes.len());
        }
        Ok(gathered)
    }

    /// Ratings as a table of units in rows and raters in columns, row by row, with gaps.
    ///
    /// # Errors
    /// `CellsShape` where the last row is not whole; `UnknownNumber` for a category that is not below `n_categories`.
    pub fn from_cells(
        n_raters: usize,
        n_categories: usize,
        cells: &[Option<u16>],
    ) -> Result<Self, ConsensusError> {
        if !cells.is_empty() && (n_raters == 0 || !cells.len().is_multiple_of(n_raters)) {
            return Err(ConsensusError::CellsShape {
                found: cells.len(),
                n_raters,
            });
        }
        let mut gathered = Self::without_votes(n_raters, n_categories);
        for (unit, row) in cells.chunks_exact(n_raters.max(1)).enumerate() {
            for (rater, cell) in row.iter().enumerate() {
                if let Some(category) = *cell {
                    check_number("category", usize::from(category), n_categories)?;
                    gathered.push(unit, check_rater(rater, n_raters)?, category);
                }
            }
            gathered.starts.push(gathered.votes.len());
        }
        Ok(gathered)
    }

    fn without_votes(n_raters: usize, n_categories: usize) -> Self {
        Self {
            n_raters,
            n_categories,
            starts: vec![0],
            votes: Vec::new(),
        }
    }

    /// Adds a rating to the last unit; ratings come by rater and category.
    fn push(&mut self, unit: usize, rater: u32, category: u16) {
        let first = self.starts.get(unit).copied().unwrap_or_default();
        let is_unit_open = self.votes.len() > first;
        match self.votes.last_mut().filter(|_| is_unit_open) {
            Some(last) if last.rater == rater && last.category == category => {
                last.n = last.n.saturating_add(1);
            }
            _ => self.votes.push(Votes {
                rater,
                category,
                n: 1,
            }),
        }
    }

    pub fn n_units(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn n_raters(&self) -> usize {
        self.n_raters
    }

    pub fn n_categories(&self) -> usize {
        self.n_categories
    }

    /// Number of ratings, repeated ones included.
    pub fn n_ratings(&self) -> u64 {
        self.votes.iter().map(|votes| u64::from(votes.n)).sum()
    }

    /// The votes on a unit, by rater and category; none for a unit that nobody rated.
    pub fn of_unit(&self, unit: usize) -> &[Votes] {
        match (self.starts.get(unit), self.starts.get(unit + 1)) {
            (Some(&from), Some(&to)) => self.votes.get(from..to).unwrap_or_default(),
            _ => &[],
        }
    }
}

fn check_number(what: &'static str, found: usize, n: usize) -> Result<(), ConsensusError> {
    if found < n {
        Ok(())
    } else {
        Err(ConsensusError::UnknownNumber { what, found, n })
    }
}

fn check_rater(found: usize, n: usize) -> Result<u32, ConsensusError> {
    check_number("rater", found, n)?;
    u32::try_from(found).map_err(|_| ConsensusError::UnknownNumber {
        what: "rater",
        found,
        n: u32::MAX as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_its_rows_in_any_order_are_the_same_ratings() {
        let cells = [Some(1), None, None, None, Some(0), Some(2)];
        let table = Ratings::from_cells(2, 3, &cells).unwrap();
        let rows = [(2, 1, 2), (0, 0, 1), (2, 0, 0)];
        assert_eq!(Ratings::new(3, 2, 3, rows), Ok(table.clone()));
        assert_eq!((table.n_units(), table.n_ratings()), (3, 3));
        assert!(table.of_unit(1).is_empty() && table.of_unit(7).is_empty());
    }

    #[test]
    fn numbers_beyond_their_count_are_named() {
        for (row, what) in [
            ((3, 0, 0), "unit"),
            ((0, 2, 0), "rater"),
            ((0, 0, 3), "category"),
        ] {
            let error = Ratings::new(3, 2, 3, [row]).unwrap_err();
            assert!(error.to_string().starts_with(what), "{error}");
        }
        assert!(Ratings::from_cells(2, 3, &[None, None, None]).is_err());
        assert!(Ratings::from_cells(0, 3, &[None]).is_err());
        assert_eq!(Ratings::from_cells(0, 0, &[]).unwrap().n_units(), 0);
    }
}
