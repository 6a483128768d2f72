//! Query, task, answer.

use super::world::{Row, World, ago, session};
use crate::domain::query::{QUALIFIERS, Query};
use crate::domain::stuck::Stuck;
use crate::domain::{Artifact, AutomationId, Checks, PullId, PullState, Session, Sight, State, Usage, UserId};

/// Each query with whether it holds; its negation must say the opposite.
fn rows(world: &World, rows: &[(&str, bool)]) {
    for (query, holds) in rows {
        assert_eq!(world.matches(query), *holds, "{query}");
        if !query.contains(' ') {
            assert_eq!(world.matches(&format!("-{query}")), !holds, "-{query}");
            assert_eq!(world.matches(&format!("--{query}")), *holds, "--{query}");
        }
    }
}

#[test]
fn an_empty_query_is_everything() {
    assert!(World::new().matches("") && World::new().matches("  \t "));
    assert!(Query::parse(" ").unwrap().is_empty());
}

#[test]
fn a_task_is_found_by_what_started_it() {
    rows(
        &World::new(),
        &[("automation:any", false), ("automation:none", true), ("automation:a-1", false), ("automation:*", false)],
    );
    let named = World::with(|w| {
        w.task.automation = Some(AutomationId::new("a-1"));
        w.automation = Some("Nightly deps".into());
    });
    rows(
        &named,
        &[
            ("automation:any", true),
            ("automation:none", false),
            ("automation:A-1", true),
            ("automation:a-2", false),
            ("automation:\"nightly deps\"", true),
            ("automation:nightly*", true),
            ("automation:weekly*", false),
        ],
    );
    let nameless = World::with(|w| w.task.automation = Some(AutomationId::new("a-1")));
    rows(&nameless, &[("automation:any", true), ("automation:a-1", true), ("automation:nightly*", false)]);
}

#[test]
fn words_are_looked_for_in_everything_the_row_shows() {
    rows(
        &World::new(),
        &[
            ("flaky", true),
            ("FLAKY", true),
            ("scheduler", true),
            ("flaky retry", true),
            ("retry flaky", true),
            ("\"flaky retry\"", true),
            ("\"retry flaky\"", false),
            ("acme/api", true),
            ("release", true),
            ("mona", true),
            ("hubot", false),
            ("flaky -hubot", true),
            ("flaky -mona", false),
            ("\"-\"", false),
            // State: the row's word and GitHub's.
            ("running", true),
            ("in_progress", true),
            ("progress", true),
            ("queued", false),
            // The pull request's number.
            ("#1288", true),
            ("#12", true),
            ("#288", false),
            ("1288", true),
            ("288", true),
            ("#", true),
            ("#1289", false),
        ],
    );
    let queued = World::with(|w| {
        w.task.state = State::WaitingForUser;
        w.pull = None;
    });
    rows(
        &queued,
        &[("\"needs you\"", true), ("needs you", true), ("waiting_for_user", true), ("1288", false), ("#", false)],
    );
    let unknown = World::with(|w| w.task.state = State::Unknown("Hibernating".into()));
    rows(&unknown, &[("hibernating", true), ("BERN", true), ("awake", false)]);
    let cancelling = World::with(|w| w.row = Row::Cancelling);
    rows(&cancelling, &[("cancelling", true), ("in_progress", true), ("running", false)]);
}

#[test]
fn fuzzy_words_leave_letters_out_but_not_all_reason() {
    rows(
        &World::new(),
        &[
            ("~flky", true),
            ("~fxflk", true),
            ("~fxtst", true),
            ("~FlakyTest", true),
            ("~shdlr", true),
            ("~acmapi", true),
            ("~\"flky shdlr\"", true),
            ("~zzz", false),
            // Letters that lie about anywhere, and letters of two columns.
            ("~xyhc", false),
            ("~schedulermona", false),
        ],
    );
    let umlaut = World::with(|w| w.task.name = "Überarbeite die Größe".into());
    rows(&umlaut, &[("~uberarb", true), ("~grosse", false), ("~größe", true)]);
}

