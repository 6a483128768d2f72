//! What is wrong is said plainly, and where.

use std::collections::BTreeSet;

use super::world::World;
use crate::domain::State;
use crate::domain::query::{QUALIFIERS, Query, markdown_table, markdown_words};

#[test]
fn a_wrong_query_says_where_and_what_is_possible() {
    for (text, at, says) in [
        (
            "fix stat:failed",
            "stat",
            "there is no qualifier “stat”; did you mean state:? To look for the text, put “stat:failed” in quotes",
        ),
        ("foo:bar", "foo", "there is no qualifier “foo”; to look for the text, put “foo:bar” in quotes"),
        ("-foo:\"a b\" x", "foo", "put “foo:\"a b\"” in quotes"),
        ("a state: b", "", "state: wants a value right behind the colon, such as state:failed,timed_out"),
        ("state:failed, b", "", "a value is missing beside the comma"),
        ("state:,failed", "", "a value is missing beside the comma"),
        ("state:idle,faild", "faild", "“faild” is no state; did you mean failed?"),
        ("state:wait", "wait", "did you mean waiting_for_user?"),
        ("is:runing", "runing", "it takes active, ended, needs-me"),
        ("is:stuk", "stuk", "did you mean stuck?"),
        ("is:failed", "failed", "did you mean state:failed?"),
        (
            "pr:12x",
            "12x",
            "it takes any, none, open, draft, ready, merged, closed, failing, pending, passing, unknown or a number",
        ),
        ("pr:+1", "+1", "or a number"),
        ("pr:drafts", "drafts", "did you mean draft?"),
        ("updated:2h", "2h", "<2h is younger, >2h is older"),
        ("updated:yesterday", "yesterday", "an age such as <2h (s, m, h, d, w) or a date such as >=2026-11-01"),
        ("cost:>x", ">x", "such as >10, <=0.5 or 1..5"),
        ("sessions:1.5", "1.5", "such as >1, 3 or 2..5"),
        ("repo:a/b/c", "a/b/c", "owner/name"),
        ("repo:https://github.com/acme/api", "https://github.com/acme/api", "owner/name"),
        ("repo:acme/", "acme/", "acme/*"),
        ("org:acme/api", "acme/api", "no slash"),
        ("user:@", "@", "a login is missing"),
        ("fix - it", "-", "nothing stands behind the “-”"),
        ("~", "~", "nothing stands behind the “~”"),
        ("-~ x", "-~", "nothing stands behind the “~”"),
        ("fix \"my ag", "\"my ag", "the quote is not closed"),
        ("agent:\"my ag", "\"my ag", "the quote is not closed"),
        ("\"\"", "\"\"", "nothing between the quotes"),
        ("~\" \"", "\" \"", "nothing between the quotes"),
        ("agent:\"\"", "\"\"", "nothing between the quotes"),
        ("\"a\"b c", "b", "a blank belongs behind the closing quote"),
    ] {
        let wrong = Query::parse(text).expect_err(text);
        assert_eq!(&text[wrong.at.clone()], at, "{text}: {wrong}");
        assert!(wrong.what.contains(says), "{text}: {wrong}");
    }
    let long = format!("~{}", "x".repeat(65));
    assert!(Query::parse(&long).unwrap_err().what.contains("at most 64"));
}

#[test]
fn everything_wrong_is_told_at_once_where_that_is_wanted() {
    let text = "stat:x fix state:faild,idle cost:many";
    let at: Vec<_> = Query::problems(text).into_iter().map(|wrong| text[wrong.at].to_owned()).collect();
    assert_eq!(at, ["stat", "faild", "many"]);
    assert!(Query::problems("fix state:failed").is_empty());
}

#[test]
fn a_sentence_repeats_nothing_that_acts_on_a_terminal_and_not_all_of_a_long_text() {
    for wrong in Query::problems(&format!("x:\u{1b}[31m\u{202e} is:\u{7} foo:{}", "y".repeat(500))) {
        assert!(wrong.what.len() < 400 && !wrong.what.contains(char::is_control), "{wrong}");
        assert!(!wrong.what.contains('\u{202e}'), "{wrong}");
    }
}

