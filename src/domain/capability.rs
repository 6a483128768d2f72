//! What can be done here and what cannot: by this token, in each repository, on this machine. One row for each question,
//! each with its evidence and what to do next.
//!
//! ```text
//! nobody asked ──probe──> yes | no | unknown (asked; the answer does not say) | not testable (only acting would tell)
//! ```
//!
//! "Not visible" is unknown, never no. A row that was not found out is missing from the matrix, never guessed.

use super::{Instant, RepoName};
use crate::text::Safe;

/// Why nothing can be changed, and what would be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOnly {
    pub why: Safe,
    pub next: Safe,
    /// By a person or for caution, not because the token could not.
    pub chosen: bool,
}

impl ReadOnly {
    /// By option.
    pub fn asked_for() -> Self {
        Self {
            why: Safe::new("as asked for"),
            next: Safe::new("start without --read-only to change things"),
            chosen: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    Yes,
    No,
    /// It was asked, and what came does not say.
    Unknown,
    /// Only acting would tell, or what it takes is not here.
    Untestable,
}

impl Answer {
    pub const ALL: [Self; 4] = [Self::Yes, Self::No, Self::Unknown, Self::Untestable];

    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Untestable => "not testable",
        }
    }

    /// Under which it stands in JSON. Never change one.
    pub fn id(self) -> &'static str {
        if self == Self::Untestable { "not_testable" } else { self.word() }
    }
}

/// What a row belongs to, in the order they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    Token,
    Service,
    Repo,
    /// What nobody could settle from documents, found out by reading.
    Open,
    Here,
    Terminal,
}

impl Group {
    pub const ALL: [Self; 6] = [Self::Token, Self::Service, Self::Repo, Self::Open, Self::Here, Self::Terminal];

    pub fn title(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Service => "Service",
            Self::Repo => "Repository",
            Self::Open => "Open points",
            Self::Here => "This machine",
            Self::Terminal => "Terminal",
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Service => "service",
            Self::Repo => "repo",
            Self::Open => "open",
            Self::Here => "here",
            Self::Terminal => "terminal",
        }
    }
}

/// A question. Its id stands in JSON and never changes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    pub id: &'static str,
    pub group: Group,
    pub title: &'static str,
    /// No is not worse than yes: a setting, not an ability.
    pub setting: bool,
}

const fn topic(id: &'static str, group: Group, title: &'static str) -> Topic {
    Topic { id, group, title, setting: false }
}

const fn setting(id: &'static str, group: Group, title: &'static str) -> Topic {
    Topic { id, group, title, setting: true }
}

