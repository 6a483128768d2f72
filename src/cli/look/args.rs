//! The verbs that read and watch, and what each can be told.

use clap::{Args, Subcommand, ValueEnum};

use super::columns::{self, Shown};
use super::schema;
use crate::cli::args::FOR_PROGRAMS;
use crate::cli::complete::Shell;
use crate::cli::ledger_verbs::{About, LedgerVerb};
use crate::cli::voice::Looks;
use crate::domain::query::{QueryOf, Subject};
use crate::domain::{Column, Fault, FaultKind, Listing, LogSource, Order, Query, SavedView, SourceChoice, ViewOf};
use crate::text::Safe;
use crate::transcript::Facet;

#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum LookVerb {
    /// Print the tasks that a query holds of
    List(Box<ListArgs>),
    /// Print everything that is known of a task
    View(ViewArgs),
    /// Print the log of a task's latest session, or of one of its sessions
    Logs(LogsArgs),
    /// Print the pull requests agents opened, what waits for you first
    Reviews(ReviewsArgs),
    /// Print what happens to tasks and their pull requests, until stopped
    Watch(WatchArgs),
    /// Count tasks by repository, template, model and day: the same as `atc ledger stats`
    #[command(display_order = 100)]
    Stats {
        #[command(flatten)]
        about: About,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of what a verb prints with --json
    #[command(display_order = FOR_PROGRAMS)]
    Schema {
        /// The verb
        #[arg(value_name = "VERB", value_parser = clap::builder::PossibleValuesParser::new(schema::verbs()))]
        verb: String,
    },
    /// Print what a shell needs to complete commands, queries, repositories, templates and task ids
    #[command(display_order = FOR_PROGRAMS)]
    Completions {
        /// The shell: bash, zsh or fish
        #[arg(value_name = "SHELL", hide_possible_values = true)]
        shell: Shell,
    },
    /// Print the manual page
    #[command(display_order = FOR_PROGRAMS)]
    Man,
    /// What may stand at the end of these words, one a line
    #[command(hide = true)]
    Complete {
        /// The words of the command line so far, the program's name first; the last one is being typed
        #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

impl LookVerb {
    /// `atc stats` is the ledger's.
    pub fn as_ledger(&self) -> Option<LedgerVerb> {
        match self {
            Self::Stats { about, json } => Some(LedgerVerb::Stats { about: about.clone(), json: *json }),
            _ => None,
        }
    }

    pub fn looks(&self) -> Looks {
        match self {
            Self::List(args) => args.looks.clone(),
            Self::Reviews(args) => args.looks.clone(),
            Self::View(args) => Looks { json: args.json, quiet: false },
            _ => Looks::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Args)]
pub struct ListArgs {
    /// What the tasks must be, in the language of the console's filter: 'state:failed updated:<2h'
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A view of the console, such as needs-me: its query, and its columns and order where none are given
    #[arg(long, value_name = "VIEW")]
    pub view: Option<String>,
    #[arg(long, value_name = "COLUMNS", value_parser = columns::parse, help = columns::help())]
    pub columns: Option<Shown>,
    /// By a column of the console's list, such as updated, age or cost; -cost: the other way round
    #[arg(long, value_name = "COLUMN", value_parser = order, allow_hyphen_values = true)]
    pub sort: Option<Order>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Ask for sessions, run and pull request of every task printed: up to four requests a task
    #[arg(long, conflicts_with = "cached")]
    pub join: bool,
    /// Ask nothing: print what earlier runs kept on this machine
    #[arg(long)]
    pub cached: bool,
    /// Print the headings where the output is no terminal, too
    #[arg(long)]
    pub header: bool,
    #[command(flatten)]
    pub looks: Looks,
}

impl ListArgs {
    /// The view that is named, if one is.
    pub fn view_of<'a>(&self, views: &'a [SavedView]) -> Result<Option<&'a SavedView>, Fault> {
        view_called(self.view.as_deref(), views)
    }

    /// What the tasks must be: all that the view asks, and all that was typed.
    pub fn query_in(&self, view: Option<&SavedView>) -> Result<Query, Fault> {
        query_with(view, &self.query)
    }
}

/// The view of a console's list that is named, if one is.
pub fn view_called<'a, S: Listing>(name: Option<&str>, views: &'a [ViewOf<S>]) -> Result<Option<&'a ViewOf<S>>, Fault> {
    let Some(name) = name else { return Ok(None) };
    ViewOf::called(name, views).map(Some).ok_or_else(|| {
        let names: Vec<_> = views.iter().map(ViewOf::word).collect();
        let what = format!("there is no view {:?}", Safe::new(name).as_str());
        Fault::new(FaultKind::Invalid, what, format!("name one of {}", names.join(", ")))
    })
}

