//! A progress bar on a terminal; nothing elsewhere.

use crate::pipeline::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Draws to stderr, which indicatif leaves alone when it is no terminal.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar that waits for work; hidden when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template(
            "{msg:10} {wide_bar} {pos}/{len} items  {elapsed} gone, {eta} to go",
        ) {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Progress for Bar {
    fn start(&self, what: &str, n_steps: u64) {
        self.bar.set_message(what.to_owned());
        self.bar.set_length(n_steps);
        self.bar.set_position(0);
    }

    fn advance(&self, n_steps: u64) {
        self.bar.inc(n_steps);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
