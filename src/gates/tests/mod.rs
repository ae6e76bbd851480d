//! Suites that cross the files of this room.

mod checks;
mod error_rate;
mod evidence;
mod fixtures;
mod policy_mistakes;
mod protocol_mistakes;
mod renderings;
mod signature;
