//! The options as data, with their defaults. What each one means stands in [`options`](super::options).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use chrono::{NaiveTime, TimeDelta};

use crate::domain::cancel::MOST_AT_ONCE;
use crate::domain::stuck::{Each, Limits, Rule, Said, Thresholds};
use crate::domain::{RepoName, RepoPattern, SavedView, automation, transition};
use crate::keys::{Change, Preset};

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub repos: Vec<RepoName>,
    pub own_tasks: Switch,
    /// Automations are asked for while the console runs.
    pub automations: bool,
    /// `github.com` or `SUBDOMAIN.ghe.com`, in lower case.
    pub host: String,
    /// Without a slash at the end. `None`: the host's own.
    pub api_url: Option<String>,
    pub token_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub copilot_api: CopilotApi,
    pub extra_headers: Headers,
    /// `Auto`: where the API is at an address nobody knows, and where the token can only read.
    pub read_only: Switch,
    pub templates_dir: Option<PathBuf>,
    pub diagnosis_file: Option<PathBuf>,
    pub policy_file: Option<PathBuf>,
    /// Logs of tasks that ended badly are read though nobody opens them.
    pub diagnose: bool,
    pub ledger: Option<PathBuf>,
    /// Keep on disk what costs requests to learn.
    pub cache: bool,
    /// Megabytes; 0: none are kept.
    pub keep_logs_mb: u32,
    pub log_level: LogLevel,
    pub poll: Poll,
    pub stuck: Stuck,
    pub cancel: Cancel,
    pub retry: Retry,
    pub ui: Ui,
    /// The queue's tabs; never empty.
    pub views: Vec<SavedView>,
    /// The same of the automations.
    pub automation_views: Vec<automation::SavedView>,
    pub notify: Notify,
    /// Names of the operator's own for commands, and the words they stand for.
    pub aliases: BTreeMap<String, String>,
    pub keys: OwnKeys,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            repos: Vec::new(),
            own_tasks: Switch::Auto,
            automations: true,
            host: "github.com".to_owned(),
            api_url: None,
            token_file: None,
            ca_file: None,
            copilot_api: CopilotApi::Auto,
            extra_headers: Headers::default(),
            read_only: Switch::Auto,
            templates_dir: None,
            diagnosis_file: None,
            policy_file: None,
            diagnose: true,
            ledger: None,
            cache: true,
            keep_logs_mb: 200,
            log_level: LogLevel::Info,
            poll: Poll::default(),
            stuck: Stuck::default(),
            cancel: Cancel::default(),
            retry: Retry::default(),
            ui: Ui::default(),
            views: SavedView::defaults(),
            automation_views: automation::SavedView::defaults(),
            notify: Notify::default(),
            aliases: BTreeMap::new(),
            keys: OwnKeys::default(),
        }
    }
}