#[test]
fn text_with_a_colon_is_text_where_no_qualifier_can_be_meant() {
    let world =
        World::with(|w| w.task.name = "fix: std::fs of https://example.test/a:b at 12:30 in feat(api):x".into());
    rows(
        &world,
        &[
            ("fix: std", true),
            ("std::fs", true),
            ("https://example.test/a:b", true),
            ("12:30", true),
            ("feat(api):x", true),
            ("\"fix: std\"", true),
        ],
    );
}

#[test]
fn state_knows_githubs_words_and_the_rows() {
    rows(
        &World::new(),
        &[
            ("state:in_progress", true),
            ("state:IN-PROGRESS", true),
            ("status:running", true),
            ("state:failed,running", true),
            ("state:failed,timed_out", false),
            ("state:hibernating", false),
            ("state:\"in progress\"", true),
        ],
    );
    // GitHub's word asks GitHub, the row's word asks the row.
    rows(
        &World::with(|w| w.row = Row::Orphaned),
        &[("state:in_progress", true), ("state:running", false), ("state:orphaned", true), ("state:cancelling", false)],
    );
    rows(&World::with(|w| w.row = Row::Cancelling), &[("state:cancelling", true), ("state:running", false)]);
    for (state, query) in [
        (State::Queued, "state:queued"),
        (State::WaitingForUser, "state:waiting_for_user state:needs-you state:\"needs you\" state:needs_you"),
        (State::Idle, "state:idle"),
        (State::Completed, "state:completed state:done"),
        (State::Failed, "state:failed"),
        (State::TimedOut, "state:timed_out state:timed-out state:\"timed out\""),
        (State::Cancelled, "state:cancelled"),
        (State::Unknown("Hibernating".into()), "state:hibernating state:hiber*"),
        (State::Unknown("faild".into()), "state:\"faild\""),
        (State::Unknown("running".into()), "state:running"),
    ] {
        assert!(World::with(|w| w.task.state = state.clone()).matches(query), "{query}");
        assert!(state == State::InProgress || !World::new().matches(&query.replace("running", "done")), "{query}");
    }
}

#[test]
fn names_are_whole_names_with_stars() {
    rows(
        &World::new(),
        &[
            ("repository:acme/api", true),
            ("repo:Acme/API", true),
            ("repo:api", true),
            ("repo:ap", false),
            ("repo:ap*", true),
            ("repo:acme/*", true),
            ("repo:*/api", true),
            ("repo:acme", false),
            ("repo:web,api", true),
            ("organization:acme", true),
            ("org:ac*", true),
            ("org:other", false),
            ("user:mona", true),
            ("creator:MONA", true),
            ("user:@mona", true),
            ("user:mon", false),
            ("user:@me", true),
            ("user:\"@me\"", false),
            ("agent:\"release notes\"", true),
            ("agent:release*", true),
            ("agent:\"release*\"", false),
            ("agent:release", false),
            ("model:claude-opus-4.6", true),
            ("model:*opus*", true),
            ("model:sweagent-capi", false),
            ("branch:copilot/*", true),
            ("head:copilot/fix-retry", true),
            ("branch:main", false),
            ("id:3f2504e0", true),
            ("id:5e55", true),
            ("id:4f89", false),
        ],
    );
    let bare = World::with(|w| {
        (w.task.custom_agent, w.task.sessions, w.login, w.viewer) = (None, None, None, None);
    });
    rows(
        &bare,
        &[
            ("agent:*", false),
            ("model:*", false),
            ("user:*", false),
            ("user:@me", false),
            ("is:mine", false),
            ("has:agent", false),
            ("has:model", false),
            ("has:error", false),
            // The pull request knows it too.
            ("branch:copilot/fix-retry", true),
        ],
    );
    assert!(!World::with(|w| w.viewer = Some(UserId(2))).matches("user:@me"));
}