pub static ACCEPTED: Topic = topic("token.accepted", Group::Token, "accepted");
pub static KIND: Topic = topic("token.kind", Group::Token, "of a kind for agent tasks");
pub static SCOPES: Topic = topic("token.scopes", Group::Token, "scopes");
pub static EXPIRY: Topic = topic("token.expiry", Group::Token, "still valid in a week");
pub static CHANGES: Topic = topic("token.changes", Group::Token, "changes may be sent");
pub static CLOCK: Topic = topic("service.clock", Group::Service, "clocks agree");
pub static CORE: Topic = topic("service.limit", Group::Service, "requests left this hour");
pub static GRAPHQL: Topic = topic("service.graphql_limit", Group::Service, "GraphQL points left");
pub static LIVE_LOGS: Topic = topic("service.live_logs", Group::Service, "live session logs");
pub static VISIBLE: Topic = topic("repo.visible", Group::Repo, "visible");
pub static TASKS_READ: Topic = topic("tasks.read", Group::Repo, "read agent tasks");
pub static TASKS_WRITE: Topic = topic("tasks.write", Group::Repo, "start agent tasks");
pub static ACTIONS_READ: Topic = topic("actions.read", Group::Repo, "read Actions runs");
pub static ACTIONS_WRITE: Topic = topic("actions.write", Group::Repo, "cancel Actions runs");
pub static PULLS_READ: Topic = topic("pulls.read", Group::Repo, "read pull requests");
pub static PULLS_WRITE: Topic = topic("pulls.write", Group::Repo, "change pull requests");
pub static ISSUES_READ: Topic = topic("issues.read", Group::Repo, "read issues");
pub static ISSUES_WRITE: Topic = topic("issues.write", Group::Repo, "comment, assign issues");
pub static ENABLED: Topic = topic("agent.enabled", Group::Repo, "cloud agent enabled");
pub static APPROVAL: Topic = setting("agent.approval", Group::Repo, "its workflows need approval");
pub static FIREWALL: Topic = setting("agent.firewall", Group::Repo, "firewall");
pub static ALLOW_LIST: Topic = setting("agent.allow_list", Group::Repo, "recommended allow-list");
pub static AUTOMATIONS: Topic = setting("agent.automations", Group::Repo, "automations enabled");
pub static POINT_A: Topic = setting("open.a", Group::Open, "a  new version header on /agents");
pub static POINT_B: Topic = setting("open.b", Group::Open, "b  a 304 is served on /agents");
pub static POINT_C: Topic = setting("open.c", Group::Open, "c  token works on the Copilot API");
pub static POINT_D: Topic = setting("open.d", Group::Open, "d  session logs are full");
pub static POINT_E: Topic = setting("open.e", Group::Open, "e  Actions: write is enough");
pub static POINT_F: Topic = setting("open.f", Group::Open, "f  GHE.com has /agents");
pub static POINT_G: Topic = setting("open.g", Group::Open, "g  lag from cancel to cancelled");
pub static POINT_H: Topic = setting("open.h", Group::Open, "h  Copilot API takes bare calls");
pub static CONFIG_FILE: Topic = setting("here.config", Group::Here, "config file");
pub static POLICY_FILE: Topic = topic("here.policy", Group::Here, "policy");
pub static THEMES: Topic = setting("here.themes", Group::Here, "themes");
pub static STATE_FOLDER: Topic = topic("here.state", Group::Here, "state folder is private");
pub static LEDGER_FILE: Topic = topic("here.ledger", Group::Here, "ledger can be written");
pub static LEDGER_CHAIN: Topic = topic("here.ledger_chain", Group::Here, "ledger is whole");
pub static CACHE_FILE: Topic = setting("here.cache", Group::Here, "cache");
pub static JOURNAL: Topic = setting("here.journal", Group::Here, "journal");
pub static COLOURS: Topic = setting("terminal.colours", Group::Terminal, "colours");
pub static KITTY: Topic = setting("terminal.kitty", Group::Terminal, "unambiguous escape key");
pub static CLIPBOARD: Topic = setting("terminal.clipboard", Group::Terminal, "clipboard (OSC 52)");
pub static SYNC: Topic = setting("terminal.sync", Group::Terminal, "synchronized output");
pub static SIZE: Topic = topic("terminal.size", Group::Terminal, "large enough");
pub static TMUX: Topic = setting("terminal.tmux", Group::Terminal, "inside tmux");
pub static LOCALE: Topic = topic("terminal.locale", Group::Terminal, "UTF-8 locale");

/// Every question, in the order of the matrix.
pub static TOPICS: [&Topic; 46] = [
    &ACCEPTED,
    &KIND,
    &SCOPES,
    &EXPIRY,
    &CHANGES,
    &CLOCK,
    &CORE,
    &GRAPHQL,
    &LIVE_LOGS,
    &VISIBLE,
    &TASKS_READ,
    &TASKS_WRITE,
    &ACTIONS_READ,
    &ACTIONS_WRITE,
    &PULLS_READ,
    &PULLS_WRITE,
    &ISSUES_READ,
    &ISSUES_WRITE,
    &ENABLED,
    &APPROVAL,
    &FIREWALL,
    &ALLOW_LIST,
    &AUTOMATIONS,
    &POINT_A,
    &POINT_B,
    &POINT_C,
    &POINT_D,
    &POINT_E,
    &POINT_F,
    &POINT_G,
    &POINT_H,
    &CONFIG_FILE,
    &POLICY_FILE,
    &THEMES,
    &STATE_FOLDER,
    &LEDGER_FILE,
    &LEDGER_CHAIN,
    &CACHE_FILE,
    &JOURNAL,
    &COLOURS,
    &KITTY,
    &CLIPBOARD,
    &SYNC,
    &SIZE,
    &TMUX,
    &LOCALE,
];

