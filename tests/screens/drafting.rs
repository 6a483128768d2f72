//! Automations that are being written: every key is kept, and what was kept goes on after a crash.

use atc::console::Effect;
use atc::console::automations::{Became, News as Told, NotDone};
use atc::console::event::{Local, News, Op, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::compose::Draft;
use atc::domain::{AutomationId, Fault, FaultKind, Source};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::automation::{automation, nightly, offers};
use crate::draw::text;
use crate::governing::{acting, body, console, ctrl, desk, form, go, judged, note, tell, with, yes};
use crate::world::{Console, repo};

/// The last state of the draft that was to be kept.
pub fn kept(effects: &[Effect]) -> Option<Draft> {
    let mut kept = effects.iter().filter_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some((**draft).clone()),
        _ => None,
    });
    kept.next_back()
}

pub fn dropped(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::DropDraft(_))).count()
}

/// As it comes back from disk.
fn read_back(draft: &Draft) -> Draft {
    let text = serde_json::to_string(draft).unwrap();
    Draft { id: draft.id, ..serde_json::from_str(&text).unwrap() }
}

/// The next start: the draft is found, and chosen from the list it stands first in.
fn take_up(console: &mut Console, draft: &Draft) {
    console.happen(What::Local(Local::Drafts(vec![read_back(draft)])));
    console.press(Key::Esc);
    console.keys("n");
    assert_eq!(console.model.context(), Context::Templates);
    console.keys("g");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::AutomationForm, "{}", text(&console.model));
}

fn edits(console: &mut Console) {
    form(console);
    go(console, "hour_utc");
    console.press(Key::Backspace);
    console.keys("4");
    go(console, "labels");
    console.press(Key::End);
    console.press(Key::Enter);
    console.keys("urgent");
    go(console, "a day");
    console.keys("2.5");
    go(console, "Push to branches");
    console.keys(" ");
    ctrl(console, 'e');
    console.happen(What::Local(Local::Edited(Ok("## Goal\nBump two.\n".into()))));
}

