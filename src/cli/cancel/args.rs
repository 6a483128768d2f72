//! What can be asked of a cancel.

use chrono::TimeDelta;
use clap::Args;

use crate::cli::span::span;
use crate::cli::voice::Looks;

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct CancelArgs {
    /// Tasks: their ids or the beginnings of them, OWNER/NAME#PULL, or addresses from the browser; - reads them from the
    /// standard input, one a line
    #[arg(value_name = "TASK", required = true)]
    pub tasks: Vec<String>,
    /// Stay until run and session have ended, or will not
    #[arg(long)]
    pub wait: bool,
    /// Look no longer than this after the request, and then as long for the session: 90s, 5m. What was requested stays so
    #[arg(long, value_name = "TIME", value_parser = span, requires = "wait")]
    pub timeout: Option<TimeDelta>,
    /// Force-cancel the runs, for those that do not obey: their clean-up steps are skipped
    #[arg(long)]
    pub force: bool,
    /// Ask nothing
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub looks: Looks,
}
