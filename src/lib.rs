//! Concord.