/// All that a view asks, and all that was typed.
pub fn query_with<S: Listing>(view: Option<&ViewOf<S>>, typed: &[String]) -> Result<QueryOf<S>, Fault> {
    let of_view = view.map(|view| view.query.text().to_owned());
    query_of(&of_view.into_iter().chain(typed.iter().cloned()).collect::<Vec<_>>())
}

/// Several arguments are one query.
pub fn query(words: &[String]) -> Result<Query, Fault> {
    query_of(words)
}

/// The same of anything that can be asked about.
pub fn query_of<S: Subject>(words: &[String]) -> Result<QueryOf<S>, Fault> {
    QueryOf::parse(&words.join(" ")).map_err(|wrong| {
        Fault::new(
            FaultKind::Invalid,
            format!("the query is not understood: {wrong}"),
            "the README lists what can be asked",
        )
    })
}

fn order(text: &str) -> Result<Order, String> {
    let (reversed, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
    let order = Order::parse(word).ok_or_else(|| {
        let all: Vec<_> = Column::ALL.iter().map(|column| column.word()).collect();
        format!("the columns to sort by are {}", all.join(", "))
    })?;
    Ok(Order { reversed: order.reversed != reversed, ..order })
}

#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ViewArgs {
    /// A task: its id or the beginning of it, OWNER/NAME#PULL, or an address from the browser
    #[arg(value_name = "TASK")]
    pub task: String,
    /// Print a JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct LogsArgs {
    /// A task as `atc view` takes it, or the id of one of its sessions
    #[arg(value_name = "TASK|SESSION")]
    pub task: String,
    /// Go on with what is added, until the session has ended
    #[arg(long, short)]
    pub follow: bool,
    /// Only entries about this: words, commands, files, tests, reasoning, progress, errors, user, calls, setup; can be repeated
    #[arg(long, value_name = "FACET", value_parser = facet)]
    pub facet: Vec<Facet>,
    /// Where from: session (the agent's own log, live), job (that of its Actions job, once it has ended), steps (of that job),
    /// timeline (of its pull request), kept (the copy on this machine), or auto, the best that answers
    #[arg(long, value_name = "SOURCE", value_enum, default_value_t = From::Auto, hide_possible_values = true)]
    pub source: From,
    /// How: text (as the console shows it, all unfolded), md, jsonl (an object for each entry), raw (the bytes as they came)
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    pub format: Format,
    /// Print raw bytes on a terminal, too, whatever they do to it
    #[arg(long)]
    pub force: bool,
}

fn facet(text: &str) -> Result<Facet, String> {
    Facet::of_word(text).ok_or_else(|| {
        let all: Vec<_> = Facet::ALL.iter().map(|facet| facet.word()).collect();
        format!("the facets are {}", all.join(", "))
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    Auto,
    /// The agent's own log, live
    Session,
    /// The log of its Actions job, once that has ended
    Job,
    /// The steps of that job
    Steps,
    /// What happened on its pull request
    Timeline,
    /// The copy on this machine
    Kept,
}

impl From {
    pub fn choice(self) -> SourceChoice {
        let only = SourceChoice::Only;
        match self {
            Self::Auto => SourceChoice::Auto,
            Self::Session => only(LogSource::SessionLog),
            Self::Job => only(LogSource::JobLog),
            Self::Steps => only(LogSource::JobSteps),
            Self::Timeline => only(LogSource::Timeline),
            Self::Kept => only(LogSource::Kept),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As the console shows it, everything unfolded
    Text,
    /// Markdown
    Md,
    /// One JSON object for each entry
    Jsonl,
    /// The bytes as they came
    Raw,
}

#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ReviewsArgs {
    /// Those that are merged or closed, too
    #[arg(long)]
    pub all: bool,
    /// Read which files each changes, and whose they are by CODEOWNERS: some requests more for each
    #[arg(long)]
    pub owners: bool,
    /// Print the headings where the output is no terminal, too
    #[arg(long)]
    pub header: bool,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct WatchArgs {
    /// Only of tasks a query holds of, before or after what happened
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Look once, print what happened since an earlier run looked, and end
    #[arg(long)]
    pub once: bool,
    /// For people: a line of text in place of a JSON object
    #[arg(long)]
    pub text: bool,
    /// Keep a Prometheus text file up to date: what the textfile collector of a node exporter reads
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<std::path::PathBuf>,
}
