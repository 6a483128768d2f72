//! Parse arguments, install hooks, run, set the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    atc::runtime::panic::guarded(|| atc::runtime::launch::run(std::env::args_os()))
}