#[test]
fn a_pull_request_is_asked_for_by_number_stage_and_checks() {
    rows(
        &World::new(),
        &[
            ("pr:1288", true),
            ("pr:#1288", true),
            ("pr:128", false),
            ("pr:1,1288", true),
            ("pull:any", true),
            ("pr:none", false),
            ("pr:draft", true),
            ("pr:open", true),
            ("pr:ready", false),
            ("pr:merged", false),
            ("pr:failing", true),
            ("pr:pending", false),
            ("pr:passing", false),
            ("has:pr", true),
            ("pr:merged,failing", true),
        ],
    );
    let checks = |checks: Checks| World::with(move |w| w.pull.as_mut().unwrap().checks = Some(checks));
    let pending = checks(Checks { passed: 3, needs_approval: 1, ..Checks::default() });
    rows(&pending, &[("pr:pending", true), ("pr:failing", false), ("pr:passing", false)]);
    let passing = checks(Checks { passed: 3, skipped: 1, ..Checks::default() });
    rows(&passing, &[("pr:pending", false), ("pr:failing", false), ("pr:passing", true)]);
    let hidden = checks(Checks { passed: 3, sight: Sight::Hidden, ..Checks::default() });
    rows(&hidden, &[("pr:passing", false), ("pr:unknown", true), ("pr:failing", false)]);
    rows(&passing, &[("pr:unknown", false)]);
    rows(&checks(Checks::default()), &[("pr:pending", false), ("pr:failing", false), ("pr:passing", false)]);
    for (state, word) in [(PullState::Open, "ready"), (PullState::Merged, "merged"), (PullState::Closed, "closed")] {
        let world = World::with(|w| w.pull.as_mut().unwrap().state = state);
        rows(&world, &[(&format!("pr:{word}"), true), ("pr:draft", false), ("pr:open", state == PullState::Open)]);
    }
    // Named by the task and not read yet: what the task says of it counts.
    let unread = World::with(|w| {
        w.pull = None;
        w.task.artifacts = vec![Artifact::Pull { id: PullId(1), node: None, state: Some(PullState::Merged) }];
    });
    rows(
        &unread,
        &[("pr:any", true), ("pr:none", false), ("pr:merged", true), ("pr:1288", false), ("pr:passing", false)],
    );
    let none = World::with(|w| (w.pull, w.task.artifacts) = (None, Vec::new()));
    rows(&none, &[("pr:any", false), ("pr:none", true), ("pr:open", false), ("has:pr", false)]);
}

#[test]
fn times_are_ages_or_dates() {
    rows(
        &World::new(),
        &[
            ("updated:<2h", true),
            ("updated:>2h", false),
            ("updated:30m..2h", true),
            ("created:>2h", true),
            ("created:<2h", false),
            ("created:1d..*", false),
            ("created:2026-11-10", true),
            ("created:>=2026-11-10", true),
            ("created:>2026-11-10", false),
            ("created:>=2026-11-10T09:00", true),
            ("created:<2026-11-10T09:00:00Z", false),
            ("updated:<30m,>10m", true),
        ],
    );
    let untouched = World::with(|w| w.task.updated_at = None);
    rows(&untouched, &[("updated:>2h", true)]);
}

#[test]
fn costs_and_counts_are_compared_and_what_is_unknown_is_no_number() {
    rows(
        &World::new(),
        &[
            ("cost:>10", true),
            ("cost:>12.34", false),
            ("cost:>=12.34", true),
            ("cost:<=0.5", false),
            ("cost:12.3", true),
            ("cost:12.4", false),
            ("cost:1..5,10..20", true),
            ("cost:unknown", false),
            ("has:cost", true),
            ("sessions:>1", true),
            ("sessions:2", true),
            ("sessions:1", false),
        ],
    );
    let usage =
        |usage: Option<Usage>| World::with(move |w| w.task.sessions = Some(vec![Session { usage, ..session() }]));
    for unknown in [usage(None), usage(Some(Usage::PremiumRequests(3.0))), World::with(|w| w.task.sessions = None)] {
        rows(&unknown, &[("cost:>=0", false), ("cost:<1", false), ("cost:unknown", true), ("cost:unknown,>5", true)]);
    }
    rows(&usage(Some(Usage::AiCredits(0))), &[("cost:0", true), ("cost:unknown", false)]);
    let untold = World::with(|w| (w.task.sessions, w.task.session_count) = (None, None));
    rows(&untold, &[("sessions:>=0", false), ("sessions:unknown", true)]);
}

