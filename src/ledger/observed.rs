//! What was seen to become of tasks, whoever started them.
//!
//! Several consoles may look at the same tasks and write into one ledger. Each tells what it sees; the ledger alone
//! decides, under its lock, whether that is news, by what it holds of the task already:
//!
//! ```text
//! seen ─┬ nothing is known yet ────────────────────────> recorded, nothing before it
//!       ├ older than what is recorded (service's time) ─> not news: a console that is behind
//!       ├ another state ───────────────────────────────> recorded, with the state before
//!       ├ the same, ended, and more is known of it ────> recorded: cost, reason, session, run
//!       └ the same ────────────────────────────────────> not news
//! ```

use crate::domain::instant::believable;
use crate::domain::{Instant, RepoName, State};

/// What about the task was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The task's state, in the service's own word.
    State,
    /// The state of its pull request: `draft`, `open`, `closed`, `merged`.
    Pull,
    /// What the reviews of its pull request come to: `none`, `approved`, `changes_requested`.
    Review,
    /// What started it by itself: `automation:` and the automation's id.
    Origin,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::State, Self::Pull, Self::Review, Self::Origin];

    /// The word it is stored and exported under. Never change one.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Pull => "pull",
            Self::Review => "review",
            Self::Origin => "origin",
        }
    }
}

/// One look. All texts are as the service gave them.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The service's host.
    pub host: String,
    pub repo: RepoName,
    pub task: String,
    pub kind: Kind,
    /// When it was seen here.
    pub at: Instant,
    /// When it came to be so, as far as the service says.
    pub since: Option<Instant>,
    /// The service's time of what was looked at: tells an older look from a newer one.
    pub touched: Option<Instant>,
    /// When the task, or the pull request, was created.
    pub begun: Option<Instant>,
    pub became: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// What it cost, all its sessions together. At most `i64::MAX`.
    pub nano_credits: Option<u64>,
    pub premium_requests: Option<f64>,
    pub model: Option<String>,
    pub session: Option<String>,
    pub run: Option<u64>,
    /// Number of the pull request; a task's own state names none.
    pub pull: Option<u64>,
}

/// What was recorded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub seen: Seen,
    /// What it was before; `None`: this was the first look, so when it came to be so was not watched.
    pub was: Option<String>,
    /// Counts the records of this kind of this task, from 1.
    pub step: u64,
}

impl Seen {
    /// What is to be recorded of it after `last`, the newest record of the same kind of the same task; `None`: it is no
    /// news.
    pub fn after(&self, last: Option<&Observed>) -> Option<Observed> {
        let Some(last) = last else {
            return Some(Observed { seen: self.clone(), was: None, step: 1 });
        };
        // Nothing would ever be newer than a time that is none.
        let touched = last.seen.touched.and_then(believable);
        let is_older = self.touched.zip(touched).is_some_and(|(this, last)| this < last);
        if is_older || !(self.became != last.seen.became || self.tells_more_than(&last.seen)) {
            return None;
        }
        Some(Observed { seen: self.clone(), was: Some(last.seen.became.clone()), step: last.step + 1 })
    }

    fn tells_more_than(&self, last: &Self) -> bool {
        fn more<T: PartialEq>(this: Option<&T>, last: Option<&T>) -> bool {
            this.is_some() && this != last
        }
        let has_ended = self.kind == Kind::State && !State::parse(&self.became).is_active();
        has_ended
            && (more(self.reason.as_ref(), last.reason.as_ref())
                || more(self.nano_credits.as_ref(), last.nano_credits.as_ref())
                || more(self.premium_requests.as_ref(), last.premium_requests.as_ref())
                || more(self.model.as_ref(), last.model.as_ref())
                || more(self.session.as_ref(), last.session.as_ref())
                || more(self.run.as_ref(), last.run.as_ref()))
    }
}

impl Observed {
    /// It came to be so while somebody watched, or the service said when: then when, to within the time between two
    /// looks.
    pub fn happened_at(&self) -> Option<Instant> {
        let turned = self.was.as_ref().is_some_and(|was| *was != self.seen.became);
        self.seen.since.or_else(|| turned.then_some(self.seen.at))
    }
}
