//! Bounds on what an upload may unfold into.

/// Limits that hold for every upload, so that no input can exhaust the machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// All files of an archive together, unpacked.
    pub max_unpacked_bytes: u64,
    /// Unpacked over packed size of one archive; beyond it, it is a bomb.
    pub max_ratio: u64,
    pub max_files: usize,
    /// Nesting of JSON and XML.
    pub max_depth: usize,
    /// One text node, string or attribute of JSON and XML.
    pub max_token_bytes: usize,
    /// Pixels or voxels of one image or volume.
    pub max_pixels: u64,
}

impl Limits {
    /// The limits that the product ships with.
    pub const DEFAULT: Self = Self {
        max_unpacked_bytes: 64 << 30,
        max_ratio: 1_000,
        max_files: 2_000_000,
        max_depth: 64,
        max_token_bytes: 256 << 20,
        max_pixels: u32::MAX as u64,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
