//! What is wrong is said plainly and where, what may stand at the cursor is offered, and nothing typed breaks it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::World;
use crate::domain::automation::query::{QUALIFIERS, Query, Vocabulary, complete, markdown_table, markdown_words};
use crate::text::Untrusted;

#[test]
fn a_wrong_query_says_where_and_what_is_possible() {
    for (text, at, says) in [
        ("stat:on", "stat", "did you mean state:?"),
        ("a state: b", "", "state: wants a value right behind the colon, such as state:off"),
        ("state:swiched-off-by-service", "swiched-off-by-service", "did you mean switched-off-by-service?"),
        ("owner:usr", "usr", "is no owner; did you mean user?"),
        ("writes:repo", "repo", "is no write scope; did you mean repository?"),
        ("limit:ner", "ner", "did you mean near?"),
        ("limit:high", "high", "it takes reached, near, any, none"),
        ("limit:circle", "circle", "did you mean concern:circle?"),
        ("next:2h", "2h", "<2h is sooner, >2h is later"),
        ("next:soon", "soon", "so long from now"),
        ("success:bad", "bad", "such as <50, >=90 or 50..80"),
        ("cost:>x", ">x", "such as >10"),
        ("unreviewed:1.5", "1.5", "such as >1"),
        ("repo:a/b/c", "a/b/c", "owner/name"),
        ("org:acme/api", "acme/api", "no slash"),
        ("user:@", "@", "a login is missing"),
        ("pr:12", "pr", "there is no qualifier “pr”"),
    ] {
        let wrong = Query::parse(text).expect_err(text);
        assert_eq!(&text[wrong.at.clone()], at, "{text}: {wrong}");
        assert!(wrong.what.contains(says), "{text}: {wrong}");
    }
}

#[test]
fn what_is_half_typed_takes_nothing_away() {
    let (query, wrong) = Query::parse_while_typing("triage state:on,of limit:");
    assert!(wrong.is_some());
    assert!(World::new().ask(|facts| query.matches(facts)));
    assert_eq!(Query::problems("stat:x limit:y cost:many").len(), 3);
}

#[test]
fn values_come_from_the_table_and_from_what_was_seen() {
    let names = |names: &[&str]| -> Vec<Untrusted> { names.iter().map(|name| (*name).into()).collect() };
    let repos: Vec<_> = ["acme/api", "zeta/web"].map(|name| name.parse().unwrap()).into();
    let (called, triggers) = (names(&["Nightly triage", "bad\u{1b}[31m"]), names(&["issues", "moon_phase"]));
    let (logins, rules) = (names(&["mona"]), names(&["no-wide-writes"]));
    let vocabulary = Vocabulary {
        repos: &repos,
        names: &called,
        logins: &logins,
        triggers: &triggers,
        rules: &rules,
        ..Vocabulary::default()
    };
    let inserts = |text: &str| -> Vec<String> {
        complete(text, text.len(), &vocabulary).all.into_iter().map(|one| one.insert).collect()
    };
    assert_eq!(inserts("tri"), ["trigger:"]);
    assert_eq!(inserts("cost"), ["cost:", "cost-week:", "cost-month:"]);
    assert_eq!(inserts("repo:w"), ["zeta/web"]);
    assert_eq!(inserts("org:"), ["acme", "zeta"]);
    assert_eq!(inserts("name:ni"), ["\"Nightly triage\""]);
    assert_eq!(inserts("trigger:moon"), ["moon_phase"]);
    assert_eq!(inserts("trigger:iss").iter().filter(|one| *one == "issues").count(), 1, "offered once");
    assert_eq!(inserts("violates:"), ["any", "none", "unknown", "no-wide-writes"]);
    assert_eq!(inserts("user:"), ["@me", "mona"]);
    assert_eq!(inserts("limit:reached,n"), ["near", "none"]);
    for qualifier in QUALIFIERS {
        for insert in inserts(&format!("{}:", qualifier.word)) {
            let query = format!("{}:{insert}", qualifier.word);
            assert!(Query::parse(&query).is_ok(), "{query}");
        }
    }
}

#[test]
fn every_qualifier_is_documented_once_and_in_a_sentence() {
    let mut seen = BTreeSet::new();
    for qualifier in QUALIFIERS {
        for name in qualifier.names() {
            assert!(seen.insert(name) && name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
        }
        assert!(qualifier.doc.ends_with('.') && !qualifier.doc.contains("  "), "{}", qualifier.word);
        assert!(Query::parse(qualifier.example).is_ok(), "{}", qualifier.example);
        let words: BTreeSet<_> = qualifier.words.iter().map(|word| word.word).collect();
        assert_eq!(words.len(), qualifier.words.len(), "{}", qualifier.word);
        assert!(qualifier.words.iter().all(|word| !word.doc.is_empty()), "{}", qualifier.word);
    }
    for table in [markdown_table(), markdown_words()] {
        let columns: BTreeSet<_> = table.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns.len(), 1, "{table}");
    }
}

fn typed() -> impl Strategy<Value = String> {
    let words = QUALIFIERS.iter().map(|qualifier| format!("{}:", qualifier.word));
    let values = QUALIFIERS.iter().flat_map(|qualifier| qualifier.words.iter().map(|word| word.word.to_owned()));
    let signs = ["-", "~", "\"", ",", " ", "*", "<", ">", "..", "2h", "10", "@", "İ", "\u{202e}", "\u{1b}["];
    let all: Vec<String> = words.chain(values).chain(signs.map(str::to_owned)).collect();
    let piece = prop_oneof![prop::sample::select(all), any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_typed_breaks_it_and_what_is_wrong_is_inside_the_text(text in typed()) {
        for wrong in Query::problems(&text) {
            prop_assert!(text.get(wrong.at.clone()).is_some(), "{:?} of {text:?}", wrong.at);
            prop_assert!(!wrong.what.contains(char::is_control));
        }
        let world = World::new();
        for cursor in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let offered = complete(&text, cursor, &Vocabulary::default());
            prop_assert!(text.get(offered.replace).is_some());
            let (query, _) = Query::parse_while_typing(&text[..cursor]);
            let (holds, change) = world.ask(|facts| (query.matches(facts), query.next_change(facts)));
            if let Some(change) = change {
                prop_assert!(change > world.now && query.is_timed());
                let then = World { now: change, ..world.clone() };
                let ended = world.next == Some(change);
                prop_assert!(ended || then.ask(|facts| query.matches(facts)) != holds, "{text}");
            }
        }
    }
}