impl Config {
    /// Nothing is to be changed, because somebody said so.
    pub fn looks_only(&self) -> bool {
        self.read_only == Switch::On
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How long a limit that named no time is taken to last.
    pub limited_minutes: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { limited_minutes: 30 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poll {
    pub active_seconds: u32,
    pub idle_seconds: u32,
    pub slowest_seconds: u32,
    pub whole_sweep_minutes: u32,
    pub away_factor: u32,
    /// Above 0, at most 1.
    pub budget_share: f64,
    /// Above 0, at most 1.
    pub unchanged_weight: f64,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            active_seconds: 10,
            idle_seconds: 60,
            slowest_seconds: 300,
            whole_sweep_minutes: 30,
            away_factor: 3,
            budget_share: 0.2,
            unchanged_weight: 0.02,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    pub queued_minutes: u32,
    pub silent_minutes: u32,
    pub waiting_minutes: u32,
    pub session_limit_minutes: u32,
    /// Minutes for some repositories, the most specific first.
    pub repos: BTreeMap<RepoPattern, Each<Option<u32>>>,
}

impl Default for Stuck {
    fn default() -> Self {
        let Limits { queued, silent, waiting, session_limit } = Thresholds::default().everywhere;
        let minutes = |delta: TimeDelta| u32::try_from(delta.num_minutes()).unwrap_or(u32::MAX);
        Self {
            queued_minutes: minutes(queued),
            silent_minutes: minutes(silent),
            waiting_minutes: minutes(waiting),
            session_limit_minutes: minutes(session_limit),
            repos: BTreeMap::new(),
        }
    }
}

impl Stuck {
    /// `said`: where each of the values that hold everywhere is from.
    pub fn thresholds(&self, said: Each<Said>) -> Thresholds {
        let minutes = |n: u32| TimeDelta::minutes(n.into());
        let everywhere = Limits {
            queued: minutes(self.queued_minutes),
            silent: minutes(self.silent_minutes),
            waiting: minutes(self.waiting_minutes),
            session_limit: minutes(self.session_limit_minutes),
        };
        let rule = |(repos, set): (&RepoPattern, &Each<Option<u32>>)| Rule {
            repos: repos.clone(),
            limits: Each {
                queued: set.queued.map(minutes),
                silent: set.silent.map(minutes),
                waiting: set.waiting.map(minutes),
                session_limit: set.session_limit.map(minutes),
            },
        };
        Thresholds::new(everywhere, said, self.repos.iter().map(rule).collect())
    }
}

/// Who is told of what becomes of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// By the operator's clock: from, to.
    pub quiet: Option<(NaiveTime, NaiveTime)>,
    pub per_minute: u32,
    /// The terminal is rung also while it has the focus.
    pub focused: bool,
    pub webhook_url: Option<String>,
    /// A file that holds the secret alone.
    pub webhook_secret_file: Option<PathBuf>,
    pub webhook_tries: u32,
    /// The program and its arguments.
    pub command: Vec<String>,
    pub command_seconds: u32,
    pub rules: Vec<transition::Rule>,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            quiet: None,
            per_minute: 6,
            focused: false,
            webhook_url: None,
            webhook_secret_file: None,
            webhook_tries: 5,
            command: Vec::new(),
            command_seconds: 10,
            rules: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel {
    pub batch_max: u32,
    pub force_after_seconds: u32,
    pub wait_minutes: u32,
}

impl Default for Cancel {
    fn default() -> Self {
        let most = u32::try_from(MOST_AT_ONCE).unwrap_or(u32::MAX);
        Self { batch_max: most, force_after_seconds: 90, wait_minutes: 60 }
    }
}

/// The theme that goes with the terminal's background.
pub const AUTO_THEME: &str = "auto";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ui {
    pub ascii: Switch,
    pub colour: Switch,
    /// `auto`, or the name of a shipped theme or of one of the operator's own.
    pub theme: String,
    pub background: Background,
    pub mouse: bool,
    pub hyperlinks: Switch,
    pub layout: Layout,
    /// Typed lines that are kept; 0: none.
    pub history: u32,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            ascii: Switch::Auto,
            colour: Switch::Auto,
            theme: AUTO_THEME.to_owned(),
            background: Background::Auto,
            mouse: true,
            hyperlinks: Switch::Auto,
            layout: Layout::Stack,
            history: 500,
        }
    }
}

/// What the operator wants keys to mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnKeys {
    pub preset: Preset,
    pub changes: Vec<Change>,
}

/// On, off, or decided by what is found at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    Auto,
    On,
    Off,
}

impl Switch {
    /// `found` is what `auto` means here and now.
    pub fn resolve(self, found: bool) -> bool {
        match self {
            Self::Auto => found,
            Self::On => true,
            Self::Off => false,
        }
    }

    /// As the file has it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Auto => "\"auto\"",
            Self::On => "true",
            Self::Off => "false",
        }
        .to_owned()
    }
}

/// An enum whose values are words in the file, the environment and the arguments.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($value:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($value),+
        }

        impl $name {
            pub const WORDS: &[(&str, Self)] = &[$(($word, Self::$value)),+];

            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }
        }
    };
}

words!(
    /// Whether the undocumented Copilot API is used.
    CopilotApi { Auto = "auto", Off = "off" }
);
words!(
    /// What the terminal's background is; auto: it is asked.
    Background { Auto = "auto", Dark = "dark", Light = "light" }
);
words!(
    /// How the panes stand when several fit.
    Layout { Stack = "stack", Columns = "columns" }
);
words!(
    /// What goes into the journal: this and everything worse.
    LogLevel { Off = "off", Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" }
);

/// Header names and values. A value may be a secret of its own, so `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub BTreeMap<String, String>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
