//! Row by row: a query, and whether it holds.

use chrono::TimeDelta;

use super::world::{World, finding, limit, now};
use crate::domain::UserId;
use crate::domain::automation::query::{Needs, Query};
use crate::domain::automation::{Concern, Off, Owner, Scope, Switch, Track, triggers_of};
use crate::domain::policy::Grade;

fn check(world: &World, rows: &[(&str, bool)]) {
    for (query, holds) in rows {
        assert_eq!(world.matches(query), *holds, "{query}");
        let not = query.strip_prefix('-').map_or_else(|| format!("-{query}"), str::to_owned);
        if !query.is_empty() && !query.contains(' ') {
            assert_eq!(world.matches(&not), !holds, "{not}");
        }
    }
}

#[test]
fn what_it_is_and_whose() {
    check(
        &World::new(),
        &[
            ("", true),
            ("state:on", true),
            ("state:off", false),
            ("status:on,off", true),
            ("state:switched_off_by_service", false),
            ("repository:acme/api", true),
            ("repo:API", true),
            ("repo:web", false),
            ("organization:acme", true),
            ("org:a*", true),
            ("name:nightly*", true),
            ("name:nightly", false),
            ("name:\"nightly triage of issues\"", true),
            ("owner:repository", true),
            ("owner:user", false),
            ("user:mona", true),
            ("creator:@me", true),
            ("creator:hubot", false),
            ("writes:trigger", true),
            ("writes:repository", false),
            ("model:*opus*", true),
            ("model:automatic", false),
            ("id:3f25", true),
            ("updated:<1d", true),
            ("updated:>1d", false),
            ("created:>=2026-11-01", false),
            ("created:2026-10-11", true),
        ],
    );
}

#[test]
fn free_words_and_fuzzy_ones_are_looked_for_in_what_a_row_says() {
    check(
        &World::new(),
        &[
            ("triage", true),
            ("TRIAGE acme mona", true),
            ("\"of issues\"", true),
            ("\"came in\"", true),
            ("opus", true),
            ("daily", true),
            ("~ntlytrg", true),
            ("~zzz", false),
            ("nothing", false),
            ("triage -acme", false),
        ],
    );
    // A line break in a name makes no second line of it.
    let split = World::with(|w| w.automation.name = "two\nlines".into());
    assert!(split.matches("\"two lines\""));
}

#[test]
fn what_sets_it_off() {
    check(
        &World::new(),
        &[
            ("trigger:schedule", true),
            ("trigger:interval", true),
            ("trigger:issue", true),
            ("on:Issues", true),
            ("trigger:iss*", true),
            ("trigger:\"issue\"", false),
            ("trigger:push", false),
            ("trigger:push,issues", true),
            ("trigger:none", false),
        ],
    );
    let moon = World::with(|w| w.automation.triggers = triggers_of(&serde_json::json!({"moon_phase": {}})));
    check(&moon, &[("trigger:moon-phase", true), ("trigger:schedule", false)]);
    let by_hand = World::with(|w| w.automation.triggers = Some(Vec::new()));
    check(&by_hand, &[("trigger:none", true)]);
    let untold = World::with(|w| w.automation.triggers = None);
    check(&untold, &[("trigger:none", false)]);
}

#[test]
fn a_word_nobody_knows_yet_is_asked_for_by_its_name() {
    let odd = World::with(|w| {
        w.automation.switch = Switch::Off(Off { reason: Some("credits_spent".into()), at: None });
        w.automation.owner = Some(Owner::Unknown("team".into()));
        w.automation.write_scope = Some(Scope::Unknown("galaxy".into()));
        w.automation.model = None;
        (w.automation.creator, w.login) = (None, None);
    });
    check(
        &odd,
        &[
            ("state:off", true),
            ("state:on", false),
            ("state:switched-off-by-service", true),
            ("state:credits_*", true),
            ("owner:team", true),
            ("owner:user,repository", false),
            ("writes:galaxy", true),
            ("model:automatic", true),
            ("user:@me", false),
            ("user:*", false),
        ],
    );
    let by_hand = World::with(|w| w.automation.switch = Switch::Off(Off::default()));
    check(&by_hand, &[("state:off", true), ("state:switched-off-by-service", false)]);
    let untold = World::with(|w| w.automation.switch = Switch::Untold);
    check(&untold, &[("state:untold", true), ("state:on", false), ("state:off", false)]);
}

#[test]
fn a_trigger_may_write_farther_than_its_automation() {
    let wide = serde_json::json!({"issues": {"write_scope": "repository"}});
    let world = World::with(|w| w.automation.triggers = triggers_of(&wide));
    check(&world, &[("writes:repository", true), ("writes:trigger", true)]);
}

#[test]
fn what_it_costs_and_how_near_its_limits_are() {
    check(
        &World::new(),
        &[
            ("cost:>10", true),
            ("cost-day:12.3", true),
            ("cost:<10", false),
            ("cost-week:>50", true),
            ("cost-month:>0", false),
            ("cost-month:unknown", true),
            ("cost:unknown", false),
            ("limit:any", true),
            ("limit:none", false),
            ("limit:near,reached", false),
        ],
    );
    for (used, reached, near, full) in [(79, false, false, false), (80, false, true, false), (130, true, false, true)] {
        let world = World::with(|w| w.automation.limits = Some(vec![limit(10, false), limit(used, reached)]));
        check(&world, &[("limit:near", near), ("limit:reached", full)]);
    }
    let told_once = World::with(|w| {
        w.automation.limits = None;
        w.automation.detail.as_mut().unwrap().limit_reached = Some(true);
    });
    check(&told_once, &[("limit:reached", true), ("limit:any", false), ("limit:none", false)]);
    let unlimited = World::with(|w| w.automation.limits = Some(Vec::new()));
    check(&unlimited, &[("limit:none", true)]);
    let listed = World::with(|w| w.automation.detail = None);
    check(&listed, &[("cost:>0", false), ("cost:unknown", true)]);
}

