#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::domain::{Checks as Counted, Mergeable, NodeId, PullId, Task};

fn task(state: State) -> Task {
    Task { state, ..Task::queued("t1") }
}

fn pull() -> Pull {
    Pull {
        id: PullId(7),
        node: NodeId::new("n7"),
        repo: "acme/api".parse().unwrap(),
        number: 7,
        title: "x".into(),
        url: "https://github.com/acme/api/pull/7".into(),
        state: PullState::Draft,
        head_ref: "h".into(),
        base_ref: "main".into(),
        author: None,
        created_at: Instant::UNIX_EPOCH,
        updated_at: Instant::UNIX_EPOCH,
        additions: 1,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Computing,
        checks: None,
        standing: crate::domain::Standing::default(),
    }
}

fn facts<'a>(task: &'a Task, pull: Option<&'a Pull>) -> Facts<'a> {
    Facts {
        task,
        condition: Condition::State(&task.state),
        stuck: None,
        login: None,
        automation: None,
        pull,
        viewer: None,
        changed: false,
        marked: false,
        disagrees: false,
        diagnosed: None,
        hay: "",
        now: Instant::UNIX_EPOCH,
    }
}

fn standing(state: State, pull: Option<&Pull>) -> Standing {
    let task = task(state);
    Standing::of(&facts(&task, pull))
}

fn words(before: &Standing, after: &Standing) -> Vec<String> {
    let word = |turn: Turn| {
        let became = turn.became.raw_for_match();
        if turn.over { format!("-{}", turn.kind.word()) } else { format!("{}={became}", turn.kind.word()) }
    };
    compare(before, after).into_iter().map(word).collect()
}

#[test]
fn what_has_not_changed_is_no_transition() {
    for state in State::KNOWN {
        assert!(words(&standing(state.clone(), Some(&pull())), &standing(state, Some(&pull()))).is_empty());
    }
}

#[test]
fn every_change_of_a_pull_request_has_its_word() {
    let was = pull();
    let counted = |passed, failed, pending, needs_approval| {
        Some(Counted { passed, failed, pending, needs_approval, ..Counted::default() })
    };
    let rows: Vec<(Pull, &[&str])> = vec![
        (Pull { state: PullState::Open, ..was.clone() }, &["pull.state=open"]),
        (Pull { state: PullState::Merged, ..was.clone() }, &["pull.state=merged"]),
        (Pull { state: PullState::Closed, ..was.clone() }, &["pull.state=closed"]),
        (Pull { review: ReviewDecision::Approved, ..was.clone() }, &["pull.review=approved"]),
        (Pull { review: ReviewDecision::ChangesRequested, ..was.clone() }, &["pull.review=changes_requested"]),
        (Pull { review: ReviewDecision::ReviewRequired, ..was.clone() }, &[]),
        (Pull { checks: counted(3, 1, 1, 0), ..was.clone() }, &["pull.checks=failing"]),
        (Pull { checks: counted(3, 0, 0, 0), ..was.clone() }, &["pull.checks=passing"]),
        (Pull { checks: counted(0, 0, 0, 2), ..was.clone() }, &["-pull.checks", "pull.workflows=needs_approval"]),
        // Another one than before.
        (
            Pull { number: 8, review: ReviewDecision::Approved, ..was.clone() },
            &["pull.new=draft", "pull.review=approved"],
        ),
        // Nobody waits for the checks of what is decided.
        (Pull { state: PullState::Merged, checks: counted(0, 1, 0, 0), ..was.clone() }, &["pull.state=merged"]),
    ];
    for (is, expected) in rows {
        let (before, after) = (standing(State::InProgress, Some(&was)), standing(State::InProgress, Some(&is)));
        assert_eq!(words(&before, &after), expected, "{is:?}");
    }
    let approved = Pull { review: ReviewDecision::Approved, ..was.clone() };
    let (before, after) = (standing(State::Idle, Some(&approved)), standing(State::Idle, Some(&was)));
    assert_eq!(words(&before, &after), ["-pull.review"], "an approval that was taken back may come again");
}

#[test]
fn a_pull_request_that_is_read_late_is_news_only_where_there_was_none_before() {
    let mut naming = task(State::InProgress);
    let none = Standing::of(&facts(&naming, None));
    naming.artifacts = vec![Artifact::Pull { id: PullId(7), node: None, state: None }];
    let (unread, read) = (Standing::of(&facts(&naming, None)), Standing::of(&facts(&naming, Some(&pull()))));
    assert!(words(&unread, &read.clone().after(&unread)).is_empty(), "it was there when the console started");
    let awaited = unread.clone().after(&none);
    assert!(words(&none, &awaited).is_empty(), "nothing can be said of it yet");
    assert_eq!(words(&awaited, &read.clone().after(&awaited)), ["pull.new=draft"]);
    assert_eq!(unread.after(&read), read, "an answer without it takes nothing away");
}

