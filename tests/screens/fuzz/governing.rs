//! What may come of what is wished for automations, and automations that say anything.

use std::sync::Arc;

use atc::console::automations::{Became, News as Told, NotDone, Offers, Wish};
use atc::console::event::{News, Op, What};
use atc::domain::automation::{Act, Offered, OfferedField, OfferedTool, OfferedTrigger, ToolGroup};
use atc::domain::policy::{Facts, InForce, Policy, Stage};
use atc::domain::{Automation, AutomationOrder, AutomationRef, Fault, FaultKind, Source};
use serde_json::{Value, json};

use super::answers::{a_repo, a_task, net, or_fault};
use super::dice::Dice;
use crate::automation::automation;

/// One of six of a repository, saying anything.
fn one(dice: &mut Dice, at: Option<&AutomationRef>) -> Automation {
    let odd = |dice: &mut Dice| match dice.below(5) {
        0 => json!(dice.words()),
        1 => json!([dice.words(), dice.words()]),
        2 => json!(dice.below(60)),
        3 => json!({"deep": [1, null, dice.words()]}),
        _ => Value::Null,
    };
    let mut triggers = serde_json::Map::new();
    for id in ["interval", "issues", "workflow_run", "moon"] {
        if dice.once_in(2) {
            let fields = match id {
                "interval" => json!({"cadence": ["weekly"], "day_of_week": dice.below(9), "hour_utc": dice.below(30)}),
                _ => json!({"types": ["opened", "labeled"], "labels": odd(dice), "query": odd(dice)}),
            };
            triggers.insert(id.to_owned(), if dice.once_in(6) { odd(dice) } else { fields });
        }
    }
    let mut said = json!({
        "name": dice.words(),
        "enabled": dice.once_in(2),
        "prompt": dice.words(),
        "triggers": triggers,
        "tools": ["read_repository", odd(dice)],
        "usage_limits": [{"period": "day", "limit": dice.below(9_000_000)}, odd(dice)],
        "new_key": odd(dice),
    });
    for field in ["model", "description", "write_scope", "tools", "usage_limits", "triggers", "permissions"] {
        if dice.once_in(6) {
            said[field] = odd(dice);
        }
    }
    let mut one = automation(&format!("a{}", dice.below(6)), said, dice.below(4) as u64);
    one.at.repo = a_repo(dice);
    if let Some(at) = at {
        one.at = at.clone();
    }
    if dice.once_in(5) {
        one.detail = None;
    }
    one
}

fn offers(dice: &mut Dice) -> Offers {
    let field = |dice: &mut Dice| OfferedField {
        id: (*dice.pick(&["types", "labels", "query", "hour_utc", "cadence"])).into(),
        label: dice.once_in(2).then(|| dice.words().into()),
        kind: (*dice.pick(&["string", "string_array", "integer", "odd"])).into(),
        required: dice.once_in(2),
        options: (0..dice.below(4)).map(|_| dice.words().into()).collect(),
        description: dice.once_in(2).then(|| dice.words().into()),
    };
    let trigger = |dice: &mut Dice| OfferedTrigger {
        id: (*dice.pick(&["interval", "issues", "workflow_run", "push"])).into(),
        title: dice.once_in(2).then(|| dice.words().into()),
        description: Some(dice.words().into()),
        fields: (0..dice.below(4)).map(|_| field(dice)).collect(),
        can_run_now: dice.once_in(2).then_some(true),
    };
    let tool = |dice: &mut Dice| OfferedTool {
        id: dice.words().into(),
        title: None,
        description: Some(dice.words().into()),
        writes: dice.once_in(2).then_some(true),
    };
    let group = |dice: &mut Dice| ToolGroup {
        id: dice.words().into(),
        title: Some(dice.words().into()),
        tools: (0..dice.below(4)).map(|_| tool(dice)).collect(),
    };
    if dice.once_in(6) {
        return Offers { triggers: Offered::NotHere, tools: Offered::NotHere };
    }
    let triggers = (0..dice.below(5)).map(|_| trigger(dice)).collect();
    Offers {
        triggers: Offered::Here(triggers),
        tools: Offered::Here((0..dice.below(3)).map(|_| group(dice)).collect()),
    }
}

fn became(dice: &mut Dice, order: &AutomationOrder) -> Became {
    match &order.act {
        Act::Delete(_) => Became::Deleted,
        Act::Run(..) => Became::Accepted,
        _ => Became::Stands(Box::new(one(dice, order.at().as_ref()))),
    }
}

/// What answers a wish. `None`: nothing does.
pub fn told(dice: &mut Dice, wish: &Wish) -> Option<What> {
    let news = match wish {
        Wish::Look(_) => return None,
        Wish::Policy => Told::Policy(Arc::new(InForce::of(Policy::default()))),
        Wish::Offers(repo) => Told::Offers(repo.clone(), or_fault(dice, |dice| Box::new(offers(dice)))),
        Wish::Judge(order) => {
            let free = Policy { all: Vec::new(), rules: Vec::new(), everywhere: Vec::new() };
            let policy = if dice.once_in(8) { InForce::broken("odd") } else { InForce::of(free) };
            let judged = policy.judge_automation(order, &Facts::default(), Stage::Gate);
            Told::Judged(order.clone(), Box::new(judged))
        }
        Wish::Act(order) if dice.once_in(3) && matches!(order.act, Act::Run(..)) => {
            let task = dice.once_in(2).then(|| Box::new(a_task(dice)));
            Told::Ran { order: order.clone(), task }
        }
        Wish::Act(order) => {
            let kinds = [FaultKind::Conflict, FaultKind::Permission, FaultKind::UnknownOutcome, FaultKind::Invalid];
            let result = if dice.once_in(3) {
                let fault = Fault::new(*dice.pick(&kinds), dice.words(), dice.words());
                let edited = dice.once_in(2).then(|| Box::new(one(dice, order.at().as_ref())));
                Err(NotDone { fault, judged: None, edited })
            } else {
                Ok(became(dice, order))
            };
            Told::Acted { order: order.clone(), result }
        }
    };
    Some(What::Op(Op::Automations(Box::new(news))))
}

/// What nobody asked for.
pub fn unasked(dice: &mut Dice, generation: u64) -> What {
    let repo = a_repo(dice);
    if dice.once_in(3) {
        return told(dice, &Wish::Offers(repo)).unwrap_or(What::Wake);
    }
    let one = one(dice, None);
    net(Source::Automation(one.at.clone()), generation, Ok(News::Automation(Some(Box::new(one)))))
}
