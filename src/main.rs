//! The command line program.

fn main() -> std::process::ExitCode {
    concord::cli::run()
}
