//! An agent task: its sessions, and what the list says about it.

use super::clock::Tick;
use super::session::Session;

#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub name: String,
    /// Index into the world's repositories.
    pub repo: usize,
    pub creator: i64,
    pub created: Tick,
    pub agent: Option<String>,
    /// In the order they were asked for; at least one.
    pub sessions: Vec<Session>,
    /// Index into the world's pull requests.
    pub pull: Option<usize>,
    pub word: Option<String>,
    pub fails: Option<Tick>,
    pub archived: Option<Tick>,
    /// Index of the automation that started it.
    pub automation: Option<usize>,
    /// How many automations of a chain came before.
    pub links: u8,
}

impl Task {
    pub fn is_seen(&self, now: Tick) -> bool {
        self.created <= now
    }

    pub fn is_archived(&self, now: Tick) -> bool {
        self.archived.is_some_and(|at| at <= now)
    }

    pub fn sessions_seen(&self, now: Tick) -> impl DoubleEndedIterator<Item = &Session> {
        self.sessions.iter().filter(move |session| session.created <= now)
    }

    /// The newest session decides, unless the service says otherwise.
    pub fn state(&self, now: Tick) -> &str {
        if self.fails.is_some_and(|at| at <= now) {
            return "failed";
        }
        if let Some(word) = &self.word {
            return word;
        }
        self.sessions_seen(now).next_back().map_or("queued", |session| session.state(now))
    }

    pub fn updated_at(&self, now: Tick) -> Tick {
        let sessions = self.sessions_seen(now).map(|session| session.updated_at(now));
        let own = [self.fails, self.archived].into_iter().flatten().filter(|at| *at <= now);
        sessions.chain(own).fold(self.created, Tick::max)
    }

    pub fn is_active(&self, now: Tick) -> bool {
        !matches!(self.state(now), "completed" | "failed" | "timed_out" | "cancelled")
    }
}
