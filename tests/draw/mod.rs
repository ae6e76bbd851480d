//! Numbers for tests and benches: an integer generator that the scripts of other tools share (`tests/oracles/draw.py`), so that both
//! have the same data without a file.
#![allow(dead_code, reason = "each user draws in its own way")]

/// The generator of Knuth's MMIX, of which the upper 32 bits are used.
pub struct Draw(pub u64);

impl Draw {
    /// The next 32 bits.
    pub fn upper(&mut self) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        self.upper() as f64 / 4_294_967_296.0
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// From 0 to below `n`, by share.
    pub fn below<N: TryInto<u64> + TryFrom<u64>>(&mut self, n: N) -> N {
        let n = n.try_into().ok().expect("a number from 0");
        let found = (self.upper() * n) >> 32;
        N::try_from(found).ok().expect("less than the number given")
    }

    /// From `low` to below `high`, by remainder.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + (self.upper() % (high - low) as u64) as i64
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }
}
