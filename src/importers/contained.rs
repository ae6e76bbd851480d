//! Readers of other people that panic on damaged input, kept from stopping the program.

/// The reader of Parquet panics on some damaged files; that is a fault of the file, and no reason to stop the program.
pub(super) fn contained<T>(read: impl FnOnce() -> T) -> Result<T, &'static str> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .map_err(|_| "the Parquet file is damaged; export it again")
}
