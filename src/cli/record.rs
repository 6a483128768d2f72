//! The arguments of `atc record` and `atc replay`. What they do is the runtime's.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::span::span;

/// The console, with every answer of the service written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Record {
    /// The file to make; one that is there already is not written over
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Without a screen, for so long: 90s, 15m, 2h
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub headless: Option<TimeDelta>,
    /// Give people and repositories other names, the same ones throughout
    #[arg(long)]
    pub anonymous: bool,
    /// End the recording at so many megabytes, 1 to 512
    #[arg(long, value_name = "MB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=512))]
    pub max_mb: u64,
}

/// The console on a recording.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct Replay {
    /// What `atc record` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many times faster than it was recorded, 0.1 to 100
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|speed| (0.1..=100.0).contains(speed));
    number.ok_or_else(|| "a number from 0.1 to 100".to_owned())
}
