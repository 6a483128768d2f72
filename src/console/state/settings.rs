//! What was decided before the console started.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::console::keys::Keymap;
use crate::domain::capability::ReadOnly;
use crate::domain::stuck::Thresholds;
use crate::domain::transition::Rule;
use crate::domain::{Instant, OwnTasks, RepoName, SavedView, Zone, automation};
use crate::text::Safe;

/// A name, and the words it stands for.
pub type Aliases = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub struct Settings {
    pub repos: Vec<RepoName>,
    pub own_tasks: OwnTasks,
    /// Automations are asked for; else nothing is ever known of them here.
    pub automations: bool,
    /// The host's name for the header: `github.com`, a tenant, `demo`.
    pub host: Safe,
    pub token_kind: Safe,
    /// Glyphs of plain ASCII.
    pub ascii: bool,
    pub look: super::look::Look,
    /// The operator's time zone, for times of day and days.
    pub zone: Zone,
    /// Good data older than this is called stale.
    pub stale_after: TimeDelta,
    /// What is shown is of the past, and ends then.
    pub ends: Option<Instant>,
    pub stuck: Thresholds,
    /// How long a rate limit that named no time is taken to last.
    pub limited_for: TimeDelta,
    /// The most sessions one answer cancels.
    pub cancel_batch_max: usize,
    /// No writes: absent from keys and help, refused in the transport.
    pub read_only: bool,
    /// Why, where it is not only wished.
    pub why_read_only: Option<ReadOnly>,
    pub mouse: bool,
    /// Panes side by side, where the operator did not choose otherwise.
    pub columns: bool,
    /// Lines kept for the next start; 0: none.
    pub keep_lines: usize,
    /// The operator's own names for commands.
    pub aliases: Aliases,
    pub keymap: Keymap,
    /// The queue's tabs, from left to right; never empty.
    pub views: Vec<SavedView>,
    /// The same of the automations.
    pub automation_views: Vec<automation::SavedView>,
    /// Which transitions are told, and how.
    pub notify: Vec<Rule>,
    /// All of them are wanted, also those no rule is about.
    pub transitions: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            repos: Vec::new(),
            own_tasks: OwnTasks::Auto,
            automations: true,
            host: Safe::new("github.com"),
            token_kind: Safe::new("unknown"),
            ascii: false,
            look: super::look::Look::default(),
            zone: Zone::utc(),
            ends: None,
            stale_after: TimeDelta::seconds(90),
            stuck: Thresholds::default(),
            limited_for: TimeDelta::minutes(30),
            cancel_batch_max: crate::domain::cancel::MOST_AT_ONCE,
            read_only: false,
            why_read_only: None,
            mouse: true,
            columns: false,
            keep_lines: super::history::MOST,
            aliases: Aliases::new(),
            keymap: Keymap::default(),
            views: SavedView::defaults(),
            automation_views: automation::SavedView::defaults(),
            notify: Vec::new(),
            transitions: false,
        }
    }
}

impl Settings {
    /// All that is shown is of repositories of one owner.
    pub fn has_one_owner(&self) -> bool {
        !self.reach_beyond()
            && self.repos.windows(2).all(|pair| matches!(pair, [a, b] if a.owner().eq_ignore_ascii_case(b.owner())))
    }

    /// The viewer's own tasks are shown whatever their repository.
    pub fn reach_beyond(&self) -> bool {
        self.own_tasks.reach_beyond(&self.repos)
    }
}
