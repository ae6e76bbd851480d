//! Seeded chance: every question has a stream of its own, so that changing one habit leaves the others' draws alone.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The one seed of the whole world.
pub const SEED: u64 = 20_261_102;

pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream for one question, such as `shape/reader-b/cxr-0101`.
    pub fn of(question: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        // FNV-1a, 64 bit.
        let stream = question
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        rng.set_stream(stream);
        Self(rng)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in low..=high.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + (self.unit() * (high - low + 1) as f64) as usize
    }

    pub fn hit(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal (Box–Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.whole(0, from.len() - 1)]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.whole(0, last));
        }
    }

    /// A DICOM UID under 2.25 (a random UUID as one decimal number).
    pub fn uid(&mut self) -> String {
        let bits = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        let version_4 = (bits & !(0xf_u128 << 76)) | (4_u128 << 76);
        let variant_1 = (version_4 & !(3_u128 << 62)) | (2_u128 << 62);
        format!("2.25.{variant_1}")
    }
}