#[test]
fn what_can_be_said_of_a_task() {
    rows(
        &World::new(),
        &[
            ("is:active", true),
            ("is:ended", false),
            ("is:stuck", false),
            ("is:needs-me", false),
            ("is:orphaned", false),
            ("is:new", false),
            ("is:marked", false),
            ("is:mine", true),
            ("is:disagreeing", false),
            ("is:mirrored", false),
            ("has:branch", true),
            ("has:agent,error", true),
            ("has:error", false),
            ("has:model", true),
        ],
    );
    let flags = World::with(|w| {
        (w.changed, w.marked, w.disagrees, w.task.state) = (true, true, true, State::Failed);
        w.task.sessions =
            Some(vec![Session { model: None, usage: None, error: Some("out of memory".into()), ..session() }]);
    });
    rows(
        &flags,
        &[
            ("is:active", false),
            ("is:ended", true),
            ("is:new", true),
            ("is:MARKED", true),
            ("is:disagreeing", true),
            ("is:mirrored", true),
            ("has:error", true),
        ],
    );
}

#[test]
fn a_person_is_needed_where_nothing_goes_on_without_one() {
    let asks = World::with(|w| w.task.state = State::WaitingForUser);
    rows(&asks, &[("is:needs-me", true), ("is:stuck", false)]);
    rows(&World { row: Row::Cancelling, ..asks }, &[("is:needs-me", false)]);
    rows(
        &World::with(|w| w.row = Row::Orphaned),
        &[("is:needs-me", true), ("is:orphaned", true), ("is:stuck", true), ("stuck:orphaned", true)],
    );
    for (stuck, word, needs_me) in [
        (Stuck::QueuedSince(ago(9)), "queued", false),
        (Stuck::SilentSince(ago(9)), "silent", false),
        (Stuck::WaitingSince(ago(9)), "waiting", false),
        (Stuck::PastDeadline(ago(9)), "deadline", true),
        (Stuck::OrphanedSince(ago(9)), "orphaned", false),
    ] {
        let world = World::with(|w| w.stuck = Some(stuck));
        for other in ["queued", "silent", "waiting", "deadline", "orphaned"] {
            rows(&world, &[(&format!("stuck:{other}"), other == word)]);
        }
        rows(&world, &[("is:stuck", true), ("is:needs_me", needs_me)]);
        rows(&World { row: Row::Cancelling, ..world }, &[("is:needs-me", false)]);
    }
}

#[test]
fn every_example_is_understood_and_every_word_too() {
    for qualifier in QUALIFIERS {
        assert!(Query::parse(qualifier.example).is_ok(), "{}", qualifier.example);
        assert!(
            qualifier.names().any(|name| qualifier.example.starts_with(&format!("{name}:"))),
            "{}",
            qualifier.example
        );
        for (name, word) in qualifier.names().flat_map(|name| qualifier.words.iter().map(move |word| (name, word))) {
            let query = format!("{name}:{}", word.word);
            assert!(Query::parse(&query).is_ok(), "{query}");
            assert!(Query::parse(&query.to_uppercase()).is_ok(), "{query}");
        }
    }
}

#[test]
fn what_a_query_depends_on_can_be_asked() {
    let query = |text| Query::parse(text).unwrap();
    assert!(query("-updated:>2h").is_timed() && query("fix created:<1d").is_timed());
    assert!(!query("updated:>2026-11-01 fix").is_timed());
    assert!(query("is:active,marked").uses_marks() && !query("marked is:new").uses_marks());
}
