//! What is offered at the cursor, which is the `|`.

use crate::domain::query::{Completions, Query, Vocabulary, complete};
use crate::text::Untrusted;

fn offered(text: &str) -> (Completions, String) {
    let names = |names: &[&str]| -> Vec<Untrusted> { names.iter().map(|name| (*name).into()).collect() };
    let repos: Vec<_> = ["acme/api", "acme/web", "zeta/api-gateway"].map(|name| name.parse().unwrap()).into();
    let (logins, models) = (names(&["mona", "hubot", "monalisa"]), names(&["claude-opus-4.6", "gpt-5.4"]));
    let agents = names(&["fixer", "my agent", "say \"hi\"\\", "a,b", "bad\u{1b}[31m", "line\nbreak", "flip\u{202e}"]);
    let rules = names(&["firewall", "tests-red"]);
    let (branches, states) = (names(&["copilot/fix-1"]), names(&["hibernating"]));
    let vocabulary = Vocabulary {
        repos: &repos,
        logins: &logins,
        agents: &agents,
        automations: &names(&["Nightly deps"]),
        models: &models,
        branches: &branches,
        rules: &rules,
        states: &states,
    };
    let cursor = text.find('|').unwrap();
    let text = text.replace('|', "");
    (complete(&text, cursor, &vocabulary), text)
}

fn inserts(text: &str) -> Vec<String> {
    offered(text).0.all.into_iter().map(|completion| completion.insert).collect()
}

#[test]
fn rules_of_the_diagnosis_are_offered_behind_its_words() {
    assert_eq!(inserts("diagnosis:fire|"), ["firewall"]);
    assert_eq!(inserts("diagnosis:no|").first().unwrap(), "none");
    assert_eq!(inserts("diagnosis:firewall,|").last().unwrap(), "tests-red");
}

/// The text after the first of them was taken.
fn taken(text: &str) -> String {
    let (completions, mut text) = offered(text);
    text.replace_range(completions.replace, &completions.all[0].insert);
    text
}

#[test]
fn a_new_word_may_be_any_qualifier_and_a_begun_one_those_that_begin_so() {
    assert_eq!(inserts("|")[..3], ["state:", "repository:", "organization:"]);
    assert_eq!(inserts("fix |").len(), inserts("|").len());
    assert_eq!(inserts("st|")[..2], ["state:", "stuck:"]);
    assert_eq!(inserts("-st|")[..2], ["state:", "stuck:"]);
    assert_eq!(inserts("rep|")[0], "repository:");
    assert_eq!(inserts("org|")[0], "organization:");
    // Letters left out, behind those that begin so.
    assert_eq!(inserts("orgz|"), ["organization:"]);
    assert_eq!(inserts("xyzzy|"), [""; 0]);
}

#[test]
fn values_come_from_the_table_and_from_what_was_seen() {
    assert_eq!(inserts("state:f|"), ["failed"]);
    assert_eq!(inserts("state:hib|"), ["hibernating"]);
    assert_eq!(inserts("state:needs|"), ["needs-you"]);
    assert_eq!(inserts("user:mon|"), ["mona", "monalisa"]);
    assert_eq!(inserts("user:mona|"), ["monalisa"]);
    assert_eq!(inserts("user:|")[0], "@me");
    assert_eq!(inserts("user:hbt|"), ["hubot"]);
    assert_eq!(inserts("repo:api|"), ["acme/api", "zeta/api-gateway"]);
    assert_eq!(inserts("repo:acme/|"), ["acme/api", "acme/web"]);
    assert_eq!(inserts("org:|"), ["acme", "zeta"]);
    assert_eq!(inserts("model:gpt|"), ["gpt-5.4"]);
    assert_eq!(inserts("branch:co|"), ["copilot/fix-1"]);
    assert_eq!(inserts("updated:<|")[0], "<1h");
    assert_eq!(inserts("id:|"), [""; 0]);
    assert_eq!(inserts("nothing:x|"), [""; 0]);
    assert_eq!(inserts("\"state:f|"), [""; 0]);
    assert_eq!(inserts("~st|"), [""; 0]);
}

#[test]
fn lists_negation_and_the_middle_of_a_text_are_handled() {
    assert_eq!(taken("fix state:failed,ti| x"), "fix state:failed,timed_out x");
    assert_eq!(taken("-state:fai|"), "-state:failed");
    assert_eq!(taken("state:fa|iled,idle"), "state:failed,idle");
    assert_eq!(taken("sta|te:failed"), "state:failed");
    assert_eq!(taken("a sta| b"), "a state: b");
    assert!(!inserts("state:failed,|").contains(&"failed".to_owned()));
    assert_eq!(taken("agent:\"my|"), "agent:\"my agent\"");
    assert_eq!(taken("agent:\"my| fix"), "agent:\"my agent\" fix");
    assert_eq!(taken("agent:\"my| age\" fix"), "agent:\"my agent\" fix");
}

#[test]
fn a_strangers_name_is_quoted_so_that_it_is_read_as_itself_and_left_out_if_it_cannot_be_typed() {
    let agents = inserts("agent:|");
    assert_eq!(agents, ["fixer", "\"my agent\"", "\"say \\\"hi\\\"\\\\\"", "\"a,b\""]);
    for (insert, agent) in agents.iter().zip(["fixer", "my agent", "say \"hi\"\\", "a,b"]) {
        let world = super::world::World::with(|w| w.task.custom_agent = Some(agent.into()));
        assert!(world.matches(&format!("agent:{insert}")), "{insert}");
    }
}

#[test]
fn every_value_says_what_it_means() {
    let (completions, _) = offered("is:|");
    assert!(completions.all.len() > 5 && completions.all.iter().all(|completion| !completion.hint.is_empty()));
    for text in ["state:|", "pr:|", "is:|", "has:|", "stuck:|", "updated:|", "cost:|", "sessions:|", "user:|"] {
        for insert in inserts(text) {
            let query = text.replace('|', &insert);
            assert!(Query::parse(&query).is_ok(), "{query}");
        }
    }
}