#[test]
fn what_is_half_typed_takes_nothing_away() {
    for (typed, understood) in [
        ("fix -", "fix"),
        ("fix ~", "fix"),
        ("fix state:", "fix"),
        ("fix stat:x", "fix"),
        ("fix updated:<", "fix"),
        ("fix state:failed,", "fix state:failed"),
        ("fix state:failed,tim", "fix state:failed"),
        ("fix -state:failed,tim", "fix -state:failed"),
        ("fix agent:\"release no", "fix agent:\"release no\""),
        ("fix \"flaky re", "fix \"flaky re\""),
        ("fix \"", "fix"),
    ] {
        let (query, wrong) = Query::parse_while_typing(typed);
        assert!(wrong.is_some() && query.text() == typed, "{typed}");
        let whole = Query::parse(understood).unwrap();
        let failed = World::with(|w| w.task.state = State::Failed);
        let agent = World::with(|w| w.task.custom_agent = Some("release no".into()));
        let other = World::with(|w| w.task.name = "Other".into());
        for world in [World::new(), failed, agent, other] {
            assert_eq!(world.ask(|f| query.matches(f)), world.ask(|f| whole.matches(f)), "{typed}");
        }
    }
}

#[test]
fn the_last_value_stands_for_all_that_begin_so_while_it_is_typed_and_only_then() {
    let world = World::with(|w| {
        w.task.state = State::Failed;
        w.task.custom_agent = Some("release notes".into());
    });
    for (text, open, whole) in [
        ("state:fai", true, None),
        ("state:failed", true, Some(true)),
        ("state:x", false, Some(false)),
        ("agent:rel", true, Some(false)),
        ("agent:rel ", false, Some(false)),
        ("agent:rel,x", false, Some(false)),
        ("agent:x,rel", true, Some(false)),
        ("-agent:rel", true, Some(true)),
        ("-agent:\"release notes\"", false, Some(false)),
        ("agent:\"release no", true, None),
        ("agent:\"release no\"", false, Some(false)),
        ("agent:rel*", true, Some(true)),
    ] {
        let (query, wrong) = Query::parse_open(text);
        assert!(query.is_open());
        assert_eq!(world.ask(|facts| query.matches(facts)), open, "{text}, open: {wrong:?}");
        let parsed = Query::parse(text).ok().map(|query| world.ask(|facts| query.matches(facts)));
        assert_eq!(parsed, whole, "{text}, whole");
        assert_ne!(query, Query::parse_while_typing(text).0, "{text}: one is not the other");
    }
}

#[test]
fn every_qualifier_is_documented_once_and_in_a_sentence() {
    let mut seen = BTreeSet::new();
    for qualifier in QUALIFIERS {
        for name in qualifier.names() {
            assert!(seen.insert(name) && name.chars().all(|c| c.is_ascii_lowercase()), "{name}");
        }
        assert!(qualifier.doc.ends_with('.') && !qualifier.doc.contains("  "), "{}", qualifier.word);
        let mut words = BTreeSet::new();
        assert!(
            qualifier.words.iter().all(|word| words.insert(word.word) && !word.doc.is_empty()),
            "{}",
            qualifier.word
        );
    }
    for table in [markdown_table(), markdown_words()] {
        let columns: BTreeSet<_> = table.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns.len(), 1, "{table}");
    }
}

#[test]
fn every_state_has_its_words_in_the_table() {
    let states = QUALIFIERS.iter().find(|qualifier| qualifier.word == "state").unwrap();
    for word in ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled"] {
        let state = State::parse(word);
        assert!(states.words.iter().any(|own| own.word == state.wire()), "{word}");
        let shown = format!("state:\"{}\"", state.word());
        assert!(World::with(|w| w.task.state = state).matches(&shown), "{shown}");
    }
}
