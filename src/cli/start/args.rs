//! What can be asked of a start, and of everything that ends in one.

use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use uuid::Uuid;

use crate::cli::span::span;
use crate::cli::template::var;
use crate::cli::voice::Looks;

/// Where a prompt comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct PromptFrom {
    /// The prompt; - reads it from the standard input
    #[arg(value_name = "PROMPT", conflicts_with_all = ["template", "prompt_file"])]
    pub prompt: Vec<String>,
    /// The id or the file of the template that makes the prompt
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "prompt_file")]
    pub template: Option<String>,
    /// A value for the template; can be repeated, and beats the preset's
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = var, requires = "template")]
    pub vars: Vec<(String, String)>,
    /// A named set of values of the template
    #[arg(long, value_name = "NAME", requires = "template")]
    pub preset: Option<String>,
    /// A file that holds the prompt; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub prompt_file: Option<String>,
}

/// `atc start`. `--repo` is the program's own option: each one given is a task of its own.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct StartArgs {
    #[command(flatten)]
    pub from: PromptFrom,
    /// Take repository and branch from the checkout atc was started in: as the base to start from, or with --here=head to
    /// go on on it
    #[arg(long, value_name = "AS", num_args = 0..=1, require_equals = true, default_missing_value = "base")]
    #[arg(hide_possible_values = true)]
    pub here: Option<Here>,
    #[command(flatten)]
    pub with: With,
    /// Go on with the plan of an earlier run: what it started is not started again. Any UUID names a new one
    #[arg(long, value_name = "UUID", conflicts_with_all = ["once_per", "dry_run"])]
    pub plan: Option<Uuid>,
    #[command(flatten)]
    pub once: OncePer,
    #[command(flatten)]
    pub how: How,
}

/// What the checkout's branch is to the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Here {
    /// The work starts from it
    Base,
    /// The work goes on on it
    Head,
}

/// What the request says besides the prompt. What is not given is the template's, or the service's to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct With {
    #[command(flatten)]
    pub choice: Choice,
    /// The branch to continue: that of an open pull request into --base
    #[arg(long, value_name = "BRANCH")]
    pub head: Option<String>,
    /// Ask for no pull request
    #[arg(long)]
    pub no_pull_request: bool,
}

/// Which agent works how, and from where: the same of a start and of an assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Choice {
    /// The branch to start from
    #[arg(long, value_name = "BRANCH")]
    pub base: Option<String>,
    /// The model; without: the service chooses
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The custom agent, by the name of its file in .github/agents
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
}

/// At most one start in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct OncePer {
    /// Start nothing if one of this --key was started in this repository since so long ago: 90m, 1d, 1w
    #[arg(long, value_name = "TIME", value_parser = span, requires = "key")]
    pub once_per: Option<TimeDelta>,
    /// The name under which starts are counted by --once-per, for everybody who shares the ledger
    #[arg(long, value_name = "NAME", value_parser = key, requires = "once_per")]
    pub key: Option<String>,
}

fn key(text: &str) -> Result<String, String> {
    let fine = (1..=100).contains(&text.chars().count()) && text.chars().all(|c| c.is_ascii_graphic());
    if fine {
        Ok(text.to_owned())
    } else {
        Err("a key is 1 to 100 letters, digits and signs without spaces".to_owned())
    }
}

/// How whatever ends in a start is gone about.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct How {
    /// Why, where the policy asks for a reason
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Start it though the same prompt or ticket may be under way
    #[arg(long)]
    pub again: bool,
    /// Print the request and the verdict; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Wait for its end, or with --wait=pr for its pull request
    #[arg(long, value_name = "FOR", num_args = 0..=1, require_equals = true, default_missing_value = "end")]
    #[arg(hide_possible_values = true)]
    pub wait: Option<Until>,
    /// Wait no longer than this: 90s, 15m, 2h. The task goes on
    #[arg(long, value_name = "TIME", value_parser = span, requires = "wait")]
    pub timeout: Option<TimeDelta>,
    /// Ask nothing
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub looks: Looks,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// A pull request
    Pr,
    /// The end of the task
    End,
}
