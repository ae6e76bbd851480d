//! What a figure means, read from the docstring of the function that computes it, so that page, command and code cannot drift apart.

mod docstring;

pub use docstring::{Docstring, HEADINGS, Section};

/// Where the function stands that computes a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefinedIn {
    /// Path of the source file below `src/`.
    pub file: &'static str,
    /// The whole source.
    pub source: &'static str,
    /// Name of the public function.
    pub function: &'static str,
}

impl DefinedIn {
    /// The function's docstring; `None` when the source has no such public function.
    pub fn docstring(&self) -> Option<Docstring> {
        Docstring::of_function(self.source, self.function)
    }
}

/// `defined_in!("metrics/overlap.rs", "dice")`: the function `dice` of `src/metrics/overlap.rs`.
macro_rules! defined_in {
    ($file:literal, $function:literal) => {
        $crate::definitions::DefinedIn {
            file: $file,
            source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/", $file)),
            function: $function,
        }
    };
}
pub(crate) use defined_in;
