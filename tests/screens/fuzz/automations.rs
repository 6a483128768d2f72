//! What the service and the policy say of automations, asked for or not.
#![allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation, reason = "no throw is above a few thousand")]

use std::sync::Arc;

use atc::console::automations::News as Told;
use atc::console::event::{News, Op, What};
use atc::domain::automation::{
    Definition, Detail, Listed, Off, Outcome, Owner, Scope, Spending, Switch, Track, triggers_of,
};
use atc::domain::policy::InForce;
use atc::domain::{Automation, AutomationId, AutomationRef, Instant, Source, Task};
use chrono::TimeDelta;
use serde_json::json;

use super::answers::{a_repo, a_task, fault, net};
use crate::dice::Dice;

/// One that the console knows, or knew, or never heard of.
pub fn an_id(dice: &mut Dice) -> AutomationRef {
    AutomationRef { repo: a_repo(dice), id: AutomationId::new(format!("a{}", dice.below(6))) }
}

pub fn an_automation(dice: &mut Dice, at: AutomationRef, now: Instant) -> Automation {
    let other = format!("a{}", dice.below(6));
    let triggers = match dice.below(5) {
        0 => json!({}),
        1 => json!({"interval": {"cadence": ["weekly"], "day_of_week": dice.below(9), "hour_utc": dice.below(30)}}),
        2 => json!({"automation": {"automation_ids": [other]}}),
        3 => json!({"issues": {"types": ["labeled"], "labels": [dice.words()]}}),
        _ => json!({dice.words(): {dice.words(): [dice.words(), null]}}),
    };
    let mut fields = json!({
        "name": dice.words(), "prompt": dice.words(), "triggers": triggers.clone(), "write_scope": "repository",
        "require_actor_write_permission": dice.once_in(2),
    });
    let definition = Definition::take_from(fields.as_object_mut().unwrap());
    let detail = Detail {
        prompt: definition.prompt(),
        revision: None,
        tools: vec![json!(dice.words()), json!({"id": 7})],
        permissions: serde_json::Map::new(),
        toolsets: vec![dice.words().into()],
        agents: vec![dice.words().into()],
        limit_reached: None,
        spending: dice.once_in(2).then_some(Spending { day: Some(u64::MAX), week: None, month: Some(1) }),
        limits: dice.once_in(2).then(Vec::new),
        definition,
    };
    let off = Off { reason: dice.once_in(2).then(|| dice.words().into()), at: None };
    Automation {
        at,
        name: dice.words().into(),
        description: dice.once_in(2).then(|| dice.words().into()),
        switch: dice.pick(&[Switch::On, Switch::Off(off), Switch::Untold]).clone(),
        owner: dice.once_in(2).then(|| Owner::parse(&dice.words())),
        creator: None,
        write_scope: dice.once_in(2).then_some(Scope::Repository),
        actor_must_write: dice.once_in(2).then_some(false),
        triggers: (!dice.once_in(5)).then(|| triggers_of(&triggers)).flatten(),
        model: dice.once_in(2).then(|| dice.words().into()),
        reasoning_effort: None,
        created_at: None,
        updated_at: dice.once_in(2).then(|| now - TimeDelta::seconds(dice.below(90_000) as i64)),
        limits: None,
        detail: dice.once_in(2).then(|| Box::new(detail)),
        other: serde_json::Map::new(),
    }
}

/// News nobody asked for just now.
pub fn unasked(dice: &mut Dice, now: Instant, generation: u64) -> What {
    let at = an_id(dice);
    match dice.below(7) {
        0 | 1 => {
            let all = (0..dice.below(6)).map(|n| {
                let at = AutomationRef { id: AutomationId::new(format!("a{n}")), ..at.clone() };
                Automation { detail: None, ..an_automation(dice, at, now) }
            });
            let automations = all.collect();
            let listed = Listed::Here { automations, unreadable: dice.below(3) as u32, more: dice.once_in(4) };
            let listed = if dice.once_in(5) { Listed::NotHere } else { listed };
            net(Source::Automations(at.repo), generation, Ok(News::Automations(listed)))
        }
        2 | 3 => {
            let one = (!dice.once_in(6)).then(|| Box::new(an_automation(dice, at.clone(), now)));
            net(Source::Automation(at), generation, Ok(News::Automation(one)))
        }
        4 => {
            let all = (0..dice.below(6)).map(|_| Task { automation: Some(at.id.clone()), ..a_task(dice) });
            let tasks: Vec<Task> = all.filter(|task| task.at.repo == at.repo).collect();
            let mut track = Track::of(&tasks, dice.once_in(2));
            track.outcomes.extend((0..dice.below(9)).map(|_| *dice.pick(&[Outcome::Done, Outcome::Failed])));
            let tasks = (!dice.once_in(4)).then_some(tasks);
            net(Source::AutomationRuns(at), generation, Ok(News::AutomationRuns { tasks, track: Box::new(track) }))
        }
        5 => {
            let source = match dice.below(3) {
                0 => Source::Automations(at.repo),
                1 => Source::Automation(at),
                _ => Source::AutomationRuns(at),
            };
            net(source, generation, Err(fault(dice)))
        }
        _ => What::Op(Op::Automations(Box::new(Told::Policy(Arc::new(InForce::default()))))),
    }
}