/// The README's table of questions.
pub fn markdown_table() -> String {
    let mut out = String::from("| about | question | `id` in JSON |\n|---|---|---|\n");
    for topic in TOPICS {
        out.push_str(&format!("| {} | {} | `{}` |\n", topic.group.title(), topic.title.trim_start(), topic.id));
    }
    out
}

/// What was found out about one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub topic: &'static Topic,
    /// Of the questions about a repository.
    pub repo: Option<RepoName>,
    pub answer: Answer,
    /// The answer in a few words.
    pub says: Safe,
    /// What it rests on: request, status, header, file.
    pub evidence: Safe,
    pub at: Instant,
    /// What to do about it; empty: nothing.
    pub next: Safe,
    /// Without a yes here something the operator asked for does not work.
    pub needed: bool,
    /// It was asked and no answer came at all.
    pub unheard: bool,
}

impl Row {
    pub fn new(topic: &'static Topic, answer: Answer, says: impl AsRef<str>, at: Instant) -> Self {
        Self {
            topic,
            repo: None,
            answer,
            says: Safe::new(says),
            evidence: Safe::default(),
            at,
            next: Safe::default(),
            needed: false,
            unheard: false,
        }
    }

    #[must_use]
    pub fn of(mut self, repo: &RepoName) -> Self {
        self.repo = Some(repo.clone());
        self
    }

    #[must_use]
    pub fn because(mut self, evidence: impl AsRef<str>) -> Self {
        self.evidence = Safe::new(evidence);
        self
    }

    #[must_use]
    pub fn next(mut self, next: impl AsRef<str>) -> Self {
        self.next = Safe::new(next);
        self
    }

    #[must_use]
    pub fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// Something that is needed does not work.
    pub fn fails(&self) -> bool {
        self.needed && self.answer == Answer::No
    }

    /// Something that is needed, and that reading tells, could not be read. Of changes it is normal that nothing tells.
    pub fn is_untold(&self) -> bool {
        self.needed && self.answer == Answer::Unknown && [&ACCEPTED, &VISIBLE, &TASKS_READ].contains(&self.topic)
    }

    /// Worth a look: an ability that is not there.
    pub fn is_off(&self) -> bool {
        self.answer == Answer::No && !self.topic.setting
    }
}

/// What it all comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Works,
    Fails,
    /// The token is not accepted: nothing else could be found out.
    Authentication,
    /// The service did not tell whether it works.
    Unknown,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Fails => "fails",
            Self::Authentication => "authentication",
            Self::Unknown => "unknown",
        }
    }
}

/// All that was found out, in the order of [`TOPICS`], repository by repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    rows: Vec<Row>,
}

impl Matrix {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row takes the place of an older answer to the same question. Repositories stand in the order they came.
    pub fn take(&mut self, row: Row) {
        let same = |known: &&mut Row| known.topic == row.topic && known.repo == row.repo;
        if let Some(known) = self.rows.iter_mut().find(same) {
            *known = row;
            return;
        }
        let repos: Vec<_> = self.repos().cloned().collect();
        let place = |row: &Row| {
            let repo = row.repo.as_ref().map(|repo| repos.iter().position(|one| one == repo).unwrap_or(usize::MAX));
            let topic = TOPICS.iter().position(|topic| *topic == row.topic);
            (row.topic.group, repo, topic)
        };
        let of_row = place(&row);
        let at = self.rows.iter().position(|known| place(known) > of_row).unwrap_or(self.rows.len());
        self.rows.insert(at, row);
    }

    /// The repositories it says something about, in the order they came.
    pub fn repos(&self) -> impl Iterator<Item = &RepoName> {
        let is_first = |(n, row): &(usize, &Row)| {
            row.repo.is_some() && !self.rows.iter().take(*n).any(|before| before.repo == row.repo)
        };
        self.rows.iter().enumerate().filter(is_first).filter_map(|(_, row)| row.repo.as_ref())
    }

    pub fn find(&self, topic: &Topic, repo: Option<&RepoName>) -> Option<&Row> {
        self.rows.iter().find(|row| row.topic == topic && row.repo.as_ref() == repo)
    }

