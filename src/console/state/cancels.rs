//! The cancels of this run of the program, those it took up from an earlier one, and what a rule said of a session.
//!
//! Each keeps its own story: a task that is cancelled twice stands here twice. What the row of the task says is kept with
//! the task.

use super::Model;
use super::layout::Area;
use super::settings::Settings;
use super::tone::{Tone, Words};
use super::trust::clock_seconds;
use super::words::{Life, life};
use crate::console::keys::Keymap;
use crate::domain::{CancelPhase, CancelProgress, Instant, RunId, TaskId, TaskRef};
use crate::text::Safe;

/// More are not kept; the oldest that are over go first.
const MOST: usize = 200;

/// How it came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Asked for and confirmed here.
    Operator,
    /// Asked for by an earlier run of the program.
    Earlier,
    /// A rule of the policy.
    Rule(Ruled),
}

/// What a rule of the policy said of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    pub task: TaskRef,
    pub name: Safe,
    pub rule: Safe,
    pub why: Safe,
    /// It only says what it would have done.
    pub dry: bool,
}

/// One cancel, with its story.
#[derive(Clone, Debug)]
pub struct Entry {
    pub task: TaskRef,
    /// As it was called then.
    pub name: Safe,
    pub by: By,
    pub force: bool,
    pub begun: Instant,
    /// `None`: it was only said that it would have been.
    pub progress: Option<CancelProgress>,
    pub steps: Vec<(Instant, CancelPhase)>,
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Cancels {
    pub all: Vec<Entry>,
}

/// Where the operator is in them.
#[derive(Clone, Debug, Default)]
pub struct CancelsPane {
    /// From the top, where the newest stands.
    pub cursor: usize,
    pub top: usize,
}

impl Entry {
    pub fn phase(&self) -> Option<&CancelPhase> {
        self.progress.as_ref().map(|progress| &progress.phase)
    }

    /// It goes on by itself.
    pub fn is_under_way(&self) -> bool {
        self.phase().is_some_and(|phase| !phase.is_final())
    }

    /// The newest that happened to it.
    pub fn at(&self) -> Instant {
        self.steps.last().map_or(self.begun, |(at, _)| *at)
    }

    /// How it stands, in a sign and a word or two.
    pub fn look(&self) -> (&'static str, Tone, &'static str) {
        match self.phase() {
            None => ("·", Tone::Dim, "would stop"),
            Some(phase) => look(phase),
        }
    }
}

fn look(phase: &CancelPhase) -> (&'static str, Tone, &'static str) {
    match phase {
        CancelPhase::Looking => ("◐", Tone::Warn, "looking"),
        CancelPhase::Waiting => ("◌", Tone::Warn, "waiting"),
        CancelPhase::Requested => ("◐", Tone::Warn, "requested"),
        CancelPhase::Unheard => ("?", Tone::WarnStrong, "no answer"),
        CancelPhase::RunEnded => ("◐", Tone::Warn, "run ended"),
        CancelPhase::Ended => ("✓", Tone::Good, "ended"),
        CancelPhase::Orphaned { .. } => ("⚠", Tone::Odd, "orphaned"),
        CancelPhase::RunsOn(_) => ("✗", Tone::Bad, "runs on"),
        CancelPhase::Stubborn => ("✗", Tone::Bad, "still running"),
        CancelPhase::NotFindable => ("✗", Tone::Bad, "no run"),
        CancelPhase::Withdrawn => ("⊘", Tone::Dim, "withdrawn"),
        CancelPhase::Refused(_) => ("✗", Tone::Bad, "refused"),
        CancelPhase::Unverified(_) => ("?", Tone::Bad, "unverified"),
    }
}

impl Cancels {
    /// Newest first, as they are listed.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.all.iter().rev()
    }

    pub fn under_way(&self) -> usize {
        self.all.iter().filter(|entry| entry.is_under_way()).count()
    }

    /// The newest of a task.
    pub fn of(&self, id: &TaskId) -> Option<&Entry> {
        self.all.iter().rev().find(|entry| entry.task.id == *id && entry.progress.is_some())
    }

    /// A new story begins.
    pub fn begin(&mut self, entry: Entry) {
        while self.all.len() >= MOST {
            let over = self.all.iter().position(|entry| !entry.is_under_way()).unwrap_or(0);
            self.all.remove(over);
        }
        self.all.push(entry);
    }

    /// One step further in the newest story of the task.
    pub fn step(&mut self, progress: &CancelProgress, name: impl FnOnce() -> Safe) {
        let newest = self.all.iter().rposition(|entry| entry.task.id == progress.task.id);
        let open = newest.and_then(|at| self.all.get_mut(at)).filter(|entry| match (&entry.progress, &entry.by) {
            (Some(known), _) => !known.phase.is_final(),
            (None, By::Rule(ruled)) => !ruled.dry,
            (None, _) => true,
        });
        let step = (progress.at, progress.phase.clone());
        match open {
            Some(entry) => {
                if entry.steps.last().map(|(_, phase)| phase) != Some(&progress.phase) {
                    entry.steps.push(step);
                }
                entry.progress = Some(progress.clone());
            }
            None => self.begin(Entry {
                task: progress.task.clone(),
                name: name(),
                by: if progress.taken_up { By::Earlier } else { By::Operator },
                force: false,
                begun: progress.at,
                progress: Some(progress.clone()),
                steps: vec![step],
            }),
        }
    }
}

