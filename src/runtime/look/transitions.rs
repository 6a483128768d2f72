//! What became something else between two looks at the console's state: the one place every transition passes, on its way
//! to whoever reads `atc watch`, to the metrics, and to whatever else is to hear of it.
//!
//! ```text
//! remembered ──baseline──> Seen of each task
//! answer ──> the tasks it was about ──Seen before / Seen now──> Moved …
//! ```
//!
//! A task that is seen for the first time is new only if it was created after its repository was first read: the first
//! reading is not news. What an earlier run kept counts as a reading, and what moved since then is told as missed.

use std::collections::HashMap;

use crate::cli::look::moved::{Kind, Moved};
use crate::cli::look::pull_fields::review_word;
use crate::console::Model;
use crate::console::state::world::{Known, PullOf};
use crate::domain::{Checks, Instant, PullState, SessionId, TaskId, TaskRef};
use crate::text::Untrusted;

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    at: TaskRef,
    name: Untrusted,
    state: String,
    pull: Option<PullSeen>,
    /// Session and worst rule.
    found: Option<(SessionId, Untrusted)>,
    /// An earlier run saw it, this one has not yet.
    remembered: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct PullSeen {
    number: u64,
    url: Untrusted,
    state: PullState,
    review: String,
    checks: &'static str,
    remembered: bool,
}

#[derive(Debug, Default)]
pub struct Transitions {
    seen: HashMap<TaskId, Seen>,
}

impl Transitions {
    /// Takes what is known now as what was, and tells nothing: what an earlier run kept.
    pub fn begin(&mut self, model: &Model) {
        for known in model.world.tasks.values() {
            let mut seen = seen(model, known);
            seen.remembered = true;
            if let Some(pull) = &mut seen.pull {
                pull.remembered = true;
            }
            self.seen.entry(known.task.at.id.clone()).or_insert(seen);
        }
    }

    /// What became something else. `about`: the tasks the last answer was about; `None`: perhaps any.
    pub fn after(&mut self, model: &Model, about: Option<&[TaskId]>) -> Vec<Moved> {
        let mut moved = Vec::new();
        match about {
            Some(ids) => {
                for id in ids {
                    match model.world.tasks.get(id) {
                        Some(known) => self.task(model, known, &mut moved),
                        None => self.gone(id, model.now, &mut moved),
                    }
                }
            }
            None => {
                for known in model.world.tasks.values() {
                    self.task(model, known, &mut moved);
                }
            }
        }
        moved
    }

    fn gone(&mut self, id: &TaskId, now: Instant, moved: &mut Vec<Moved>) {
        let Some(was) = self.seen.remove(id) else { return };
        moved.push(Moved {
            at: now,
            kind: Kind::TaskGone,
            repo: was.at.repo,
            task: was.at.id,
            name: was.name,
            was: Some(was.state),
            became: "gone".to_owned(),
            pull: None,
            url: None,
            missed: was.remembered,
        });
    }

    fn task(&mut self, model: &Model, known: &Known, moved: &mut Vec<Moved>) {
        if known.remembered {
            return;
        }
        let now = seen(model, known);
        let before = self.seen.get(&known.task.at.id);
        let mut tell = |kind, was: Option<String>, became: String, pull: Option<&PullSeen>, missed| {
            moved.push(Moved {
                at: model.now,
                kind,
                repo: now.at.repo.clone(),
                task: now.at.id.clone(),
                name: now.name.clone(),
                was,
                became,
                pull: pull.map(|pull| pull.number),
                url: pull.map(|pull| pull.url.clone()).or_else(|| known.task.html_url.clone()),
                missed,
            });
        };
        let is_news = || {
            let first = model.world.first_read.get(&known.task.at.repo);
            first.is_some_and(|first| known.task.created_at > *first)
        };
        let missed = before.is_some_and(|before| before.remembered);
        let fresh = match before {
            None => {
                let fresh = is_news();
                if fresh {
                    tell(Kind::TaskNew, None, now.state.clone(), None, false);
                }
                fresh
            }
            Some(before) => {
                if before.state != now.state {
                    tell(Kind::TaskState, Some(before.state.clone()), now.state.clone(), None, missed);
                }
                true
            }
        };
        if let (true, Some(pull)) = (fresh, &now.pull) {
            let was = before.and_then(|before| before.pull.as_ref());
            let same = was.filter(|was| was.number == pull.number);
            match same {
                // Of a task that is known, whose pull request was not: it may have been there all the time.
                None if was.is_some() || before.is_none_or(|before| opened_since(model, before, pull, known)) => {
                    tell(Kind::PullNew, None, state_word(pull.state).to_owned(), Some(pull), missed);
                }
                None => {}
                Some(was) => {
                    let missed = was.remembered;
                    if was.state != pull.state {
                        let (was, is) = (state_word(was.state).to_owned(), state_word(pull.state).to_owned());
                        tell(Kind::PullState, Some(was), is, Some(pull), missed);
                    }
                    if was.review != pull.review {
                        tell(Kind::PullReview, Some(was.review.clone()), pull.review.clone(), Some(pull), missed);
                    }
                    if was.checks != pull.checks {
                        let (was, is) = (was.checks.to_owned(), pull.checks.to_owned());
                        tell(Kind::PullChecks, Some(was), is, Some(pull), missed);
                    }
                }
            }
        }
        if let (true, Some((session, rule))) = (fresh, &now.found)
            && before.and_then(|before| before.found.as_ref()) != Some(&(session.clone(), rule.clone()))
        {
            let was = before.and_then(|before| before.found.as_ref());
            let was = was.map(|(_, rule)| rule.raw_for_match().to_owned());
            tell(Kind::Diagnosis, was, rule.raw_for_match().to_owned(), None, false);
        }
        self.seen.insert(known.task.at.id.clone(), now);
    }
}

/// It was opened after its repository was first read.
fn opened_since(model: &Model, _: &Seen, pull: &PullSeen, known: &Known) -> bool {
    let Some(first) = model.world.first_read.get(&known.task.at.repo) else { return false };
    match model.world.pull_of(&known.task) {
        Some(PullOf::Known(of)) if of.number == pull.number => of.created_at > *first,
        _ => false,
    }
}

fn seen(model: &Model, known: &Known) -> Seen {
    let pull = match model.world.pull_of(&known.task) {
        Some(PullOf::Known(pull)) => Some(PullSeen {
            number: pull.number,
            url: pull.url.clone(),
            state: pull.state,
            review: review_word(&pull.review).to_owned(),
            checks: checks_word(pull.checks.as_ref()),
            remembered: false,
        }),
        _ => None,
    };
    let told = model.world.diagnosed_of(&known.task);
    let found = told.and_then(|told| Some((told.session.clone(), told.worst()?.rule.clone())));
    Seen {
        at: known.task.at.clone(),
        name: known.task.name.clone(),
        state: known.task.state.wire().to_owned(),
        pull,
        found,
        remembered: known.remembered,
    }
}

pub fn state_word(state: PullState) -> &'static str {
    match state {
        PullState::Open => "open",
        PullState::Draft => "draft",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    }
}

fn checks_word(checks: Option<&Checks>) -> &'static str {
    match checks {
        Some(checks) if checks.needs_approval > 0 => "needs_approval",
        Some(checks) if checks.failed > 0 => "failing",
        Some(checks) if checks.pending > 0 => "pending",
        Some(checks) if checks.total() > 0 => "passing",
        _ => "none",
    }
}