#[test]
fn a_change_goes_on_after_a_crash_as_it_was_left_also_before_anything_was_read() {
    let mut before = console(120, 40);
    edits(&mut before);
    let (wanted, draft) = (body(&before), kept(&before.effects).expect("a draft"));
    assert!(
        wanted["prompt"] == json!("## Goal\nBump two.")
            && wanted["triggers"]["issues"]["labels"] == json!(["bug", "urgent"])
    );

    let mut known = console(120, 40);
    take_up(&mut known, &draft);
    assert_eq!(desk(&known).form.as_ref().unwrap().pieces.iter().filter(|piece| piece.is_changed()).count(), 3);
    tell(&mut known, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    assert_eq!(body(&known), wanted);

    let mut unknown = Console::full(120, 40);
    unknown.keys("T");
    take_up(&mut unknown, &draft);
    let screen = text(&unknown.model);
    assert!(screen.contains("has no field here now: interval hour_utc") || body(&unknown) != wanted, "{screen}");
    assert!(
        ctrl(&mut unknown, 's').iter().all(|effect| !matches!(effect, Effect::Automations(_))),
        "{}",
        note(&unknown)
    );
    tell(&mut unknown, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    assert_eq!(body(&unknown), wanted);
    let effects = ctrl(&mut unknown, 's');
    judged(&mut unknown, &effects);
    let order = acting(&yes(&mut unknown));
    assert_eq!(order.body().unwrap(), wanted);
    let now = automation("a1", nightly(), 2);
    let done = tell(&mut unknown, Told::Acted { order: Box::new(order), result: Ok(Became::Stands(Box::new(now))) });
    assert_eq!(dropped(&done), 1, "what was sent is no draft any more");
    assert!(unknown.model.compose.drafts.is_empty());
}

#[test]
fn a_new_one_goes_on_once_what_is_offered_is_known_and_nothing_of_it_is_left_out_before() {
    let mut before = console(120, 40);
    before.keys("n");
    tell(&mut before, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    go(&mut before, "name");
    before.keys("Weekly sweep");
    go(&mut before, "Issue");
    before.keys(" ");
    go(&mut before, "types");
    before.keys(" ");
    ctrl(&mut before, 'e');
    before.happen(What::Local(Local::Edited(Ok("Sweep.\n".into()))));
    let (wanted, draft) = (body(&before), kept(&before.effects).expect("a draft"));
    assert!(wanted["triggers"]["issues"]["types"].is_array(), "{wanted}");

    let mut after = Console::full(120, 40);
    after.keys("T");
    take_up(&mut after, &draft);
    assert_eq!(body(&after)["name"], "Weekly sweep");
    ctrl(&mut after, 's');
    assert!(note(&after).contains("still being read"), "{}", note(&after));
    // Whatever is kept meanwhile has it all the same.
    go(&mut after, "name");
    let again = kept(&after.keys("s")).unwrap();
    assert_eq!(again.id, draft.id);
    tell(&mut after, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    assert_eq!(body(&after)["triggers"], wanted["triggers"]);
    let mut later = console(120, 40);
    take_up(&mut later, &again);
    tell(&mut later, Told::Offers(repo("api"), Ok(Box::new(offers()))));
    assert_eq!((&body(&later)["triggers"], &body(&later)["prompt"]), (&wanted["triggers"], &wanted["prompt"]));
    assert_eq!(body(&later)["name"], "Weekly sweeps");
}

#[test]
fn esc_keeps_a_draft_and_says_where_and_the_next_change_of_the_same_one_goes_on_with_it() {
    let mut console = console(120, 40);
    form(&mut console);
    go(&mut console, "name");
    assert!(kept(&console.keys("!")).is_some());
    console.press(Key::Esc);
    assert!(console.model.dialog.is_none() && note(&console).contains("draft is kept"), "{}", note(&console));
    assert_eq!(console.model.context(), Context::Automations);
    console.keys("e");
    assert_eq!(body(&console)["name"], "Nightly deps!");
    assert!(console.model.compose.drafts.is_empty() && note(&console).contains("goes on"), "{}", note(&console));
    // As it was at first there is nothing to go on with.
    go(&mut console, "name");
    let effects = console.press(Key::Backspace);
    assert_eq!((dropped(&effects), kept(&effects)), (1, None));
    console.press(Key::Esc);
    assert!(console.model.compose.drafts.is_empty());
    // What is written is kept: nothing stands in the way of leaving.
    console.keys("e");
    go(&mut console, "name");
    console.keys("!");
    console.happen(What::Key(Chord::ctrl('c')));
    assert!(!text(&console.model).contains("An automation is being written"), "{}", text(&console.model));
}

#[test]
fn the_list_says_what_a_draft_is_about_and_throws_it_away() {
    let mut console = console(100, 40);
    form(&mut console);
    go(&mut console, "model");
    console.keys("-fast");
    console.press(Key::Esc);
    console.press(Key::Esc);
    console.keys("n");
    console.keys("g");
    let screen = text(&console.model);
    assert!(
        screen.contains("change of automation “Nightly deps”") && screen.contains("model: claude-sonnet-4.6-fast"),
        "{screen}"
    );
    assert_eq!(dropped(&console.keys("x")), 0);
    assert!(text(&console.model).contains("Throw this draft away?"));
    console.wait(TimeDelta::milliseconds(300));
    assert_eq!(dropped(&console.keys("y")), 1);
    assert!(!text(&console.model).contains("Nightly deps"));
}

#[test]
fn what_looks_like_a_secret_is_in_no_draft_and_its_form_asks_before_it_goes() {
    for secret in ["ghp_0123456789abcdefABCD", "https://me:hunter2@mcp.example/sse", "password=hunter2"] {
        let mut console = console(120, 40);
        form(&mut console);
        go(&mut console, "description");
        console.happen(What::Paste(secret.into()));
        assert_eq!(kept(&console.effects), None, "{secret}");
        assert!(!console.happen(What::Key(Chord::ctrl('c'))).contains(&Effect::Quit));
        assert!(text(&console.model).contains("looks like a secret"), "{}", text(&console.model));
        console.wait(TimeDelta::seconds(1));
        console.keys("n");
        console.press(Key::Esc);
        assert!(text(&console.model).contains("Throw it away?"));
        yes(&mut console);
        assert!(desk(&console).form.is_none() && console.model.compose.drafts.is_empty());
    }
    // So is one that was there before anything was typed.
    for (name, secret) in [("hook", "https://me:hunter2@moon.example"), ("password", "hunter2")] {
        let mut said = nightly();
        said["triggers"]["moon_phase"]["within"][name] = json!(secret);
        let mut console = with(said, 120, 40);
        form(&mut console);
        go(&mut console, "description");
        console.keys("!");
        assert_eq!(kept(&console.effects), None, "{name}");
    }
    // A prompt may speak of tokens.
    let mut said = nightly();
    said["prompt"] = json!("Token: read it from the vault, send it as a bearer header.");
    let mut console = with(said, 120, 40);
    form(&mut console);
    go(&mut console, "description");
    assert!(kept(&console.keys("!")).is_some());
}

#[test]
fn a_draft_of_one_that_was_edited_since_goes_on_over_it_and_names_what_both_changed() {
    let mut before = console(120, 40);
    form(&mut before);
    go(&mut before, "model");
    before.keys("-fast");
    let draft = kept(&before.effects).unwrap();
    let mut said = nightly();
    said["model"] = json!("gpt-5.2");
    said["description"] = json!("Two crates.");
    let mut after = with(said, 120, 40);
    let other = automation("a1", desk_said(&after), 7);
    after.good(Source::Automation(other.at.clone()), News::Automation(Some(Box::new(other))));
    take_up(&mut after, &draft);
    assert_eq!(body(&after), json!({"model": "claude-sonnet-4.6-fast", "expected_revision_id": "r7"}));
    assert!(note(&after).contains("changed there too"), "{}", note(&after));
}

fn desk_said(console: &Console) -> Value {
    let known = console.model.world.automations.of(&repo("api"), &AutomationId::new("a1")).unwrap();
    known.automation.definition().unwrap().create_body()
}

#[test]
fn a_draft_that_may_have_been_sent_says_so_after_a_crash() {
    let mut console = console(120, 40);
    form(&mut console);
    go(&mut console, "model");
    console.keys("-fast");
    let effects = ctrl(&mut console, 's');
    judged(&mut console, &effects);
    let order = acting(&yes(&mut console));
    let fault = Fault::new(FaultKind::UnknownOutcome, "the answer was lost", "look at it");
    let result = Err(NotDone { fault, judged: None, edited: None });
    let effects = console.happen(What::Op(Op::Automations(Box::new(Told::Acted { order: Box::new(order), result }))));
    let draft = kept(&effects).unwrap();
    assert!(draft.maybe_started);
    let mut after = crate::governing::console(120, 40);
    take_up(&mut after, &draft);
    assert!(text(&after.model).contains("it may have been done"), "{}", text(&after.model));
}