impl CancelsPane {
    pub fn settle(&mut self, rows: usize, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(rows.saturating_sub(1));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
    }
}

/// The list, and under it what is told of the one under the cursor.
pub fn split(body: Area) -> (Area, Area) {
    let below = (body.height / 2).min(12);
    let list = Area { height: body.height - below, ..body };
    (list, Area { y: list.bottom(), height: below, ..body })
}

/// The life of it: the words its row and its detail have, too.
pub fn story(model: &Model, entry: &Entry) -> Words {
    let known = model.world.tasks.get(&entry.task.id);
    let asked = entry.progress.as_ref().map(|progress| progress.asked.as_slice()).unwrap_or_default();
    let newest = model.world.cancels.of(&entry.task.id).is_some_and(|newest| newest.begun == entry.begun);
    // Only of the last cancel does the task as it is now still speak.
    let now = known.filter(|_| newest);
    life(
        &Life {
            steps: &entry.steps,
            asked,
            state: now.map(|known| &known.task.state),
            deadline: now.map(|known| known.deadline(&model.settings).at),
        },
        &model.settings,
    )
}

/// Everything about one: how its run was found, what was asked and answered, how it is verified, what can be done.
pub fn told(model: &Model, entry: &Entry) -> Vec<(&'static str, Words)> {
    let mut lines = Vec::new();
    if !entry.steps.is_empty() {
        lines.push(("life", story(model, entry)));
    }
    lines.push(("by", by(entry, &model.settings)));
    let Some(progress) = &entry.progress else { return lines };
    let found = progress.matched.map(|matched| Words::one(Tone::Plain, matched.says()));
    let found = found.unwrap_or_else(|| match progress.phase {
        CancelPhase::Looking => Words::one(Tone::Dim, "being looked for"),
        CancelPhase::Waiting => {
            Words::one(Tone::Warn, "no run yet: looked for again until there is one; nothing is guessed, nothing sent")
        }
        _ if progress.taken_up => Words::one(Tone::Dim, "as the ledger has it"),
        _ => Words::one(Tone::Dim, "not found"),
    });
    lines.push(("run", found));
    for asked in &progress.asked {
        let words = Words::one(Tone::Plain, run(asked.run)).with(Tone::Dim, asked.answer.says());
        let ended = asked.ended.as_ref().map(|end| format!(" → ended: {}", end.word()));
        lines.push(("asked", words.with(Tone::Plain, ended.unwrap_or_default())));
    }
    lines.push(("proof", proof(progress)));
    let next = next(progress, &model.settings.keymap);
    if !next.is_empty() {
        lines.push(("next", Words::one(Tone::Accent, next)));
    }
    lines
}

fn run(id: RunId) -> String {
    format!("run {id}  ")
}

fn by(entry: &Entry, settings: &Settings) -> Words {
    let at = clock_seconds(settings, entry.begun);
    match &entry.by {
        By::Operator if entry.force => Words::one(Tone::Plain, format!("you, at {at}, forced")),
        By::Operator => Words::one(Tone::Plain, format!("you, at {at}")),
        By::Earlier => {
            Words::one(Tone::Plain, format!("an earlier run of the program, at {at}: only its end is looked at"))
        }
        By::Rule(ruled) => {
            let what = if ruled.dry { "dry run of rule" } else { "rule" };
            Words::one(Tone::Plain, format!("{what} {} at {at}: {}", ruled.rule, ruled.why))
        }
    }
}

/// What was seen of run and session, never what was only asked for.
fn proof(progress: &CancelProgress) -> Words {
    let ended = progress.asked.iter().filter(|asked| asked.ended.is_some()).count();
    let all = progress.asked.len();
    let runs = match (ended, all) {
        (_, 0) => "run not known",
        (ended, all) if ended == all => "run seen to have ended",
        (0, 1) => "run not seen to have ended",
        _ => "not all runs seen to have ended",
    };
    let session = match progress.phase {
        CancelPhase::Ended => "session seen to have ended",
        CancelPhase::Orphaned { .. } => "session still says that it works",
        _ => "session not seen to have ended",
    };
    Words::one(Tone::Dim, format!("{runs} · {session}"))
}

/// What the operator can do about it.
fn next(progress: &CancelProgress, keymap: &Keymap) -> String {
    match &progress.phase {
        CancelPhase::Waiting => keymap.fill("{cancels.withdraw} withdraws it"),
        CancelPhase::Stubborn => keymap.fill("{cancels.cancel} offers to force it"),
        CancelPhase::RunsOn(_) | CancelPhase::NotFindable | CancelPhase::Refused(_) | CancelPhase::Unverified(_) => {
            keymap.fill("{cancels.cancel} asks to cancel it again")
        }
        CancelPhase::Orphaned { .. } => "nothing can hurry it: the service ends it at its limit".to_owned(),
        _ => String::new(),
    }
}