    /// What is known to be off there, among these.
    pub fn off(&self, topics: &[&'static Topic], repo: &RepoName) -> Option<&Row> {
        topics.iter().find_map(|topic| self.find(topic, Some(repo)).filter(|row| row.is_off()))
    }

    pub fn count(&self, answer: Answer) -> usize {
        self.rows.iter().filter(|row| row.answer == answer && !row.topic.setting).count()
    }

    pub fn verdict(&self) -> Verdict {
        let fails = |row: &Row| row.fails();
        if self.rows.iter().any(|row| fails(row) && (row.topic == &ACCEPTED || row.topic == &KIND)) {
            Verdict::Authentication
        } else if self.rows.iter().any(fails) {
            Verdict::Fails
        } else if self.rows.iter().any(Row::is_untold) || self.find(&ACCEPTED, None).is_none() {
            Verdict::Unknown
        } else {
            Verdict::Works
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn at() -> Instant {
        chrono::DateTime::from_timestamp(1_793_954_977, 0).unwrap()
    }

    fn row(topic: &'static Topic, repo: Option<&str>, answer: Answer) -> Row {
        let row = Row::new(topic, answer, "x", at());
        repo.map_or(row.clone(), |repo| row.of(&repo.parse().unwrap()))
    }

    #[test]
    fn every_question_stands_in_the_table_once_and_in_the_order_of_the_groups() {
        let ids: std::collections::BTreeSet<_> = TOPICS.iter().map(|topic| topic.id).collect();
        assert_eq!(ids.len(), TOPICS.len());
        assert!(TOPICS.windows(2).all(|pair| pair[0].group <= pair[1].group));
        for topic in TOPICS {
            assert!(topic.title.len() <= 36, "{}", topic.title);
            assert!(topic.id.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_'), "{}", topic.id);
        }
    }

    #[test]
    fn rows_find_their_place_whatever_the_order_they_come_in() {
        let mut matrix = Matrix::default();
        for (topic, repo) in [
            (&POINT_A, None),
            (&TASKS_WRITE, Some("acme/web")),
            (&VISIBLE, Some("acme/api")),
            (&ACCEPTED, None),
            (&VISIBLE, Some("acme/web")),
            (&SIZE, None),
        ] {
            matrix.take(row(topic, repo, Answer::Yes));
        }
        let ids: Vec<_> =
            matrix.rows().iter().map(|row| (row.topic.id, row.repo.as_ref().map(RepoName::name))).collect();
        assert_eq!(
            ids,
            [
                ("token.accepted", None),
                ("repo.visible", Some("web")),
                ("tasks.write", Some("web")),
                ("repo.visible", Some("api")),
                ("open.a", None),
                ("terminal.size", None),
            ]
        );
        matrix.take(row(&VISIBLE, Some("acme/api"), Answer::No));
        assert_eq!(matrix.rows().len(), 6, "a newer answer takes the older one's place");
        assert!(matrix.off(&[&TASKS_WRITE, &VISIBLE], &"acme/api".parse().unwrap()).is_some());
    }

    #[test]
    fn only_what_is_needed_can_fail_and_a_refused_token_says_so() {
        let mut matrix = Matrix::default();
        assert_eq!(matrix.verdict(), Verdict::Unknown, "nobody was asked");
        matrix.take(row(&ACCEPTED, None, Answer::Unknown).needed());
        assert_eq!(matrix.verdict(), Verdict::Unknown);
        matrix.take(row(&ACCEPTED, None, Answer::Yes).needed());
        assert_eq!(matrix.verdict(), Verdict::Works);
        matrix.take(row(&ISSUES_WRITE, Some("a/b"), Answer::No));
        matrix.take(row(&TASKS_WRITE, Some("a/b"), Answer::Unknown).needed());
        assert_eq!(matrix.verdict(), Verdict::Works, "of a change it is normal that nothing tells");
        matrix.take(row(&TASKS_READ, Some("a/b"), Answer::Unknown).needed());
        assert_eq!(matrix.verdict(), Verdict::Unknown);
        matrix.take(row(&TASKS_READ, Some("a/b"), Answer::No).needed());
        assert_eq!(matrix.verdict(), Verdict::Fails);
        matrix.take(row(&ACCEPTED, None, Answer::No).needed());
        assert_eq!(matrix.verdict(), Verdict::Authentication);
    }
}
