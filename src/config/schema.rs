//! The options as data, with their defaults. What each one means stands in [`options`](super::options).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use chrono::TimeDelta;

use crate::domain::RepoName;
use crate::domain::stuck::Thresholds;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub repos: Vec<RepoName>,
    /// `github.com` or `SUBDOMAIN.ghe.com`, in lower case.
    pub host: String,
    /// Without a slash at the end. `None`: the host's own.
    pub api_url: Option<String>,
    pub token_file: Option<PathBuf>,
    pub copilot_api: CopilotApi,
    pub extra_headers: Headers,
    pub read_only: bool,
    pub templates_dir: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
    /// Megabytes; 0: none are kept.
    pub keep_logs_mb: u32,
    pub log_level: LogLevel,
    pub poll: Poll,
    pub stuck: Stuck,
    pub ui: Ui,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            repos: Vec::new(),
            host: "github.com".to_owned(),
            api_url: None,
            token_file: None,
            copilot_api: CopilotApi::Auto,
            extra_headers: Headers::default(),
            read_only: false,
            templates_dir: None,
            ledger: None,
            keep_logs_mb: 200,
            log_level: LogLevel::Info,
            poll: Poll::default(),
            stuck: Stuck::default(),
            ui: Ui::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poll {
    pub active_seconds: u32,
    pub idle_seconds: u32,
    /// Above 0, at most 1.
    pub budget_share: f64,
}

impl Default for Poll {
    fn default() -> Self {
        Self { active_seconds: 10, idle_seconds: 60, budget_share: 0.2 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck {
    pub queued_minutes: u32,
    pub silent_minutes: u32,
    pub session_limit_minutes: u32,
}

impl Default for Stuck {
    fn default() -> Self {
        let Thresholds { queued, silent, session_limit } = Thresholds::default();
        let minutes = |delta: TimeDelta| u32::try_from(delta.num_minutes()).unwrap_or(u32::MAX);
        Self {
            queued_minutes: minutes(queued),
            silent_minutes: minutes(silent),
            session_limit_minutes: minutes(session_limit),
        }
    }
}

impl From<Stuck> for Thresholds {
    fn from(stuck: Stuck) -> Self {
        let minutes = |n: u32| TimeDelta::minutes(n.into());
        Self {
            queued: minutes(stuck.queued_minutes),
            silent: minutes(stuck.silent_minutes),
            session_limit: minutes(stuck.session_limit_minutes),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ui {
    pub ascii: Switch,
    pub colour: Switch,
    pub mouse: bool,
    pub layout: Layout,
}

impl Default for Ui {
    fn default() -> Self {
        Self { ascii: Switch::Auto, colour: Switch::Auto, mouse: true, layout: Layout::Stack }
    }
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
