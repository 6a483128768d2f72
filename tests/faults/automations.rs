//! Every way a list can fail, met by the list of automations: what it is told as, that nothing is taken for an empty
//! list, and that what was read before stays, with its age.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atc::console::Effect;
use atc::console::automations::{Sight, Wish};
use atc::domain::{AutomationId, AutomationRef, FaultKind, Source};
use tokio::time::Instant as Tick;

use crate::bench::{Bench, Call, repo, shows_token};
use crate::cases::{self, Case, How, Want};
use crate::runs::{LONGEST, SLACK, on_paused_time};
use crate::service::AUTOMATION;

/// What is about the words of a task list and says nothing of another; an array, which is a list of automations; and a 404
/// for a moment, which is none.
const OF_TASKS: [&str; 8] = ["H-38", "H-43", "H-44", "H-45", "H-46", "H-47", "H-56", "H-63"];

fn source() -> Source {
    Source::Automations(repo())
}

fn at() -> AutomationRef {
    AutomationRef { repo: repo(), id: AutomationId::new(AUTOMATION) }
}

/// What must come of it: a repository without the path has no automations, which is no fault.
fn wanted(case: &Case) -> Option<FaultKind> {
    match case.list {
        Want::Fault(kind, _) if case.id != "H-57" => Some(kind),
        _ => None,
    }
}

struct Run {
    bench: Bench,
    case: &'static Case,
    wrong: Vec<String>,
}

impl Run {
    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(format!("{} {}: {}", self.case.id, self.case.name, what()));
        }
    }

    /// The next word on the list, and whether it is the one that must come.
    async fn next(&mut self, known: usize) {
        let begun = Tick::now();
        let (list, most) = (source(), LONGEST + SLACK * 4);
        let came = self.bench.until(most, |bench| bench.of(&list).count() > known).await;
        self.check(came, || format!("nothing was told in {:?}", begun.elapsed()));
        let Some(fault) = self.bench.of(&list).nth(known).map(|told| told.fault.clone()) else { return };
        let next_try = self.bench.of(&list).nth(known).and_then(|told| told.next_try);
        let (case, found) = (self.case, fault.as_ref().map(|fault| fault.kind));
        let is_so = match (wanted(case), found) {
            (Some(kind), Some(found)) => case.is_told_as(kind, found),
            (wanted, found) => wanted == found,
        };
        self.check(is_so, || format!("{found:?} instead of {:?}: {fault:?}", wanted(case)));
        self.check(next_try.is_some(), || "it was given up".to_owned());
        let screen = self.bench.screen();
        self.check(!shows_token(&screen), || format!("the token is on the screen:\n{screen}"));
    }

    fn lists(&self) -> Option<bool> {
        self.bench.model.world.automations.lists.get(&repo()).map(|list| list.not_here)
    }

    fn is_known(&self) -> bool {
        self.bench.model.world.automations.known.contains_key(&at())
    }

    fn told(&self) -> usize {
        self.bench.of(&source()).count()
    }
}

async fn one(case: &'static Case) -> Vec<String> {
    let mut run = Run { bench: Bench::new(case.how).await, case, wrong: Vec::new() };
    run.bench.trouble(Some(Call::Automations));
    run.bench.watch();
    run.bench.perform(Effect::Automations(Wish::Look(Some(Sight::default()))));
    run.next(0).await;
    let (fails, lists, is_known) = (wanted(case).is_some(), run.lists(), run.is_known());
    run.check(!fails || (lists.is_none() && !is_known), || "a failure was taken for an answer".to_owned());
    run.check((case.id == "H-57") == (lists == Some(true)), || format!("not here: {lists:?}"));
    if matches!(case.how, How::Line(_)) || case.id == "H-57" {
        return run.wrong;
    }
    // Well again, and once more in trouble with something on the screen.
    run.bench.peace();
    let limit = Duration::from_mins(62);
    let recovered = run.bench.until(limit, |bench| bench.model.world.automations.known.contains_key(&at())).await;
    run.check(recovered, || "it never recovered".to_owned());
    let known = run.told();
    let good_at = |run: &Run| run.bench.model.world.freshness.get(&source()).and_then(|fresh| fresh.good_at);
    let before = good_at(&run);
    run.bench.trouble(Some(Call::Automations));
    run.bench.perform(Effect::Refresh);
    run.next(known).await;
    let (is_known, after) = (run.is_known(), good_at(&run));
    run.check(is_known, || "what was known went".to_owned());
    run.check(!fails || before == after, || "a failure made it look fresh".to_owned());
    run.wrong
}

#[test]
fn whatever_goes_wrong_with_their_list_is_told_and_what_was_known_of_automations_stays() {
    let of_lists = |case: &&Case| case.list != Want::Skip && !OF_TASKS.contains(&case.id);
    let todo: Vec<&'static Case> = cases::all().filter(of_lists).collect();
    assert!(todo.len() > 50, "{} cases", todo.len());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = todo.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let found = on_paused_time(one(case));
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
