//! Readers of other people that panic on damaged input, kept from stopping the program.

/// The reader of Parquet panics on some damaged files; that is a fault of the file, and no reason to stop the program.
pub(super) fn contained<T>(read: impl FnOnce() -> T) -> Result<T, &'static str> {
    unless_it_panics(read).ok_or("the Parquet file is damaged; export it again")
}

/// What a reader gives; `None` where it panics.
pub(super) fn unless_it_panics<T>(read: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok()
}
