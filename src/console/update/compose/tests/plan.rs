//! One prompt for several repositories: chosen, weighed, asked about once, sent, and taken up again.

mod asking;
mod choosing;
mod running;
mod taking_up_again;
mod weighing;

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::*;
use crate::console::event::{Event, Op, What};
use crate::console::keys::Keymap;
use crate::console::state::compose::plan::{PlanPane, Stage, Standing};
use crate::console::state::dialog::Ask;
use crate::console::state::place::Pane;
use crate::console::update::update;
use crate::domain::plan::{Plan, PlanNews, Turn};
use crate::domain::policy::{Fact, Facts, InForce, Key as Limit, PastStart, Policy, Rule, Says};
use crate::domain::{Task, TaskId, TaskRef};
use crate::text::Safe;

const NAMES: [&str; 7] = ["acme/api", "acme/billing", "acme/docs", "acme/mobile", "acme/web", "other/one", "other/two"];

fn repo(name: &str) -> RepoName {
    name.parse().unwrap()
}

fn watching(names: &[&str]) -> Model {
    let mut model = filled();
    model.settings.repos = names.iter().map(|name| repo(name)).collect();
    model
}

fn keys(model: &mut Model, keys: &[Chord]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for chord in keys {
        model.now += TimeDelta::milliseconds(300);
        effects.extend(update(model, Event { at: model.now, what: What::Key(*chord) }));
    }
    effects
}

fn typed(model: &mut Model, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| keys(model, &[Chord::char(c)])).collect()
}

fn enter(model: &mut Model) -> Vec<Effect> {
    keys(model, &[Chord::plain(Key::Enter)])
}

fn esc(model: &mut Model) -> Vec<Effect> {
    keys(model, &[Chord::plain(Key::Esc)])
}

fn news(model: &mut Model, op: Op) -> Vec<Effect> {
    update(model, Event { at: model.now, what: What::Op(op) })
}

/// All of these chosen; the table is open.
fn planned(names: &[&str]) -> (Model, Vec<Effect>) {
    let mut model = watching(names);
    let mut effects = keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
    // The form's own was marked already: all are now.
    effects.extend(enter(&mut model));
    (model, effects)
}

fn plan(model: &Model) -> &PlanPane {
    model.compose.plan.as_ref().unwrap()
}

fn policy() -> Arc<InForce> {
    let says = Says { open_pulls: Some(4), reason_beyond: Some(vec![Limit::OpenPulls]), ..Says::default() };
    let mut policy = Policy { everywhere: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
    let shut = Says { open_pulls: Some(0), ..Says::default() };
    policy.rules.push(Rule {
        id: "shut".into(),
        repos: vec!["other/*".parse().unwrap()],
        says: Says { reason_beyond: Some(Vec::new()), ..shut },
    });
    Arc::new(InForce::of(policy))
}

fn facts(model: &Model, pulls: u64) -> Facts {
    Facts {
        at: Some(model.now),
        pulls: Fact::Known(pulls),
        starts: Fact::Known(Vec::new()),
        default_branch: Fact::Known("trunk".to_owned()),
        ..Facts::default()
    }
}

fn tell(model: &mut Model, name: &str, facts: Facts) -> Vec<Effect> {
    news(model, Op::Weighed { repo: repo(name), facts: Box::new(facts), policy: policy() })
}

/// Every row has a verdict: allowed, but those of `other`.
fn weighed(names: &[&str]) -> Model {
    let (mut model, _) = planned(names);
    for name in names {
        let facts = facts(&model, 1);
        tell(&mut model, name, facts);
    }
    model
}

/// The same prompt was started there.
fn duplicate(model: &Model, name: &str) -> Facts {
    let prompt = form(model).request().unwrap().prompt;
    let start = PastStart {
        age: TimeDelta::minutes(4),
        repo: repo(name),
        prompt_hash: Some(Sha256::digest(prompt.as_bytes()).into()),
        ticket: None,
        task: None,
        rejected: false,
    };
    Facts { starts: Fact::Known(vec![start]), ..facts(model, 1) }
}

fn standings(model: &Model) -> Vec<Standing> {
    plan(model).rows.iter().map(|row| row.standing(plan(model).is_running())).collect()
}

fn asked(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Weigh(_))).count()
}

fn sent(effects: &[Effect]) -> Option<&Plan> {
    effects.iter().find_map(|effect| match effect {
        Effect::Plan(plan) => Some(&**plan),
        _ => None,
    })
}

fn repos_of(plan: &Plan) -> Vec<&str> {
    plan.orders.iter().map(|order| order.request.repo.as_str()).collect()
}

/// Asked and answered; nothing has to be typed.
fn go(model: &mut Model) -> Plan {
    keys(model, &[Chord::ctrl('s')]);
    let effects = keys(model, &[Chord::char('y')]);
    sent(&effects).unwrap_or_else(|| panic!("{:?} {}", model.dialog, note(model))).clone()
}

fn row(model: &mut Model, id: Uuid, name: &str, turn: Turn) -> Vec<Effect> {
    let task = match &turn {
        Turn::Started(at) => Some(Box::new(Task { at: at.clone(), name: "Do it".into(), ..Task::queued("x") })),
        _ => None,
    };
    news(model, Op::Plan { plan: id, news: PlanNews::Row { repo: repo(name), turn, task } })
}

fn started(name: &str) -> Turn {
    let id = TaskId::new(format!("t-{}", name.rsplit('/').next().unwrap()));
    Turn::Started(TaskRef { repo: repo(name), id })
}

fn end(model: &mut Model, id: Uuid, why: Option<&str>) -> Vec<Effect> {
    news(model, Op::Plan { plan: id, news: PlanNews::Ended { why: why.map(Safe::new) } })
}

#[test]
fn the_keys_of_the_table_are_its_own() {
    assert_eq!(Keymap::default().lookup(Context::Plan, Chord::char('x')), Some(Intent::Stop));
    assert_eq!(Keymap::default().lookup(Context::Plan, Chord::char('q')), Some(Intent::Quit));
    assert_eq!(Keymap::default().lookup(Context::Repos, Chord::char('q')), None, "a letter is typed");
}
