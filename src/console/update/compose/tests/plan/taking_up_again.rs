//! A plan that was cut off.

use super::Standing::{Allowed, Started, Unknown};
use super::*;

const ID: Uuid = Uuid::from_u128(77);

/// A console that was started anew, with the draft of a plan that was cut off.
fn restarted() -> (Model, Vec<Effect>) {
    let draft = Draft { plan: Some(ID), ..form(&weighed(&NAMES[..4])).to_draft() };
    let mut model = model();
    drafts(&mut model, vec![draft]);
    let effects = enter(&mut model);
    (model, effects)
}

#[test]
fn the_draft_leads_to_the_table_and_the_ledger_tells_what_was_sent() {
    let (mut model, effects) = restarted();
    assert_eq!(model.compose.context(), Context::Plan);
    assert!(effects.contains(&Effect::LookPlan(ID)));
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.dialog.is_none() && note(&model).contains("not read from the ledger yet"), "{}", note(&model));
    let told = vec![
        (repo("acme/api"), started("acme/api")),
        (repo("acme/billing"), Turn::Unknown(Safe::new("the program ended"))),
    ];
    news(&mut model, Op::PlanKnown { plan: ID, told: Ok(told) });
    for name in ["acme/docs", "acme/mobile"] {
        let facts = facts(&model, 1);
        tell(&mut model, name, facts);
    }
    let facts = duplicate(&model, "acme/billing");
    tell(&mut model, "acme/billing", facts);
    assert_eq!(standings(&model), [Started, Unknown, Allowed, Allowed]);
    let sent = go(&mut model);
    assert_eq!((sent.id, repos_of(&sent)), (ID, vec!["acme/docs", "acme/mobile"]));
}

#[test]
fn a_plan_that_was_done_after_all_needs_its_draft_no_more() {
    let (mut model, _) = restarted();
    let draft = form(&model).id;
    let told = NAMES[..4].iter().map(|name| (repo(name), started(name))).collect();
    let effects = news(&mut model, Op::PlanKnown { plan: ID, told: Ok(told) });
    assert!(effects.contains(&Effect::DropDraft(draft)));
    assert!(plan(&model).is_done() && model.compose.form.is_none());
}

#[test]
fn a_ledger_that_cannot_be_read_sends_nothing_and_is_read_again_on_a_key() {
    let (mut model, _) = restarted();
    let fault = Fault::new(FaultKind::Local, "the ledger is damaged", "look");
    news(&mut model, Op::PlanKnown { plan: ID, told: Err(fault) });
    assert!(note(&model).contains("the ledger is damaged"), "{}", note(&model));
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.dialog.is_none());
    assert_eq!(typed(&mut model, "r"), [Effect::LookPlan(ID)]);
}

#[test]
fn what_its_template_says_by_now_holds_nothing_back() {
    let mut model = model();
    let draft = Draft { plan: Some(ID), template: Some("t".into()), ..form(&weighed(&NAMES[..4])).to_draft() };
    let text = TEMPLATE.replace("title = \"T\"\n", "title = \"T\"\nticket = \"OPS-{{ missing }}\"\n");
    templates(&mut model, vec![Template::parse("t.md", &text).unwrap()], Vec::new());
    drafts(&mut model, vec![draft]);
    let effects = enter(&mut model);
    assert!(effects.contains(&Effect::LookPlan(ID)), "{}", note(&model));
    assert!(form(&model).fault_count() > 0, "a new form of it could not be sent");
    assert_eq!(plan(&model).order.request.prompt, "Do it (minor).");
}
