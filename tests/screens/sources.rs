//! What is told of the sources: when what failed is tried again, whose tasks are shown, what watching costs.

use atc::console::Effect;
use atc::console::event::{BudgetDetail, BudgetNews, Net, News, Op, What};
use atc::domain::{Instant, OwnTasks, Source, State};
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, now, refused, repo, settings, task};

fn failed(console: &mut Console, source: Source, next_try: Option<Instant>) {
    console.happen(What::Net(Net { source, generation: 1000, next_try, result: Err(refused()) }));
}

#[test]
fn what_failed_says_when_it_is_tried_again_and_counts_down_without_a_tick() {
    let mut console = Console::full(120, 24);
    failed(&mut console, Source::Tasks(repo("api")), Some(now() + TimeDelta::seconds(95)));
    let mut told = Vec::new();
    let end = now() + TimeDelta::seconds(110);
    let mut wakes = 0;
    while console.at < end {
        let screen = text(&console.model);
        let words = ["next try in 2m", "next try in 60s", "next try in 50s", "next try in 10s", "trying again"];
        told.extend(words.into_iter().filter(|words| screen.contains(words)));
        console.at = console.wake().expect("a countdown goes on").min(end);
        console.happen(What::Wake);
        wakes += 1;
    }
    told.dedup();
    assert_eq!(told, ["next try in 2m", "next try in 60s", "next try in 50s", "next try in 10s", "trying again"]);
    assert!(wakes <= 13, "{wakes} wakes in less than two minutes");
}

#[test]
fn without_repositories_the_own_tasks_are_the_queue_and_their_failure_is_told() {
    let mut none = settings();
    none.repos.clear();
    let mut console = Console::with(none, 100, 24);
    assert!(text(&console.model).contains("loading your tasks"));
    let tasks = vec![task("mine", "notes", "Sort my notes", State::InProgress, 3, 1)];
    console.good(Source::OwnTasks, News::Tasks { tasks, unreadable: 0 });
    assert!(text(&console.model).contains("Sort my notes"));
    failed(&mut console, Source::OwnTasks, Some(now() + TimeDelta::seconds(40)));
    let screen = text(&console.model);
    assert!(screen.contains("1 source fails") && screen.contains("next try in 40s"), "{screen}");
    assert!(screen.contains("Sort my notes"), "the last good data stays");
}

#[test]
fn own_tasks_of_other_repositories_are_shown_only_where_that_was_chosen() {
    for (own_tasks, shown) in [(OwnTasks::Auto, false), (OwnTasks::Always, true)] {
        let mut console = Console::with(atc::console::state::settings::Settings { own_tasks, ..settings() }, 100, 24);
        let here = task("here", "api", "Fix the build", State::Queued, 3, 1);
        let there = task("there", "notes", "Sort my notes", State::Queued, 3, 1);
        console.good(Source::OwnTasks, News::Tasks { tasks: vec![here, there], unreadable: 0 });
        let screen = text(&console.model);
        assert!(screen.contains("Fix the build"), "{screen}");
        assert_eq!(screen.contains("Sort my notes"), shown, "{screen}");
    }
}

#[test]
fn a_source_planned_for_later_is_not_called_stale_before_it_is_overdue() {
    let mut console = Console::full(120, 24);
    let next_try = Some(now() + TimeDelta::seconds(300));
    let quiet = |source| What::Net(Net { source, generation: 1000, next_try, result: Ok(News::Same) });
    for name in ["billing", "api", "web", "reports"] {
        console.happen(quiet(Source::Tasks(repo(name))));
    }
    console.wait(TimeDelta::seconds(320));
    assert!(!text(&console.model).contains("stale"), "{}", text(&console.model));
    console.wait(TimeDelta::seconds(30));
    assert!(text(&console.model).contains("stale"), "{}", text(&console.model));
}

#[test]
fn the_terminals_focus_is_passed_on() {
    let mut console = Console::full(80, 24);
    assert_eq!(console.happen(What::Focus(false)), [Effect::Focus(false)]);
    assert_eq!(console.happen(What::Focus(true)), [Effect::Focus(true)]);
}

#[test]
fn what_watching_costs_is_said_when_asked_for() {
    let mut console = Console::full(100, 24);
    let more = BudgetDetail { sent: 900, unchanged: 588, in_flight: 2, stretch: 1.84 };
    let budget = BudgetNews {
        spent: 312,
        allowed: 1000,
        remaining: Some(4211),
        reset_at: Some(now() + TimeDelta::minutes(29)),
        more,
    };
    console.happen(What::Op(Op::Budget(budget)));
    console.keys(":budget");
    console.press(atc::console::keys::Key::Enter);
    let screen = text(&console.model).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "312 of 1000 requests in the last hour",
        "4211 of the token's limit left for everybody until 14:32",
        "intervals ×1.8 to stay inside",
        "900 sent in all, 588 unchanged (304, free)",
        "2 in flight",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}
