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

use crate::cli::look::joined::pull_state;
use crate::cli::look::moved::Moved;
use crate::cli::look::pull_fields::review_word;
use crate::console::Model;
use crate::console::state::world::{Known, PullOf};
use crate::domain::transition::Kind;
use crate::domain::{Checks, Instant, PullState, SessionId, Sight, TaskId, TaskRef};
use crate::text::Untrusted;

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    at: TaskRef,
    name: Untrusted,
    state: String,
    pull: Option<PullSeen>,
    /// It names one, whether it is known how that stands or not.
    names_pull: bool,
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
            // The service tells whole seconds, and what was there already is known from then.
            first.is_some_and(|first| known.task.created_at >= *first)
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
                // Of a task that is known, whose pull request was not: it may have been there all the time, unless the
                // task named none.
                None if was.is_some()
                    || before.is_none_or(|before| !before.names_pull)
                    || opened_since(model, pull, known) =>
                {
                    tell(Kind::PullNew, None, pull_state(pull.state).to_owned(), Some(pull), missed);
                }
                None => {}
                Some(was) => {
                    let missed = was.remembered;
                    if was.state != pull.state {
                        let (was, is) = (pull_state(was.state).to_owned(), pull_state(pull.state).to_owned());
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
            tell(Kind::DiagnosisFound, was, rule.raw_for_match().to_owned(), None, false);
        }
        self.seen.insert(known.task.at.id.clone(), now);
    }
}

/// It was opened after its repository was first read.
fn opened_since(model: &Model, pull: &PullSeen, known: &Known) -> bool {
    let Some(first) = model.world.first_read.get(&known.task.at.repo) else { return false };
    match model.world.pull_of(&known.task) {
        Some(PullOf::Known(of)) if of.number == pull.number => of.created_at >= *first,
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
        names_pull: pull.is_some() || model.world.pull_of(&known.task).is_some(),
        pull,
        found,
        remembered: known.remembered,
    }
}

fn checks_word(checks: Option<&Checks>) -> &'static str {
    match checks {
        Some(checks) if checks.needs_approval > 0 => "needs_approval",
        Some(checks) if checks.failed > 0 => "failing",
        Some(checks) if checks.pending > 0 => "pending",
        Some(checks) if checks.sight == Sight::Hidden => "not_visible",
        Some(checks) if checks.sight == Sight::Untold => "not_known",
        Some(checks) if checks.total() > 0 => "passing",
        _ => "none",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use chrono::TimeDelta;

    use super::*;
    use crate::console::event::{Event, Local, Net, News, Remembered, RememberedTask, What};
    use crate::console::state::settings::Settings;
    use crate::console::update::update;
    use crate::domain::{Source, State, Task};

    struct World {
        model: Model,
        transitions: Transitions,
        generation: u64,
    }

    fn at(minutes: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn task(id: &str, state: State, touched: i64) -> Task {
        Task { state, updated_at: Some(at(touched)), ..Task::queued(id) }
    }

    impl World {
        fn new() -> Self {
            let settings = Settings { repos: vec!["acme/api".parse().unwrap()], ..Settings::default() };
            Self { model: Model::new(at(10), settings), transitions: Transitions::default(), generation: 0 }
        }

        fn news(&mut self, minute: i64, news: News, ids: &[&str]) -> Vec<(Kind, String, bool)> {
            self.generation += 1;
            let source = Source::Tasks("acme/api".parse().unwrap());
            let net = Net { source, generation: self.generation, next_try: None, result: Ok(news) };
            drop(update(&mut self.model, Event { at: at(minute), what: What::Net(net) }));
            let ids: Vec<TaskId> = ids.iter().map(|id| TaskId::new(*id)).collect();
            let moved = self.transitions.after(&self.model, Some(&ids));
            moved.into_iter().map(|moved| (moved.kind, moved.became, moved.missed)).collect()
        }

        fn list(&mut self, minute: i64, tasks: Vec<Task>) -> Vec<(Kind, String, bool)> {
            let ids: Vec<String> = tasks.iter().map(|task| task.at.id.raw().to_owned()).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            self.news(minute, News::Tasks { tasks, unreadable: 0 }, &ids)
        }
    }

    #[test]
    fn the_first_reading_is_no_news_and_a_change_is_told_once() {
        let mut world = World::new();
        assert_eq!(world.list(10, vec![task("a", State::Queued, 1)]), []);
        let running = vec![task("a", State::InProgress, 11)];
        assert_eq!(world.list(11, running.clone()), [(Kind::TaskState, "in_progress".to_owned(), false)]);
        assert_eq!(world.list(12, running), []);
        assert_eq!(
            world.news(13, News::Gone(vec![TaskId::new("a")]), &["a"]),
            [(Kind::TaskGone, "gone".to_owned(), false)]
        );
        assert_eq!(world.news(14, News::Gone(vec![TaskId::new("a")]), &["a"]), []);
    }

    #[test]
    fn what_was_created_since_the_first_reading_is_new_and_what_a_later_page_brings_is_not() {
        let mut world = World::new();
        world.list(10, vec![]);
        let new = Task { created_at: at(11), ..task("new", State::Queued, 11) };
        let old = Task { created_at: at(2), ..task("old", State::Completed, 3) };
        assert_eq!(world.list(12, vec![new, old]), [(Kind::TaskNew, "queued".to_owned(), false)]);
    }

    #[test]
    fn what_moved_since_an_earlier_run_is_told_as_missed() {
        let mut world = World::new();
        let known = RememberedTask { task: task("a", State::Queued, 1), sessions_as_of: None, diagnosed: None };
        let source = Source::Tasks("acme/api".parse().unwrap());
        let remembered = Remembered { tasks: vec![known], good_at: vec![(source, at(5))], ..Remembered::default() };
        let what = What::Local(Local::Remembered(Box::new(remembered)));
        drop(update(&mut world.model, Event { at: at(9), what }));
        world.transitions.begin(&world.model);
        let since = Task { created_at: at(6), ..task("b", State::Queued, 6) };
        assert_eq!(
            world.list(10, vec![task("a", State::Failed, 7), since]),
            [(Kind::TaskState, "failed".to_owned(), true), (Kind::TaskNew, "queued".to_owned(), false)]
        );
        assert_eq!(
            world.list(11, vec![task("a", State::InProgress, 11)]),
            [(Kind::TaskState, "in_progress".to_owned(), false)],
            "under our own eyes"
        );
    }
}
