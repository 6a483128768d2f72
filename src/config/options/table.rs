//! The table itself. An option that is not in it does not exist; its description is the one in `config.example.toml` and in
//! the README, in this order.

use super::{aliases, cancel, files, keys, notify, poll, retry, service, stuck, ui};
use crate::config::given::{Given, Wrong};
use crate::config::schema::Config;

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// As in the file, with the section before a dot.
    pub key: &'static str,
    /// What can be chosen.
    pub values: &'static str,
    /// An entry for the example file, where there is no default to show.
    pub example: Option<&'static str>,
    pub doc: &'static str,
    pub set: fn(&mut Config, Given<'_>) -> Result<(), Wrong>,
    /// The value as the file would hold it; `None`: nothing chosen. Never shows a header's value.
    pub show: fn(&Config) -> Option<String>,
}

impl Opt {
    /// `poll.active_seconds` is `ATC_POLL_ACTIVE_SECONDS`.
    pub fn variable(&self) -> String {
        format!("ATC_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// Section and name in it; the section is empty at the top.
    pub fn section_and_name(&self) -> (&'static str, &'static str) {
        self.key.rsplit_once('.').unwrap_or(("", self.key))
    }
}

pub fn find(key: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.key == key)
}

/// Variables that start with `ATC_` and are no option.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("ATC_WEBHOOK_SECRET", "The secret that messages to `notify.webhook_url` are signed with. Asked before the file."),
    ("ATC_CONFIG", "The config file to read, like `--config`."),
    ("ATC_TOKEN", "The token. `GH_TOKEN`, `GITHUB_TOKEN` and `gh auth token` are asked after it."),
];

pub const OPTIONS: &[Opt] = &[
    service::REPOS,
    service::OWN_TASKS,
    service::AUTOMATIONS,
    service::HOST,
    service::API_URL,
    service::TOKEN_FILE,
    service::CA_FILE,
    service::COPILOT_API,
    service::EXTRA_HEADERS,
    service::READ_ONLY,
    aliases::ALIASES,
    files::TEMPLATES_DIR,
    files::DIAGNOSIS_FILE,
    files::POLICY_FILE,
    files::DIAGNOSE,
    files::LEDGER,
    files::CACHE,
    files::KEEP_LOGS_MB,
    files::LOG_LEVEL,
    poll::ACTIVE_SECONDS,
    poll::IDLE_SECONDS,
    poll::SLOWEST_SECONDS,
    poll::WHOLE_SWEEP_MINUTES,
    poll::AWAY_FACTOR,
    poll::BUDGET_SHARE,
    poll::UNCHANGED_WEIGHT,
    stuck::QUEUED_MINUTES,
    stuck::SILENT_MINUTES,
    stuck::WAITING_MINUTES,
    stuck::SESSION_LIMIT_MINUTES,
    retry::LIMITED,
    notify::QUIET,
    notify::PER_MINUTE,
    notify::FOCUSED,
    notify::WEBHOOK_URL,
    notify::WEBHOOK_SECRET_FILE,
    notify::WEBHOOK_TRIES,
    notify::COMMAND,
    notify::COMMAND_SECONDS,
    cancel::BATCH_MAX,
    cancel::FORCE_AFTER_SECONDS,
    cancel::WAIT_MINUTES,
    ui::ASCII,
    ui::HYPERLINKS,
    ui::COLOUR,
    ui::THEME,
    ui::BACKGROUND,
    ui::MOUSE,
    ui::LAYOUT,
    ui::HISTORY,
    keys::PRESET,
];
