//! What a query says it needs of a task is all that its answer depends on.

use super::world::{Row, World, ago};
use crate::domain::query::{Facts, Needs, QUALIFIERS, Query};
use crate::domain::stuck::Stuck;
use crate::domain::{Artifact, Condition, Diagnosed, PullState, SessionId};

/// Tasks that differ in all that takes work to find out.
fn worlds() -> Vec<World> {
    let stuck = [
        Stuck::QueuedSince(ago(60)),
        Stuck::SilentSince(ago(60)),
        Stuck::WaitingSince(ago(60)),
        Stuck::PastDeadline(ago(60)),
        Stuck::OrphanedSince(ago(60)),
    ];
    let mut worlds: Vec<World> = stuck.into_iter().map(|stuck| World::with(|w| w.stuck = Some(stuck))).collect();
    worlds.push(World::new());
    worlds.push(World::with(|w| w.disagrees = true));
    worlds.push(World::with(|w| w.row = Row::Orphaned));
    worlds.push(World::with(|w| w.row = Row::Cancelling));
    worlds.push(World::with(|w| w.diagnosed = Some(Diagnosed::new(SessionId::new("s"), 0, []))));
    worlds.push(World::with(|w| w.pull = None));
    worlds.push(World::with(|w| w.login = None));
    worlds.push(World::with(|w| {
        w.task.automation = Some(crate::domain::AutomationId::new("a-1"));
        w.automation = Some("Nightly deps".into());
    }));
    worlds.push(World::with(|w| {
        // Only the pull request knows the branch, and nothing but it that there is one.
        w.task.sessions = None;
        w.task.artifacts = Vec::<Artifact>::new();
    }));
    for state in [PullState::Open, PullState::Merged, PullState::Closed] {
        worlds.push(World::with(|w| {
            if let Some(pull) = &mut w.pull {
                pull.state = state;
                pull.checks = None;
            }
        }));
    }
    worlds
}

fn without<'a>(facts: &Facts<'a>, needs: Needs) -> Facts<'a> {
    let unseen = facts.condition == Condition::Orphaned && !needs.run;
    Facts {
        condition: if unseen { Condition::State(&facts.task.state) } else { facts.condition },
        stuck: facts.stuck.filter(|_| needs.stuck),
        diagnosed: facts.diagnosed.filter(|_| needs.diagnosed),
        login: facts.login.filter(|_| needs.login),
        pull: facts.pull.filter(|_| needs.pull),
        disagrees: facts.disagrees && needs.disagrees,
        viewer: facts.viewer.filter(|_| needs.viewer),
        automation: facts.automation.filter(|_| needs.automation),
        ..*facts
    }
}

#[test]
fn the_answer_is_the_same_without_what_a_query_does_not_need() {
    let words = QUALIFIERS.iter().flat_map(|q| q.words.iter().map(move |word| format!("{}:{}", q.word, word.word)));
    let examples = QUALIFIERS.iter().map(|qualifier| qualifier.example.to_owned());
    let more = [
        "orphaned",
        "running",
        "orph",
        "mona",
        "user:mona",
        "1288",
        "#1288",
        "pr:1288",
        "branch:copilot/fix-retry",
        "~mna",
        "-pr:draft is:active",
    ];
    let worlds = worlds();
    for text in words.chain(examples).chain(more.map(str::to_owned)) {
        let query = Query::parse(&text).unwrap();
        for world in &worlds {
            world.ask(|facts| {
                let less = without(facts, query.needs());
                assert_eq!(query.matches(&less), query.matches(facts), "{text} of {world:?}");
            });
        }
    }
}

#[test]
fn a_word_typed_needs_nothing_that_takes_work() {
    assert_eq!(Query::parse("flaky -docs ~modul state:failed repo:api").unwrap().needs(), Needs::default());
}
