//! Who and what there is when the world opens: `assets/demo/cast.toml`, read as it stands there.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::clock::{Tick, parse_span};
use super::script::Script;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    pub viewer: String,
    pub people: Vec<PersonEntry>,
    pub repos: Vec<RepoEntry>,
    pub tasks: Vec<TaskEntry>,
    pub arrivals: Arrivals,
    /// Scripts for tasks that people start, and for the comments they answer with.
    pub improvised: Vec<String>,
    pub follow_up: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonEntry {
    pub login: String,
    pub id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub bot: bool,
    #[serde(default)]
    pub organization: bool,
    /// May read and write issues, and no code.
    #[serde(default)]
    pub guest: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepoEntry {
    pub name: String,
    pub id: i64,
    pub about: String,
    pub language: String,
    pub default_branch: String,
    #[serde(default)]
    pub branches: Vec<String>,
    /// A check's name and how many seconds it takes.
    pub checks: Vec<(String, u32)>,
    /// A pull request needs an approving review.
    #[serde(default)]
    pub reviews_required: bool,
    /// A human must let workflows run on the agent's pushes.
    #[serde(default)]
    pub approval_required: bool,
    #[serde(default)]
    pub codeowners: bool,
    pub agents: Vec<String>,
    #[serde(default)]
    pub issues: Vec<IssueEntry>,
    /// Numbers of issues that somebody deleted.
    #[serde(default)]
    pub deleted_issues: Vec<i64>,
    /// The viewer cannot put the agent in charge of issues here.
    #[serde(default)]
    pub agent_not_assignable: bool,
    /// Anybody can see it.
    #[serde(default)]
    pub public: bool,
    /// Only what people with write access do starts automations here.
    #[serde(default)]
    pub automation_needs_write: bool,
    /// The service answers with some older shapes here.
    #[serde(default)]
    pub older_answers: bool,
    /// The first number given to what is opened while the world runs.
    pub next_number: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueEntry {
    pub number: i64,
    pub title: String,
    #[serde(default)]
    pub body: String,
    pub by: String,
    pub created: Span,
    #[serde(default)]
    pub labels: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskEntry {
    pub repo: String,
    pub by: String,
    pub name: Option<String>,
    pub agent: Option<String>,
    /// A state word no client knows yet.
    pub word: Option<String>,
    /// The task failed though its session says that it goes on.
    pub fails: Option<Span>,
    pub archived: Option<Span>,
    pub pull: Option<PullEntry>,
    pub base: Option<String>,
    /// The automation that started it, as its file calls it.
    pub automation: Option<String>,
    /// In the order they were asked for.
    pub sessions: Vec<SessionEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionEntry {
    pub script: String,
    pub created: Span,
    /// How long it waits in the queue.
    pub wait: Option<Span>,
    pub pace: Option<f64>,
    /// Break off after so many turns.
    pub turns: Option<usize>,
    pub end: Option<String>,
    pub prompt: Option<String>,
    pub model: Option<String>,
    pub premium: Option<f64>,
    pub fill: BTreeMap<String, String>,
    pub cancel: Option<Span>,
    pub answered: Option<Span>,
    pub stubborn: bool,
    pub orphan: bool,
    /// Mirrored from a developer's machine: no model, no cost.
    pub local: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a file's entry, each independent")]
pub struct PullEntry {
    pub number: i64,
    /// How long after the session's start it is opened.
    pub after: Option<Span>,
    pub ready: Option<Span>,
    pub merged: Option<Span>,
    pub closed: Option<Span>,
    pub by: Option<String>,
    pub reviews: Vec<ReviewEntry>,
    pub ask: Vec<String>,
    pub teams: Vec<String>,
    pub fails: Vec<String>,
    pub no_checks: bool,
    /// Where workflows need a human to let them run, nobody has.
    pub unapproved: bool,
    pub conflicts: bool,
    /// Whether it can be merged is computed only when somebody asks.
    pub lazy: bool,
    /// The task's artifact carries no global id.
    pub bare: bool,
    /// An agent was told to merge it by itself.
    pub agent_merge: bool,
    pub threads: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewEntry {
    pub by: String,
    pub state: String,
    pub at: Span,
    pub body: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Seconds between two new tasks, least and most.
    pub every: (u32, u32),
    pub kinds: Vec<ArrivalEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalEntry {
    pub script: String,
    pub repos: Vec<String>,
    pub by: Vec<String>,
    #[serde(default)]
    pub agent: Option<String>,
    /// Parameters of the script; `name` gives the task another name than the script's title.
    #[serde(default)]
    pub fills: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    pub ends: Vec<String>,
}

/// A span of time as the cast writes it: `-54m`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Tick);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse_span(&text).map(Self).ok_or_else(|| format!("{text:?} is not a span of time such as 45s, -12m or 2d"))
    }
}

/// The scenario files, by their name without the ending.
const SCRIPTS: &[(&str, &str)] = &[
    ("axum-bump", include_str!("../../../assets/demo/scripts/axum-bump.txt")),
    ("cache-stampede", include_str!("../../../assets/demo/scripts/cache-stampede.txt")),
    ("chrono-swap", include_str!("../../../assets/demo/scripts/chrono-swap.txt")),
    ("credit-notes", include_str!("../../../assets/demo/scripts/credit-notes.txt")),
    ("csv-export", include_str!("../../../assets/demo/scripts/csv-export.txt")),
    ("dep-bump", include_str!("../../../assets/demo/scripts/dep-bump.txt")),
    ("doc-pass", include_str!("../../../assets/demo/scripts/doc-pass.txt")),
    ("flaky-retry", include_str!("../../../assets/demo/scripts/flaky-retry.txt")),
    ("follow-up", include_str!("../../../assets/demo/scripts/follow-up.txt")),
    ("hostile-fixtures", include_str!("../../../assets/demo/scripts/hostile-fixtures.txt")),
    ("i18n-width", include_str!("../../../assets/demo/scripts/i18n-width.txt")),
    ("improvised-change", include_str!("../../../assets/demo/scripts/improvised-change.txt")),
    ("improvised-investigation", include_str!("../../../assets/demo/scripts/improvised-investigation.txt")),
    ("n-plus-one", include_str!("../../../assets/demo/scripts/n-plus-one.txt")),
    ("onboarding-copy", include_str!("../../../assets/demo/scripts/onboarding-copy.txt")),
    ("raise-coverage", include_str!("../../../assets/demo/scripts/raise-coverage.txt")),
    ("rate-limit", include_str!("../../../assets/demo/scripts/rate-limit.txt")),
    ("release-notes", include_str!("../../../assets/demo/scripts/release-notes.txt")),
    ("remove-flag", include_str!("../../../assets/demo/scripts/remove-flag.txt")),
    ("setup-fails", include_str!("../../../assets/demo/scripts/setup-fails.txt")),
    ("sql-migration", include_str!("../../../assets/demo/scripts/sql-migration.txt")),
    ("standing-check", include_str!("../../../assets/demo/scripts/standing-check.txt")),
    ("tax-v3", include_str!("../../../assets/demo/scripts/tax-v3.txt")),
];

const CAST: &str = include_str!("../../../assets/demo/cast.toml");

pub type Scripts = BTreeMap<String, Arc<Script>>;

/// # Errors
/// What in the files cannot be read, in words.
pub fn load() -> Result<(Cast, Scripts), String> {
    let cast = toml::from_str(CAST).map_err(|error| format!("the demo's cast: {error}"))?;
    let mut scripts = Scripts::new();
    for (id, text) in SCRIPTS {
        scripts.insert((*id).to_owned(), Arc::new(Script::parse(id, text)?));
    }
    Ok((cast, scripts))
}
