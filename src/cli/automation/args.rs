//! What can be asked of automations.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::start::PromptFrom;
use crate::cli::template::var;
use crate::cli::voice::Looks;

#[derive(Clone, Debug, PartialEq, Args)]
pub struct AutomationArgs {
    #[command(subcommand)]
    pub verb: AutomationVerb,
}

#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum AutomationVerb {
    /// Print the automations of the repositories, one a line
    List(List),
    /// Print all that is known of one
    View(One),
    /// Print the tasks one has started
    Runs(One),
    /// Run one now, and look for its task
    Run(Box<RunNow>),
    /// Switch some on
    Enable(Several),
    /// Switch some off
    Disable(Several),
    /// Create one
    Create(Box<Create>),
    /// Change one; without any --set, --trigger or --limit: in your editor
    Edit(Box<Edit>),
    /// Delete one, whose name must be typed
    Delete(Delete),
    /// Say what files would change at the service; nothing is sent
    Diff(Diff),
    /// Hold all of them against the policy; exits 5 if one violates it
    Audit(Audit),
    /// Write each into a TOML file
    Export(Export),
    /// Make repositories hold what the files say
    Apply(Apply),
    /// Print the coming runs and how many would be at work at once; all of it is computed
    Calendar(Calendar),
}

/// Which automations are meant.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Which {
    /// What they must be, in the language of the console's filter: 'state:on trigger:schedule cost:>10'. What it asks about
    /// cost, limits or the policy takes one request for each automation the lists do not rule out, what it asks about runs
    /// two or three
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A view of the console's automations, such as needs-care: its query, beside what is typed
    #[arg(long, value_name = "VIEW")]
    pub view: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct List {
    #[command(flatten)]
    pub which: Which,
    /// Those you created, in all repositories you can read; with --repo: in these
    #[arg(long)]
    pub mine: bool,
    /// Ask for each one's prompt, cost and limits too: one request more for each
    #[arg(long)]
    pub details: bool,
    /// Ask for each one's runs and pull requests too: another one or two requests for each
    #[arg(long)]
    pub runs: bool,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct One {
    /// Its id, the beginning of it, or its name
    #[arg(value_name = "AUTOMATION")]
    pub which: String,
    #[command(flatten)]
    pub looks: Looks,
}

/// How everything that changes something is gone about.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct How {
    /// Why, where the policy asks for a reason
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Print the request and the verdict; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Several {
    /// Ids, beginnings of them, or names
    #[arg(value_name = "AUTOMATION", required = true)]
    pub which: Vec<String>,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct RunNow {
    /// Its id, the beginning of it, or its name
    #[arg(value_name = "AUTOMATION")]
    pub which: String,
    /// As if this trigger had set it off; without: by hand
    #[arg(long, value_name = "TRIGGER")]
    pub event: Option<String>,
    /// What happened: opened, labeled
    #[arg(long = "type", value_name = "TYPE", requires = "event")]
    pub kind: Option<String>,
    /// How the workflow ended
    #[arg(long, value_name = "CONCLUSION", requires = "event")]
    pub conclusion: Option<String>,
    /// The address of the issue or pull request it is to work on
    #[arg(long, value_name = "URL", requires = "event")]
    pub resource: Option<String>,
    /// Do not look for its task
    #[arg(long)]
    pub no_wait: bool,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OwnedBy {
    User,
    Repository,
}

/// What is said of it besides the prompt.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Says {
    /// A field as it is sent: a JSON value, or else a text; can be repeated
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = var)]
    pub set: Vec<(String, String)>,
    /// What sets it off, with its fields as JSON: `issues={"labels":["bug"]}`; can be repeated
    #[arg(long = "trigger", value_name = "TRIGGER[=JSON]", value_parser = trigger)]
    pub triggers: Vec<(String, serde_json::Value)>,
    /// The AI credits it may use in a day, week or month; can be repeated
    #[arg(long = "limit", value_name = "PERIOD=CREDITS", value_parser = limit)]
    pub limits: Vec<(String, u64)>,
}

