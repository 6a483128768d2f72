//! What starts tasks by itself, on its screens: everything the service says of it in given words.
#![cfg(unix)]

use atc::console::keys::Key;
use atc::domain::automation::{Listed, Off, Owner, Period, Scope, Switch, Track};
use atc::domain::{Automation, Person, State, Task, UserId};
use atc::text::Untrusted;

use crate::stage::{a_task, console};
use crate::world::Console;

/// Automations in these words, each with all it can say in them.
fn the_automations(words: &[String]) -> Console {
    let mut console = console();
    let one = |(n, words): (usize, &String)| {
        let triggers = serde_json::json!({
            "interval": {"cadence": ["daily"], "hour_utc": 3},
            words.as_str(): {words.as_str(): [words.as_str(), {words.as_str(): 1}]},
            "issues": {"types": [words.as_str()], "labels": [words.as_str()], "query": words.as_str()},
        });
        let one = crate::fleet::bare("api", &format!("a{n:03}{words}"), words, triggers);
        let text = || Untrusted::from(words.as_str());
        let mut limit = crate::fleet::limit(Period::Unknown(text()), 9, 10);
        limit.resets_at = None;
        let one = Automation {
            description: Some(text()),
            switch: if n.is_multiple_of(3) { Switch::Off(Off { reason: Some(text()), at: None }) } else { Switch::On },
            owner: Some(Owner::Unknown(text())),
            creator: Some(Person { id: UserId(3), login: Some(text()) }),
            write_scope: Some(Scope::Unknown(text())),
            actor_must_write: Some(false),
            model: Some(text()),
            reasoning_effort: Some(text()),
            limits: Some(vec![limit]),
            other: serde_json::json!({words.as_str(): words.as_str()}).as_object().unwrap().clone(),
            ..one
        };
        let mut one = crate::fleet::detailed(one, words, None);
        let detail = one.detail.as_mut().unwrap();
        detail.tools = vec![serde_json::json!(words.as_str()), serde_json::json!({"id": words.as_str()})];
        (detail.toolsets, detail.agents) = (vec![text()], vec![text()]);
        detail.permissions.clone_from(&one.other);
        one
    };
    let automations = words.iter().enumerate().map(one).collect();
    crate::fleet::list(&mut console, "api", Listed::Here { automations, unreadable: 1, more: true });
    console
}

pub fn list(words: &[String]) -> Console {
    let mut console = the_automations(words);
    console.keys("T");
    console
}

pub fn flat(words: &[String]) -> Console {
    let mut console = list(words);
    console.keys("bsG");
    console
}

/// Of one alone; its run was made of the words that follow.
pub fn page(words: &[String]) -> Console {
    let mut console = the_automations(&[words.join("\n")]);
    let tasks: Vec<Task> = words.iter().enumerate().map(|(n, words)| a_task(n, words, State::Failed)).collect();
    let at = console.model.world.automations.known.keys().next().cloned().unwrap();
    let track = Track::of(&tasks, true);
    crate::fleet::runs(&mut console, at, tasks, track);
    console.keys("T");
    console.press(Key::Enter);
    console
}

pub fn calendar(words: &[String]) -> Console {
    let mut console = the_automations(words);
    console.keys("TC");
    console
}