#[test]
fn a_new_task_that_has_failed_already_is_told_as_both() {
    let blank = Standing::blank(TaskId::new("t1"));
    assert_eq!(words(&blank, &standing(State::Queued, None)), Vec::<String>::new());
    assert_eq!(words(&blank, &standing(State::Failed, Some(&pull()))), ["task.state=failed", "pull.new=draft"]);
}

#[test]
fn a_rule_is_about_its_words_and_its_query() {
    let failed = task(State::Failed);
    let turn = Turn { kind: Kind::TaskState, became: "failed".into(), over: false };
    let rule = |query: &str, on: &str| Rule {
        query: Query::parse(query).unwrap(),
        on: vec![On::parse(on).unwrap()],
        by: vec![Way::Bell],
    };
    let facts = facts(&failed, None);
    for (query, on, holds) in [
        ("", "failed", true),
        ("", "state", true),
        ("", "completed", false),
        ("", "stuck", false),
        ("repo:acme/api", "failed", true),
        ("repo:acme/web", "failed", false),
    ] {
        assert_eq!(rule(query, on).holds(&turn, Some(&facts)), holds, "{query} {on}");
    }
    assert!(!rule("", "state").holds(&Turn { over: true, ..turn.clone() }, Some(&facts)), "what is over is not told");
    assert!(!rule("repo:acme/api", "failed").holds(&turn, None), "of no task, no query holds");
}

#[test]
fn every_way_is_read_as_it_is_written() {
    assert!(Way::ALL.into_iter().all(|way| Way::parse(way.word()) == Some(way)));
    assert_eq!((On::parse("loud"), Way::parse("mail")), (None, None));
}

#[test]
fn two_rules_about_the_same_transition_tell_it_once_each_way() {
    let failed = task(State::Failed);
    let facts = facts(&failed, None);
    let turn = Turn { kind: Kind::TaskState, became: "failed".into(), over: false };
    let rule = |by: &[Way]| Rule { query: Query::default(), on: vec![On::parse("state").unwrap()], by: by.to_vec() };
    let rules = [rule(&[Way::Webhook, Way::Bell]), rule(&[Way::Bell])];
    let notice = Notice::new(Transition::new(turn, &facts), &rules, Some(&facts));
    assert_eq!(notice.by, [Way::Bell, Way::Webhook]);
}

fn any_pull() -> impl Strategy<Value = Option<Pull>> {
    let state =
        prop_oneof![Just(PullState::Open), Just(PullState::Draft), Just(PullState::Closed), Just(PullState::Merged)];
    let review = prop_oneof![
        Just(ReviewDecision::Approved),
        Just(ReviewDecision::ChangesRequested),
        Just(ReviewDecision::NoRule)
    ];
    let checks = (0..2_u32, 0..2_u32, 0..2_u32, 0..2_u32);
    let of = (1..3_u64, state, review, checks).prop_map(
        |(number, state, review, (passed, failed, pending, needs_approval))| {
            let checks = Some(Counted { passed, failed, pending, needs_approval, ..Counted::default() });
            Pull { number, state, review, checks, ..pull() }
        },
    );
    proptest::option::of(of)
}

proptest! {
    /// Whatever becomes of a task: a look that brings nothing new turns nothing, and of an aspect nothing is told twice
    /// running.
    #[test]
    fn each_transition_is_found_once(steps in proptest::collection::vec((0..8_usize, any_pull(), any::<bool>()), 1..40)) {
        let mut before = Standing::blank(TaskId::new("t1"));
        let mut last = None;
        let mut told: std::collections::HashMap<&'static str, (Kind, Untrusted, Option<u64>)> = std::collections::HashMap::new();
        for (state, pull, orphaned) in steps {
            let task = task(State::KNOWN[state].clone());
            let mut facts = facts(&task, pull.as_ref());
            if orphaned {
                facts.condition = Condition::Orphaned;
            }
            let after = Standing::of(&facts).after(&before);
            // Another pull request is told of from its beginning.
            let number = pull.as_ref().map(|pull| pull.number);
            let is_another = number.is_some() && last != number;
            last = number.or(last);
            if is_another {
                told.retain(|aspect, _| !matches!(*aspect, "pull.state" | "pull.review"));
            }
            for turn in compare(&before, &after) {
                let of = pull.as_ref().map(|pull| pull.number).filter(|_| turn.kind.aspect() != "task.state");
                let is = (turn.kind, turn.became.clone(), of);
                let was = told.insert(turn.kind.aspect(), is.clone());
                // What happens to the checks of a decided pull request is not looked at.
                let looked_at = !matches!(turn.kind.aspect(), "pull.checks" | "pull.workflows");
                prop_assert!(turn.over || !looked_at || was != Some(is), "{:?} twice running", turn);
            }
            prop_assert!(compare(&after, &after).is_empty());
            before = after;
        }
    }
}