fn trigger(text: &str) -> Result<(String, serde_json::Value), String> {
    let (id, json) = text.split_once('=').unwrap_or((text, "{}"));
    if id.is_empty() {
        return Err("give the id of a trigger".to_owned());
    }
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| format!("{id}: {error}"))?;
    if value.is_object() { Ok((id.to_owned(), value)) } else { Err(format!("{id} must be a JSON object")) }
}

fn limit(text: &str) -> Result<(String, u64), String> {
    let wrong = || "write it as day=50, week=200 or month=500: AI credits".to_owned();
    let (period, credits) = text.split_once('=').ok_or_else(wrong)?;
    if !["day", "week", "month"].contains(&period) {
        return Err(wrong());
    }
    let credits: u64 = credits.parse().map_err(|_| wrong())?;
    Ok((period.to_owned(), credits.checked_mul(1_000_000_000).ok_or_else(wrong)?))
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Create {
    /// What it is called
    #[arg(long, value_name = "NAME")]
    pub name: String,
    #[command(flatten)]
    pub from: PromptFrom,
    /// Whose it is; it never changes
    #[arg(long, value_name = "WHOSE")]
    pub owner: Option<OwnedBy>,
    /// The model; without: the template's, or the service chooses
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Create it switched off
    #[arg(long)]
    pub off: bool,
    #[command(flatten)]
    pub says: Says,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Edit {
    /// Its id, the beginning of it, or its name
    #[arg(value_name = "AUTOMATION")]
    pub which: String,
    #[command(flatten)]
    pub says: Says,
    /// A trigger to take away; can be repeated
    #[arg(long = "no-trigger", value_name = "TRIGGER")]
    pub without: Vec<String>,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Delete {
    /// Its id, the beginning of it, or its name
    #[arg(value_name = "AUTOMATION")]
    pub which: String,
    /// Its whole name, where nobody is there to type it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Diff {
    /// Files, or folders of them
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// Exit 5 if anything differs
    #[arg(long)]
    pub check: bool,
    /// What has no file differs, too, in the repositories the files name and those given with --repo
    #[arg(long)]
    pub prune: bool,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Audit {
    #[command(flatten)]
    pub which: Which,
    /// Ask for each one's runs and pull requests too, to point out what fails or is not reviewed
    #[arg(long)]
    pub runs: bool,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Export {
    /// The folder; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub dir: String,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub looks: Looks,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Apply {
    /// The folder
    #[arg(value_name = "DIR")]
    pub dir: String,
    /// Delete what has no file, in the repositories the files name and those given with --repo
    #[arg(long)]
    pub prune: bool,
    #[command(flatten)]
    pub how: How,
}

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Calendar {
    #[command(flatten)]
    pub which: Which,
    /// The next seven days; without: the next 24 hours
    #[arg(long)]
    pub week: bool,
    /// Do not ask how long earlier runs took: every run is taken to last as long as the service lets it
    #[arg(long)]
    pub quick: bool,
    #[command(flatten)]
    pub looks: Looks,
}

impl AutomationVerb {
    pub fn looks(&self) -> &Looks {
        match self {
            Self::List(args) => &args.looks,
            Self::View(args) | Self::Runs(args) => &args.looks,
            Self::Run(args) => &args.how.looks,
            Self::Enable(args) | Self::Disable(args) => &args.how.looks,
            Self::Create(args) => &args.how.looks,
            Self::Edit(args) => &args.how.looks,
            Self::Delete(args) => &args.how.looks,
            Self::Diff(args) => &args.looks,
            Self::Audit(args) => &args.looks,
            Self::Export(args) => &args.looks,
            Self::Apply(args) => &args.how.looks,
            Self::Calendar(args) => &args.looks,
        }
    }

    /// It is there to change something at the service.
    pub fn writes(&self) -> bool {
        match self {
            Self::Run(args) => !args.how.dry_run,
            Self::Enable(args) | Self::Disable(args) => !args.how.dry_run,
            Self::Create(args) => !args.how.dry_run,
            Self::Edit(args) => !args.how.dry_run,
            Self::Delete(args) => !args.how.dry_run,
            Self::Apply(args) => !args.how.dry_run,
            Self::List(_)
            | Self::View(_)
            | Self::Runs(_)
            | Self::Diff(_)
            | Self::Audit(_)
            | Self::Export(_)
            | Self::Calendar(_) => false,
        }
    }
}
