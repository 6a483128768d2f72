//! What holds of every query.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{Row, World, ago, session};
use crate::domain::query::{Query, Vocabulary, complete};
use crate::domain::{Instant, Session, State, Usage};

/// Pieces that make sense, and some that make none, so that their borders are met.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "state:",
            "is:",
            "pr:",
            "repo:",
            "agent:",
            "updated:",
            "cost:",
            "id:",
            "foo:",
            "-",
            "~",
            "\"",
            "\\",
            ",",
            ":",
            " ",
            "*",
            "@me",
            "..",
            ">",
            "<=",
            "2h",
            "2026-11-01",
            "failed",
            "needs-me",
            "12",
            "ü",
            "\u{202e}",
            "\u{1b}[",
            "İ",
            "ß",
            "\u{3000}",
            "#",
            "/",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z]{1,4}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Terms that are right.
fn term() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "fix",
        "\"flaky retry\"",
        "~flky",
        "hubot",
        "#12",
        "state:in_progress,idle",
        "state:done",
        "is:active",
        "is:new,marked",
        "pr:failing",
        "has:error",
        "repo:acme/*",
        "user:@me",
        "agent:\"release notes\"",
        "model:*opus*",
        "cost:>10",
        "cost:unknown",
        "sessions:2",
        "id:3f",
        "created:>=2026-11-10",
        "branch:main",
    ]);
    (any::<bool>(), prop_oneof![3 => fixed.prop_map(str::to_owned), 2 => timed()])
        .prop_map(|(not, term)| if not { format!("-{term}") } else { term })
}

fn timed() -> impl Strategy<Value = String> {
    let clock = prop::sample::select(vec!["updated", "created"]);
    let sign = prop::sample::select(vec![">", "<", ">=", "<="]);
    let age = prop::sample::select(vec!["0s", "1s", "30m", "59m", "1h", "2h", "3h", "1d", "1h30m"]);
    prop_oneof![
        (clock.clone(), sign, age).prop_map(|(clock, sign, age)| format!("{clock}:{sign}{age}")),
        clock.prop_map(|clock| format!("{clock}:30m..2h,>1d")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    prop::collection::vec(term(), 0..5).prop_map(|terms| terms.join(" "))
}

fn world() -> impl Strategy<Value = World> {
    let state = prop::sample::select(vec![
        State::InProgress,
        State::Idle,
        State::Failed,
        State::Completed,
        State::Unknown("odd".into()),
    ]);
    let row = prop::sample::select(vec![Row::Says, Row::Says, Row::Cancelling, Row::Orphaned]);
    // Near the borders of ages, and anywhere.
    let age = || {
        prop_oneof![prop::sample::select(vec![-5_i64, 0, 1, 1800, 1801, 3540, 3600, 7200, 86_400]), -100..200_000_i64]
    };
    let cost = prop::option::of(0..20_000_000_000_u64);
    (state, row, age(), prop::option::of(age()), cost, any::<[bool; 4]>(), 0..3_i64).prop_map(
        |(state, row, created, updated, cost, [changed, marked, no_pull, error], nanos)| {
            World::with(|w| {
                w.task.state = state;
                w.row = row;
                w.task.created_at = ago(created);
                w.task.updated_at = updated.map(ago);
                let error = error.then(|| "broken".into());
                w.task.sessions = Some(vec![Session { usage: cost.map(Usage::AiCredits), error, ..session() }]);
                (w.changed, w.marked) = (changed, marked);
                w.pull = w.pull.take().filter(|_| !no_pull);
                w.now += TimeDelta::nanoseconds(nanos);
            })
        },
    )
}

fn matches_at(world: &World, query: &Query, now: Instant) -> bool {
    World { now, ..world.clone() }.ask(|facts| query.matches(facts))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_breaks_it_and_what_is_wrong_is_inside_the_text(text in typed(), world in world()) {
        for wrong in Query::problems(&text) {
            prop_assert!(text.get(wrong.at.clone()).is_some(), "{:?} of {text:?}", wrong.at);
            prop_assert!(!wrong.what.contains(char::is_control));
        }
        let (query, wrong) = Query::parse_while_typing(&text);
        prop_assert_eq!(query.text(), text.trim());
        prop_assert_eq!(Query::parse(&text).is_err(), wrong.is_some());
        world.ask(|facts| (query.matches(facts), query.next_change(facts)));
    }

    #[test]
    fn every_beginning_of_a_query_can_be_typed_and_completed(text in prop_oneof![typed(), query()], world in world()) {
        let agents = [crate::text::Untrusted::from(text.as_str()), "x\u{1b}[0m".into()];
        let vocabulary = Vocabulary { agents: &agents, ..Vocabulary::default() };
        for cursor in 0..=text.len() {
            let completions = complete(&text, cursor, &vocabulary);
            prop_assert!(text.get(completions.replace.clone()).is_some());
            prop_assert!(completions.all.iter().all(|c| !c.insert.contains(char::is_control)));
            let (query, _) = Query::parse_while_typing(text.get(..cursor).unwrap_or_default());
            world.ask(|facts| query.matches(facts));
        }
    }

    #[test]
    fn any_name_that_is_offered_is_read_as_itself(name in "\\PC{1,12}") {
        let agents = [crate::text::Untrusted::from(name.as_str())];
        let offered = complete("agent:", 6, &Vocabulary { agents: &agents, ..Vocabulary::default() });
        for completion in offered.all {
            let world = World::with(|w| w.task.custom_agent = Some(name.as_str().into()));
            prop_assert!(world.matches(&format!("agent:{} fix", completion.insert)), "{}", completion.insert);
        }
    }

    #[test]
    fn negation_is_the_rest_and_case_is_nothing(term in term(), world in world()) {
        let not = term.strip_prefix('-').map_or_else(|| format!("-{term}"), str::to_owned);
        prop_assert_ne!(world.matches(&term), world.matches(&not));
        prop_assert_eq!(world.matches(&format!("--{term}")), world.matches(&term));
        prop_assert_eq!(world.matches(&term.to_uppercase()), world.matches(&term));
        prop_assert_eq!(world.matches(&format!("{term} {not}")), false);
    }

    #[test]
    fn every_term_must_hold(terms in prop::collection::vec(term(), 0..5), world in world()) {
        let each = terms.iter().all(|term| world.matches(term));
        prop_assert_eq!(world.matches(&terms.join(" ")), each);
    }

    #[test]
    fn the_answer_stays_until_its_next_change_and_is_another_one_then(
        text in query(), world in world(), shares in prop::collection::vec(0.0..1.0_f64, 8)
    ) {
        let query = Query::parse(&text).unwrap();
        let now = world.ask(|facts| query.matches(facts));
        let change = world.ask(|facts| query.next_change(facts));
        prop_assert!(query.is_timed() || change.is_none());
        if let Some(change) = change {
            prop_assert!(change > world.now);
            prop_assert_ne!(matches_at(&world, &query, change), now);
        }
        // Any time before it; any time at all where there is none.
        let span = change.map_or(TimeDelta::days(400), |change| change - world.now - TimeDelta::nanoseconds(1));
        let span = span.num_nanoseconds().unwrap();
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "some place in the span")]
        let places = shares.into_iter().map(|share| (span as f64 * share) as i64).chain([0, span]);
        for place in places {
            let at = world.now + TimeDelta::nanoseconds(place.clamp(0, span));
            prop_assert_eq!(matches_at(&world, &query, at), now, "{} at {}", text, at);
        }
    }
}
