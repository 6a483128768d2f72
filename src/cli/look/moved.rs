//! One transition, as `atc watch` tells it.

use serde_json::Value;

use super::joined::{field, text, time};
use super::shape::{Field, Is, write};
use crate::cli::voice::Voice;
use crate::domain::look::Tone;
use crate::domain::transition::{Kind, Transition};
use crate::domain::{Condition, Instant, RepoName, State, TaskId};
use crate::text::{Safe, Untrusted};

const KINDS: Is = Is::OneOf(&Kind::WORDS);

/// Something about a task became something else.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// When it was seen.
    pub at: Instant,
    pub kind: Kind,
    pub repo: RepoName,
    pub task: TaskId,
    pub name: Untrusted,
    /// `None`: there was nothing before.
    pub was: Option<String>,
    /// The words of the fields of `atc list --json`; a rule's id; `gone`.
    pub became: String,
    pub pull: Option<u64>,
    pub url: Option<Untrusted>,
    /// It happened since an earlier run looked, not under the eyes of this one.
    pub missed: bool,
}

pub const MOVED: &[Field<Moved>] = &[
    field!("at", Is::Time, "When it was seen.", |m| time(m.at)),
    field!("kind", KINDS, "What happened.", |m| m.kind.word().into()),
    field!("repo", Is::Text, "The repository: owner/name.", |m| m.repo.as_str().into()),
    field!("task", Is::Text, "The task's id.", |m| m.task.raw().into()),
    field!("name", Is::Text, "What the task is called.", |m| text(&m.name)),
    field!("was", Is::Maybe(&Is::Text), "What it was before.", |m| m.was.clone().into()),
    field!(
        "became",
        Is::Text,
        "What it is now: a state of the task or of its pull request, what its reviews come to, passing, failing, pending, needs_approval, not_visible, not_known or none of its checks, the id of a rule, or gone.",
        |m| m.became.clone().into()
    ),
    field!("pull_request", Is::Maybe(&Is::Whole), "The number of the pull request, where it is about one.", |m| m
        .pull
        .into()),
    field!("url", Is::Maybe(&Is::Text), "The page of what it is about.", |m| m.url.as_ref().map_or(Value::Null, text)),
    field!("missed", Is::Flag, "It happened since an earlier run looked, not under the eyes of this one.", |m| m
        .missed
        .into()),
];

impl Moved {
    /// What was found by the console's own rules, as it would be told to somebody.
    pub fn told(transition: &Transition, now: Instant, begun: Instant) -> Option<Self> {
        Some(Self {
            at: now,
            kind: transition.turn.kind,
            repo: transition.repo.clone(),
            task: transition.task.clone()?,
            name: transition.name.clone(),
            was: None,
            became: transition.turn.became.raw_for_match().to_owned(),
            pull: transition.pull,
            url: transition.url.clone(),
            missed: transition.at < begun,
        })
    }

    pub fn json(&self) -> Value {
        write(MOVED, self)
    }

    /// A sentence for people.
    pub fn says(&self, voice: Voice) -> String {
        let what = match self.kind {
            Kind::TaskNew => "is new:".to_owned(),
            Kind::TaskState => "is".to_owned(),
            Kind::TaskGone => "is".to_owned(),
            Kind::PullNew => format!("has pull request {}:", number(self.pull)),
            Kind::PullState => format!("pull request {} is", number(self.pull)),
            Kind::PullReview => format!("reviews of {}:", number(self.pull)),
            Kind::PullChecks => format!("checks of {}:", number(self.pull)),
            Kind::DiagnosisFound => "diagnosis:".to_owned(),
            Kind::TaskStuck | Kind::TaskOrphaned => "is".to_owned(),
            Kind::PullWorkflows => format!("workflows of {}:", number(self.pull)),
            Kind::ActionUnresolved => "outcome unknown:".to_owned(),
        };
        let was = self.was.as_ref().map(|was| format!(" (was {was})")).unwrap_or_default();
        let at = self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        format!(
            "{}  {}  {}  {what} {}{}  {}",
            voice.paint(&at, Tone::Dim),
            self.repo,
            self.task.show(),
            voice.paint(&Safe::new(&self.became), self.tone()),
            voice.paint(&Safe::new(was), Tone::Dim),
            self.name.show_line()
        )
    }

    /// What it became, as the console would paint it.
    fn tone(&self) -> Tone {
        match self.kind {
            Kind::TaskNew | Kind::TaskState => Condition::State(&State::parse(&self.became)).tone(),
            Kind::TaskGone => Tone::Dim,
            Kind::TaskStuck => Tone::Warn,
            Kind::TaskOrphaned => Tone::Odd,
            Kind::PullChecks => match self.became.as_str() {
                "passing" => Tone::Good,
                "failing" => Tone::Bad,
                "pending" | "needs_approval" => Tone::Warn,
                _ => Tone::Dim,
            },
            Kind::PullReview => match self.became.as_str() {
                "approved" => Tone::Good,
                "changes_requested" => Tone::Bad,
                _ => Tone::Plain,
            },
            Kind::PullWorkflows | Kind::ActionUnresolved => Tone::Warn,
            Kind::DiagnosisFound => Tone::Bad,
            Kind::PullNew | Kind::PullState => Tone::Plain,
        }
    }
}

fn number(pull: Option<u64>) -> String {
    pull.map(|number| format!("#{number}")).unwrap_or_default()
}
