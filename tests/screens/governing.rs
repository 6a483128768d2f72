//! Automations governed: what is asked before anything is done, the form, and what is said when somebody else edited.

use std::sync::Arc;

use atc::console::Effect;
use atc::console::automations::{Became, News as Told, NotDone, Offers, Wish};
use atc::console::event::{Local, News, Op, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::settings::Settings;
use atc::domain::automation::{Act, Listed, Offered, RunOrder, Switch};
use atc::domain::policy::{Facts, InForce, Policy, Rule, Says, Stage, Words};
use atc::domain::{Automation, AutomationId, AutomationOrder, Fault, FaultKind, Source, State, Zone};
use atc::text::Untrusted;
use chrono::{FixedOffset, TimeDelta};
use serde_json::{Value, json};

use crate::automation::{automation, nightly, offers};
use crate::draw::text;
use crate::world::{Console, repo, settings, task};

/// An hour east of Greenwich.
fn east() -> Zone {
    Zone::new(|_| FixedOffset::east_opt(3600).unwrap())
}

pub fn tell(console: &mut Console, told: Told) -> Vec<Effect> {
    console.happen(What::Op(Op::Automations(Box::new(told))))
}

pub fn with(said: Value, width: u16, height: u16) -> Console {
    let mut console = Console::with(Settings { zone: east(), ..settings() }, width, height);
    console.fill();
    let one = automation("a1", said, 1);
    let outline = Automation { detail: None, ..one.clone() };
    let listed = Listed::Here { automations: vec![outline], unreadable: 0, more: false };
    console.good(Source::Automations(repo("api")), News::Automations(listed));
    console.good(Source::Automation(one.at.clone()), News::Automation(Some(Box::new(one))));
    tell(&mut console, Told::Policy(Arc::new(InForce::of(Policy::default()))));
    console.keys("T");
    assert_eq!(console.model.context(), Context::Automations);
    console
}

pub fn console(width: u16, height: u16) -> Console {
    with(nightly(), width, height)
}

pub fn ctrl(console: &mut Console, c: char) -> Vec<Effect> {
    console.happen(What::Key(Chord::ctrl(c)))
}

pub fn wished(effects: &[Effect]) -> Vec<Wish> {
    let wish = |effect: &Effect| match effect {
        Effect::Automations(wish) if !matches!(wish, Wish::Look(_)) => Some(wish.clone()),
        _ => None,
    };
    effects.iter().filter_map(wish).collect()
}

/// The order whose verdict is asked for.
#[track_caller]
fn judging(effects: &[Effect]) -> AutomationOrder {
    match &wished(effects)[..] {
        [Wish::Judge(order)] => (**order).clone(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn acting(effects: &[Effect]) -> AutomationOrder {
    match &wished(effects)[..] {
        [Wish::Act(order)] => (**order).clone(),
        other => panic!("{other:?}"),
    }
}

/// The gate answers.
fn judged_by(console: &mut Console, order: AutomationOrder, policy: Policy) {
    let judgement = InForce::of(policy).judge_automation(&order, &Facts::default(), Stage::Gate);
    tell(console, Told::Judged(Box::new(order), Box::new(judgement)));
}

pub fn judged(console: &mut Console, effects: &[Effect]) {
    judged_by(console, judging(effects), Policy::default());
}

/// The same where nothing is counted.
fn judged_freely(console: &mut Console, effects: &[Effect]) {
    let nothing = Policy { all: Vec::new(), rules: Vec::new(), everywhere: Vec::new() };
    judged_by(console, judging(effects), nothing);
}

pub fn yes(console: &mut Console) -> Vec<Effect> {
    console.wait(TimeDelta::seconds(1));
    console.keys("y")
}

pub fn note(console: &Console) -> String {
    console.model.notes.current.as_ref().map(|note| note.text.to_string()).unwrap_or_default()
}

/// The form with what the service offers.
pub fn form(console: &mut Console) {
    let effects = console.keys("e");
    assert!(wished(&effects).contains(&Wish::Offers(repo("api"))), "{effects:?}");
    tell(console, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    assert_eq!(console.model.context(), Context::AutomationForm);
}

pub fn desk(console: &Console) -> &atc::console::state::automations::desk::ActDesk {
    &console.model.world.automations.desk
}

/// To the field with this label.
pub fn go(console: &mut Console, label: &str) {
    for _ in 0..80 {
        let form = desk(console).form.as_ref().unwrap();
        if form.focused().is_some_and(|piece| piece.field.label.trim() == label) {
            return;
        }
        console.press(Key::Tab);
    }
    panic!("no field {label}:\n{}", text(&console.model));
}

pub fn body(console: &Console) -> Value {
    desk(console).form.as_ref().unwrap().order().body().unwrap_or(Value::Null)
}

#[test]
fn switching_off_says_what_no_longer_runs_and_is_sent_once_with_the_revision_that_was_seen() {
    let mut screens = Vec::new();
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = console(width, height);
        let effects = console.keys("x");
        assert!(console.model.dialog.is_none(), "the policy comes first");
        judged(&mut console, &effects);
        screens.push(text(&console.model));
        assert!(console.keys("y").is_empty(), "no key is heard so soon");
        let order = acting(&yes(&mut console));
        assert_eq!(order.body().unwrap(), json!({"enabled": false, "expected_revision_id": "r1"}));
        assert!(console.keys("x").is_empty(), "one order at a time");
        assert!(note(&console).contains("still under way"), "{}", note(&console));
        let mut now = automation("a1", nightly(), 2);
        now.switch = Switch::Off(atc::domain::automation::Off::default());
        tell(&mut console, Told::Acted { order: Box::new(order), result: Ok(Became::Stands(Box::new(now))) });
        assert!(note(&console).contains("nothing runs by it any more"), "{}", note(&console));
        // Now it is off: the same key asks the other thing.
        assert!(matches!(judging(&console.keys("x")).act, Act::Switch(_, true)));
    }
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn switching_on_says_when_it_runs_by_both_clocks() {
    let mut said = nightly();
    said["enabled"] = json!(false);
    let mut console = with(said, 80, 24);
    let effects = console.keys("x");
    judged(&mut console, &effects);
    insta::assert_snapshot!(text(&console.model));
    console.wait(TimeDelta::seconds(1));
    assert!(console.keys("n").is_empty() && console.model.dialog.is_none(), "no is no");
}

#[test]
fn a_name_is_typed_before_anything_is_deleted() {
    let mut console = console(80, 24);
    let effects = console.keys("D");
    judged(&mut console, &effects);
    insta::assert_snapshot!(text(&console.model));
    console.wait(TimeDelta::seconds(1));
    assert!(wished(&console.keys("y")).is_empty());
    assert!(wished(&console.press(Key::Enter)).is_empty(), "a letter is not its name");
    console.press(Key::Backspace);
    console.happen(What::Paste("Nightly deps".into()));
    console.wait(TimeDelta::seconds(1));
    assert!(wished(&console.press(Key::Enter)).is_empty(), "a paste is no word");
    console.keys("Nightly deps");
    let order = acting(&console.press(Key::Enter));
    assert!(matches!(order.act, Act::Delete(_)) && order.body().is_none());
    tell(&mut console, Told::Acted { order: Box::new(order), result: Ok(Became::Deleted) });
    assert!(console.model.automation().is_none(), "it is gone at once");
}

#[test]
fn a_name_nobody_can_type_is_deleted_by_its_id() {
    for name in ["", " lead", "a  b", "\u{1b}[31mred", &"long ".repeat(30), "🌙 moon"] {
        let mut said = nightly();
        said["name"] = json!(name);
        let mut console = with(said, 120, 30);
        let effects = console.keys("D");
        judged(&mut console, &effects);
        let word = console.model.dialog.as_ref().unwrap().word.as_ref().unwrap();
        assert_eq!(word.as_str(), "a1", "{name:?}");
    }
}

#[test]
fn what_the_policy_refuses_is_not_even_asked_and_a_reason_is_typed_where_it_wants_one() {
    let mut console = console(120, 30);
    let effects = console.keys("e");
    drop(effects);
    go(&mut console, "write scope");
    console.press(Key::Right);
    let effects = ctrl(&mut console, 's');
    let mut policy = Policy::default();
    let says = Says {
        automations: atc::domain::policy::AutomationSays {
            write_scopes: Some(Words(vec!["trigger".into()])),
            ..atc::domain::policy::AutomationSays::default()
        },
        ..Says::default()
    };
    policy.everywhere.insert(0, Rule::everywhere("narrow", says));
    judged_by(&mut console, judging(&effects), policy);
    assert!(console.model.dialog.is_none());
    assert!(note(&console).contains("nothing was sent: refused") && note(&console).contains("narrow"));
    assert_eq!(console.model.context(), Context::AutomationForm, "the form is still there");
}

#[test]
fn an_event_is_chosen_where_there_are_several_and_the_question_names_it_and_its_resource() {
    let mut console = console(80, 24);
    assert!(!wished(&console.keys("R")).is_empty());
    tell(&mut console, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    let manual = text(&console.model);
    go(&mut console, "event");
    console.press(Key::Right);
    console.press(Key::Right);
    assert!(wished(&ctrl(&mut console, 's')).is_empty(), "{}", note(&console));
    assert!(note(&console).contains("resource is missing"), "{}", note(&console));
    go(&mut console, "resource");
    console.keys("https://github.com/acme/api/issues/7");
    let filled = text(&console.model);
    let effects = ctrl(&mut console, 's');
    let order = judging(&effects);
    assert_eq!(
        order.body().unwrap(),
        json!({"event": "issues", "type": "labeled", "resource_url": "https://github.com/acme/api/issues/7"})
    );
    judged_freely(&mut console, &effects);
    let asked = text(&console.model);
    insta::assert_snapshot!([manual, filled, asked].join("\n"));
    let order = acting(&yes(&mut console));
    tell(&mut console, Told::Acted { order: Box::new(order.clone()), result: Ok(Became::Accepted) });
    assert!(note(&console).contains("accepted") && !note(&console).contains("started"), "{}", note(&console));
    assert_eq!(console.model.context(), Context::Automations, "the form is done");
    assert!(console.keys("R").is_empty(), "not again while its task is looked for");
    let new = task("from-auto", "api", "Bump serde", State::Queued, 0, 0);
    tell(&mut console, Told::Ran { order: Box::new(order), task: Some(Box::new(new)) });
    let known = console.model.world.tasks.values().find(|known| known.task.at.id.raw() == "from-auto").unwrap();
    assert_eq!(known.task.automation, Some(AutomationId::new("a1")), "the task names its automation");
}

#[test]
fn a_run_whose_task_is_not_seen_is_reported_missing() {
    let mut said = nightly();
    said["triggers"] = json!({});
    let mut console = with(said, 80, 24);
    let effects = console.keys("R");
    assert_eq!(judging(&effects).body().unwrap(), json!({"event": "manual"}), "there is nothing to choose");
    judged_freely(&mut console, &effects);
    let order = acting(&yes(&mut console));
    tell(&mut console, Told::Acted { order: Box::new(order.clone()), result: Ok(Became::Accepted) });
    tell(&mut console, Told::Ran { order: Box::new(order), task: None });
    assert!(note(&console).contains("no task of “Nightly deps” was seen"), "{}", note(&console));
    assert!(!wished(&console.keys("R")).is_empty(), "now it may be asked for again");
}

#[test]
fn the_form_shows_all_of_it_and_says_that_nothing_is_changed() {
    let mut screens = Vec::new();
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = console(width, height);
        form(&mut console);
        screens.push(text(&console.model));
        go(&mut console, "Schedule");
        screens.push(text(&console.model));
        go(&mut console, "permissions");
        screens.push(text(&console.model));
        assert_eq!(body(&console), Value::Null);
        assert!(wished(&ctrl(&mut console, 's')).is_empty());
        assert!(note(&console).contains("nothing was changed"), "{}", note(&console));
        console.press(Key::Esc);
        assert_eq!(console.model.context(), Context::Automations, "nothing is lost, nothing is asked");
    }
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn an_edit_sends_what_was_changed_and_what_nobody_knows_survives_it() {
    let mut console = console(160, 45);
    form(&mut console);
    go(&mut console, "hour_utc");
    console.press(Key::Backspace);
    console.keys("4");
    go(&mut console, "labels");
    console.press(Key::End);
    console.press(Key::Enter);
    console.keys("a, b");
    go(&mut console, "a day");
    console.keys("2.5");
    go(&mut console, "Push to branches");
    console.keys(" ");
    go(&mut console, "vault/read");
    console.keys("n");
    let request = body(&console);
    assert_eq!(
        request,
        json!({
            "triggers": {
                "interval": {"cadence": ["weekly"], "day_of_week": 1, "hour_utc": 4},
                "issues": {"types": ["labeled"], "labels": ["bug", "a, b"], "since": {"deep": [1, null]}},
                "moon_phase": {"phase": "full", "within": {"hours": 3}},
            },
            "usage_limits": [
                {"period": "week", "limit": 20_000_000_000_u64},
                {"period": "fortnight", "limit": 7},
                {"period": "day", "limit": 2_500_000_000_u64},
            ],
            "tools": ["read_repository", {"id": "odd", "mode": 3}, "push_to_branches"],
            "expected_revision_id": "r1",
        })
    );
    go(&mut console, "moon_phase");
    console.keys("n");
    assert!(body(&console)["triggers"].get("moon_phase").is_none(), "it goes when it is switched off");
    console.keys("y");
    assert_eq!(body(&console), request, "and comes back as it was");
    let screen = text(&console.model);
    ctrl(&mut console, 'r');
    let whole = text(&console.model);
    ctrl(&mut console, 'r');
    let effects = ctrl(&mut console, 's');
    assert!(console.keys("x").is_empty() && body(&console) == request, "what is judged stays as it is");
    judged(&mut console, &effects);
    insta::assert_snapshot!([screen, whole, text(&console.model)].join("\n"));
    let order = acting(&yes(&mut console));
    assert_eq!(order.body().unwrap(), request);
    let now = automation("a1", nightly(), 2);
    tell(&mut console, Told::Acted { order: Box::new(order), result: Ok(Became::Stands(Box::new(now))) });
    assert!(desk(&console).form.is_none() && note(&console).contains("was changed"));
}

#[test]
fn a_schedule_is_read_by_both_clocks_while_it_is_typed() {
    let mut console = console(160, 45);
    form(&mut console);
    go(&mut console, "Schedule");
    let shown = text(&console.model);
    assert!(shown.contains("weekly, Monday 06:00 UTC = 07:00 here"), "{shown}");
    assert!(shown.contains("next Mon 2026-11-23 06:00 UTC = 07:00 here (computed)"), "{shown}");
    go(&mut console, "day_of_week");
    console.press(Key::Right);
    assert!(text(&console.model).contains("weekly, Tuesday 06:00 UTC = 07:00 here"), "{}", text(&console.model));
    go(&mut console, "cadence");
    console.press(Key::Left);
    console.keys("  ");
    console.press(Key::Left);
    console.keys(" ");
    assert_eq!(body(&console)["triggers"]["interval"]["cadence"], json!(["daily", "weekly"]));
    go(&mut console, "hour_utc");
    console.keys("x");
    assert!(text(&console.model).contains("is no whole number"));
    assert!(wished(&ctrl(&mut console, 's')).is_empty(), "what is wrong is not sent");
}

#[test]
fn what_is_required_is_missing_and_what_has_a_value_cannot_be_emptied() {
    let mut console = console(160, 45);
    form(&mut console);
    for (label, says) in [("name", "name is missing"), ("model", "model cannot be emptied")] {
        go(&mut console, label);
        console.happen(What::Key(Chord::ctrl('a')));
        console.happen(What::Key(Chord::ctrl('k')));
        let shown = text(&console.model);
        assert!(shown.contains(says), "{shown}");
        ctrl(&mut console, 'u');
    }
    go(&mut console, "Workflow run");
    console.keys("y");
    assert!(text(&console.model).contains("workflows is missing"), "{}", text(&console.model));
}

#[test]
fn where_nothing_is_offered_the_form_has_what_the_automation_has_and_says_so() {
    let mut console = console(80, 24);
    console.keys("e");
    let asking = text(&console.model);
    assert!(asking.contains("asking what is offered"), "{asking}");
    let nothing = Offers { triggers: Offered::NotHere, tools: Offered::NotHere };
    tell(&mut console, Told::Offers(repo("api"), Ok(Box::new(nothing))));
    assert!(text(&console.model).contains("no triggers and no tools are offered"), "{}", text(&console.model));
    go(&mut console, "phase");
    console.keys(" moon");
    assert_eq!(body(&console)["triggers"]["moon_phase"], json!({"phase": "full moon", "within": {"hours": 3}}));
    assert_eq!(body(&console)["triggers"]["issues"]["since"], json!({"deep": [1, null]}));
}

#[test]
fn a_stale_edit_is_refused_with_both_versions_and_goes_on_over_the_new_one() {
    let mut screens = Vec::new();
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = console(width, height);
        form(&mut console);
        go(&mut console, "model");
        console.keys("-fast");
        go(&mut console, "a week");
        console.keys("5");
        let effects = ctrl(&mut console, 's');
        judged(&mut console, &effects);
        let order = acting(&yes(&mut console));
        let mut said = nightly();
        said["model"] = json!("gpt-5.2");
        said["triggers"]["issues"]["labels"] = json!(["bug", "security"]);
        said["prompt"] = json!("## Goal\nBump two crates.");
        let now = automation("a1", said, 9);
        let fault = Fault::new(FaultKind::Conflict, "it was edited since it was shown", "look at both versions");
        let not_done = NotDone { fault, judged: None, edited: Some(Box::new(now)) };
        tell(&mut console, Told::Acted { order: Box::new(order), result: Err(not_done) });
        screens.push(text(&console.model));
        assert!(console.model.dialog.is_some(), "both versions are shown");
        let effects = yes(&mut console);
        assert!(wished(&effects).is_empty(), "taking the new one sends nothing");
        go(&mut console, "model");
        screens.push(text(&console.model));
        assert_eq!(
            body(&console),
            json!({
                "model": "claude-sonnet-4.6-fast",
                "usage_limits": [{"period": "week", "limit": 205_000_000_000_u64}, {"period": "fortnight", "limit": 7}],
                "expected_revision_id": "r9",
            }),
            "what the other one changed stays changed"
        );
    }
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn a_stale_switch_is_asked_once_more_of_what_there_is_now() {
    let mut console = console(160, 45);
    let effects = console.keys("x");
    judged(&mut console, &effects);
    let order = acting(&yes(&mut console));
    let mut said = nightly();
    said["write_scope"] = json!("repository");
    let fault = Fault::new(FaultKind::Conflict, "it was edited since it was shown", "look at both versions");
    let not_done = NotDone { fault, judged: None, edited: Some(Box::new(automation("a1", said, 3))) };
    // A line is being typed: the two versions wait for it.
    console.keys(":");
    tell(&mut console, Told::Acted { order: Box::new(order), result: Err(not_done) });
    assert!(console.model.dialog.is_none());
    console.press(Key::Esc);
    assert!(text(&console.model).contains("write_scope"), "{}", text(&console.model));
    let effects = yes(&mut console);
    assert_eq!(judging(&effects).body().unwrap(), json!({"enabled": false, "expected_revision_id": "r3"}));
}

#[test]
fn each_refusal_says_what_it_means_and_a_form_keeps_it() {
    for (kind, says) in [
        (FaultKind::Permission, "takes a right that is missing"),
        (FaultKind::NotFound, "is not there any more"),
        (FaultKind::Invalid, "does not take it as it is written"),
        (FaultKind::UnknownOutcome, "it may have happened, and does not show"),
        (FaultKind::Conflict, "is not what it was"),
    ] {
        let mut console = console(160, 45);
        form(&mut console);
        go(&mut console, "name");
        console.keys("!");
        let effects = ctrl(&mut console, 's');
        judged(&mut console, &effects);
        let order = acting(&yes(&mut console));
        assert!(console.keys("z").is_empty() && note(&console).contains("its answer comes first"));
        let fault = Fault::new(kind, "the service said 4xx", "do this next");
        let result = Err(NotDone { fault, judged: None, edited: None });
        tell(&mut console, Told::Acted { order: Box::new(order), result });
        let shown = text(&console.model);
        assert!(shown.contains(says), "{kind:?}: {shown}");
        assert!(shown.contains("do this next"), "{kind:?}: {shown}");
        assert_eq!(shown.contains("it may have been done"), kind == FaultKind::UnknownOutcome, "{shown}");
        assert_eq!(body(&console)["name"], "Nightly deps!", "what was written is still there");
    }
}

#[test]
fn a_new_one_begins_with_what_does_least_harm_and_is_made_from_a_template() {
    let mut screens = Vec::new();
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = console(width, height);
        console.keys("n");
        tell(&mut console, Told::Offers(repo("api"), Ok(Box::new(offers()))));
        assert!(wished(&ctrl(&mut console, 's')).is_empty(), "neither name nor prompt");
        screens.push(text(&console.model));
        go(&mut console, "template");
        console.press(Key::Right);
        let template = desk(&console).form.as_ref().unwrap().template.clone().unwrap();
        go(&mut console, "name");
        console.keys("Weekly sweep");
        let order = desk(&console).form.as_ref().unwrap().order();
        assert_eq!(order.template.as_deref(), Some(template.id.as_str()), "the policy knows where it came from");
        let request = body(&console);
        assert_eq!(
            (&request["write_scope"], &request["require_actor_write_permission"], &request["triggers"]),
            (&json!("trigger"), &json!(true), &json!({}))
        );
        screens.push(text(&console.model));
    }
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn from_a_template_of_the_list_to_an_automation_is_one_key() {
    let mut console = console(120, 40);
    console.press(Key::Esc);
    console.keys("n");
    assert_eq!(console.model.context(), Context::Templates);
    console.keys("ga");
    assert_eq!(console.model.context(), Context::AutomationForm);
    assert!(desk(&console).form.as_ref().unwrap().template.is_some());
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Templates, "back to where one was");
}

#[test]
fn the_editor_has_the_prompt_and_gives_it_back() {
    let mut console = console(120, 40);
    form(&mut console);
    let effects = ctrl(&mut console, 'e');
    assert!(matches!(&effects[..], [Effect::Editor(prompt)] if prompt.contains("Bump one crate")), "{effects:?}");
    console.happen(What::Local(Local::Edited(Ok("## Goal\nBump all.\n".into()))));
    assert_eq!(body(&console), json!({"prompt": "## Goal\nBump all.", "expected_revision_id": "r1"}));
    let shown = text(&console.model);
    assert!(shown.contains("Non-goals"), "the lint speaks of the new prompt: {shown}");
    ctrl(&mut console, 't');
    assert_eq!(body(&console), Value::Null, "and the old one comes back");
}

#[test]
fn what_is_pasted_is_text_wherever_it_lands_and_is_never_sent_by_itself() {
    let mut console = console(120, 40);
    form(&mut console);
    let stops = desk(&console).form.as_ref().unwrap().shown().count() + 1;
    for _ in 0..stops {
        console.happen(What::Paste(Untrusted::from("y\r\u{13}\u{1b}[201~y\nD\u{202e}x")));
        console.press(Key::Tab);
    }
    assert!(wished(&console.effects).iter().all(|wish| !matches!(wish, Wish::Act(_) | Wish::Judge(_))));
    assert_eq!(console.model.context(), Context::AutomationForm);
    let form = desk(&console).form.as_ref().unwrap();
    let prompt = form.prompt.text();
    assert!(prompt.contains('D') && !prompt.contains('\u{202e}') && !prompt.contains('\u{1b}'), "{prompt:?}");
}

#[test]
fn read_only_has_none_of_it() {
    let mut console = console(120, 40);
    console.model.settings.read_only = true;
    for keys in ["x", "R", "e", "n", "D"] {
        assert!(wished(&console.keys(keys)).is_empty(), "{keys}");
        assert!(console.model.dialog.is_none() && desk(&console).form.is_none(), "{keys}");
        assert!(note(&console).contains("read-only"), "{keys}: {}", note(&console));
    }
}

#[test]
fn read_only_that_comes_while_it_is_asked_stops_it() {
    let mut console = console(120, 40);
    let effects = console.keys("x");
    judged(&mut console, &effects);
    console.model.settings.read_only = true;
    assert!(wished(&yes(&mut console)).is_empty());
    console.model.settings.read_only = false;
    let effects = console.keys("x");
    console.model.settings.read_only = true;
    judged(&mut console, &effects);
    assert!(console.model.dialog.is_none());
}

#[test]
fn a_verdict_that_comes_late_asks_nobody_who_has_gone_elsewhere_and_none_that_was_not_wished() {
    let mut console = console(120, 40);
    let effects = console.keys("x");
    console.press(Key::Esc);
    assert_ne!(console.model.context(), Context::Automations);
    judged(&mut console, &effects);
    assert!(console.model.dialog.is_none() && note(&console).contains("gone elsewhere"));
    judged(&mut console, &effects);
    assert!(console.model.dialog.is_none(), "once is once");
    console.keys("T");
    let first = console.keys("x");
    let second = console.keys("D");
    judged(&mut console, &first);
    assert!(console.model.dialog.is_none(), "the newer wish counts");
    judged(&mut console, &second);
    assert!(console.model.dialog.as_ref().unwrap().title.starts_with("Delete"));
}

#[test]
fn an_automation_whose_detail_is_not_read_is_not_touched() {
    let mut console = console(120, 40);
    let outline = Automation { detail: None, ..automation("b2", nightly(), 1) };
    let listed = Listed::Here { automations: vec![outline], unreadable: 0, more: false };
    console.good(Source::Automations(repo("api")), News::Automations(listed));
    for keys in ["x", "R", "e", "D"] {
        assert!(wished(&console.keys(keys)).is_empty(), "{keys}");
        assert!(note(&console).contains("still being read"), "{}", note(&console));
    }
}

#[test]
fn run_orders_say_no_more_than_they_must() {
    assert_eq!(RunOrder::default().words().as_str(), "as manual");
}
