//! How long work tells that it goes on; terminals draw a bar, servers draw nothing.

/// Hears of steps as they are done, from several threads.
pub trait Progress: Sync {
    /// A piece of work with `n_steps` begins.
    fn start(&self, what: &str, n_steps: u64);
    /// So many further steps are done.
    fn advance(&self, n_steps: u64);
    /// The piece of work is done.
    fn finish(&self);
}

/// Hears and says nothing.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}