#[test]
fn what_came_of_it_and_what_is_pointed_out() {
    check(
        &World::new(),
        &[
            ("success:75", true),
            ("success:<50", false),
            ("success:unknown", false),
            ("unreviewed:>1", true),
            ("unreviewed:>2", false),
            ("concern:any", true),
            ("concern:no-usage-limit", true),
            ("concern:circle", false),
            ("concern:none", false),
            ("violates:any", true),
            ("violates:no-wide-*", true),
            ("violates:other", false),
            ("violates:none", false),
            ("violates:unknown", false),
        ],
    );
    let unread = World::with(|w| {
        (w.track, w.findings) = (None, None);
        w.concerns = Vec::new();
    });
    check(
        &unread,
        &[
            ("success:0..100", false),
            ("success:unknown", true),
            ("success:none", false),
            ("unreviewed:0", false),
            ("unreviewed:unknown", true),
            ("concern:none", true),
            ("violates:any", false),
            ("violates:none", false),
            ("violates:unknown", true),
        ],
    );
    let young = World::with(|w| w.track = Some(Track::default()));
    check(&young, &[("success:none", true), ("success:0..100", false), ("unreviewed:0", true)]);
    let doubtful = World::with(|w| w.findings = Some(vec![finding(Grade::NeedsReason), finding(Grade::Later)]));
    check(&doubtful, &[("violates:any", false), ("violates:none", true), ("violates:unknown", true)]);
    check(&doubtful, &[("violates:no-wide-writes", false)]);
}

#[test]
fn every_word_of_a_concern_can_be_asked_for() {
    let all = [
        Concern::WritesRepository,
        Concern::AnyoneTriggers(crate::text::Safe::new("issue opened")),
        Concern::NoUsageLimit,
        Concern::Circle(Vec::new()),
        Concern::RunsFail { failed: 1, of: 1 },
        Concern::NobodyReviews(3),
    ];
    for concern in all {
        let word = concern.word();
        let world = World::with(|w| w.concerns = vec![concern.clone()]);
        assert!(world.matches(&format!("concern:{word}")), "{word}");
    }
}

#[test]
fn its_next_run_is_counted_forwards_and_the_answer_ends_with_it() {
    let world = World::new();
    check(
        &world,
        &[
            ("next:<2h", true),
            ("next:<1h", false),
            ("next:>30m", true),
            ("next:any", true),
            ("next:none", false),
            ("next:2026-11-10", true),
            ("next:2026-11-11", false),
        ],
    );
    let change = |query: &str| {
        let query = Query::parse(query).unwrap();
        assert!(query.is_timed());
        world.ask(|facts| query.next_change(facts)).map(|at| (at - now()).num_seconds())
    };
    let hour = TimeDelta::hours(1).num_seconds();
    assert_eq!(change("next:<30m"), Some(1800), "it comes within half an hour");
    assert_eq!(change("next:>30m"), Some(1800));
    assert_eq!(change("next:<2h"), Some(hour), "then another run is the next one");
    assert_eq!(change("next:2026-11-10"), Some(hour));
    assert_eq!(change("next:<30m state:off"), None, "no time can heal it");
    let off = World::with(|w| w.next = None);
    check(&off, &[("next:<2h", false), ("next:none", true)]);
    let updated = Query::parse("updated:<1d").unwrap();
    assert_eq!(world.ask(|facts| updated.next_change(facts)), Some(now() + TimeDelta::hours(21)));
}

#[test]
fn a_query_says_how_deep_it_must_be_looked_into() {
    let none = Needs::default();
    for (query, needs) in [
        ("state:on trigger:issues next:<1d model:x writes:repository", none),
        ("triage", Needs { login: true, ..none }),
        ("user:@me", Needs { viewer: true, ..none }),
        ("cost:>1", Needs { detail: true, ..none }),
        ("limit:none", Needs { detail: true, ..none }),
        ("success:<50", Needs { track: true, ..none }),
        ("-unreviewed:>2", Needs { track: true, ..none }),
        ("concern:circle", Needs { concerns: true, ..none }),
        ("concern:runs_fail", Needs { concerns: true, track: true, ..none }),
        ("concern:no_usage_limit", Needs { concerns: true, detail: true, ..none }),
        ("concern:any", Needs { concerns: true, detail: true, track: true, ..none }),
        ("violates:any", Needs { findings: true, detail: true, ..none }),
    ] {
        assert_eq!(Query::parse(query).unwrap().needs(), needs, "{query}");
    }
    let all = Query::parse("mona user:@me concern:any violates:x").unwrap().needs();
    assert_eq!(all, Needs::ALL);
    let stranger = World::with(|w| w.viewer = Some(UserId(2)));
    assert!(!stranger.matches("user:@me"));
}
