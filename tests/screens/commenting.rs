//! Comments that are being written: every key is kept, what was kept is found at its place and in the list, and it is gone
//! once it is there.

use atc::console::Effect;
use atc::console::event::{Local, Op, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::reviews::{News as Told, Wish};
use atc::console::state::compose::Draft;
use atc::domain::follow_up::{Comment, Step, Told as Followed};
use atc::domain::{Fault, FaultKind, TaskId};
use atc::text::{Safe, Untrusted};
use chrono::TimeDelta;

use crate::drafting::{dropped, kept};
use crate::draw::text;
use crate::governing::{note, yes};
use crate::world::{Console, settings};

/// The next start finds these.
fn found(console: &mut Console, drafts: &[&Draft]) {
    let read_back = |draft: &&Draft| {
        let text = serde_json::to_string(draft).unwrap();
        Draft { id: draft.id, ..serde_json::from_str(&text).unwrap() }
    };
    console.happen(What::Local(Local::Drafts(drafts.iter().map(read_back).collect())));
}

/// The text to the agent of a task whose pull request is open.
fn to_the_agent(console: &mut Console) {
    console.keys("Q");
    console.select("migrate-tax");
    console.keys("f");
    assert_eq!(console.model.context(), Context::FollowUp, "{}", text(&console.model));
}

/// A comment on the first pull request of the list.
fn on_a_pull(console: &mut Console) {
    console.keys("pg");
    console.keys("c");
    assert_eq!(console.model.context(), Context::FollowUp, "{}", text(&console.model));
}

fn send(console: &mut Console) -> Vec<Effect> {
    console.happen(What::Key(Chord::ctrl('s')));
    assert!(console.model.dialog.is_some(), "{}", text(&console.model));
    yes(console)
}

fn sent_comment(effects: &[Effect]) -> Comment {
    let [Effect::KeepDraft(draft), Effect::FollowUp(comment)] = effects else { panic!("{effects:?}") };
    assert_eq!(draft.sent_as(), Some(comment.id), "kept under its intent before it is sent");
    (**comment).clone()
}

fn told(console: &mut Console, comment: &Comment, step: Step) -> Vec<Effect> {
    let told = Followed { comment: comment.id, task: comment.task.clone(), at: console.at, step };
    console.happen(What::Op(Op::FollowedUp(Box::new(told))))
}

#[test]
fn every_key_of_a_comment_is_kept_and_one_that_says_nothing_is_no_draft() {
    let mut console = Console::full(80, 24);
    to_the_agent(&mut console);
    let one = kept(&console.keys("a")).expect("a draft");
    let two = kept(&console.happen(What::Paste(Untrusted::from("b\u{1b}[31m c")))).expect("a draft");
    assert_eq!((one.prompt.as_str(), two.prompt.as_str()), ("@copilot a", "@copilot ab c"));
    assert!(note(&console).contains("left out"), "{}", note(&console));
    assert_eq!(one.id, two.id);
    let on = two.comment.as_ref().unwrap();
    assert_eq!((on.number, on.task.as_deref()), (1288, Some("migrate-tax")));
    assert_eq!(two.repo.as_ref().unwrap().to_string(), "acme/billing");
    assert!(console.press(Key::Left).is_empty(), "the cursor alone is nothing to keep");
    console.press(Key::End);
    for _ in 0.."ab c".len() - 1 {
        assert!(kept(&console.press(Key::Backspace)).is_some());
    }
    assert_eq!(dropped(&console.press(Key::Backspace)), 1, "the agent's name alone says nothing");
    console.press(Key::Esc);
    assert!(console.model.compose.drafts.is_empty());
}

#[test]
fn what_an_earlier_run_kept_is_found_at_its_place_and_in_the_list() {
    let mut before = Console::full(80, 24);
    to_the_agent(&mut before);
    let agent = kept(&before.keys("round half-even")).unwrap();
    before.press(Key::Esc);
    on_a_pull(&mut before);
    let pull = kept(&before.keys("who owns this?")).unwrap();

    let mut console = Console::full(80, 24);
    let prompt = Draft { id: uuid::Uuid::from_u128(5), prompt: "Fix it".into(), ..Draft::default() };
    found(&mut console, &[&agent, &pull, &prompt]);
    assert!(note(&console).contains("3 unsent drafts were kept"), "{}", note(&console));
    to_the_agent(&mut console);
    let screen = text(&console.model);
    assert!(screen.contains("@copilot round half-even") && screen.contains("goes on where it was left"), "{screen}");
    assert_eq!(kept(&console.keys("!")).unwrap().id, agent.id, "it goes on as the same");
    console.press(Key::Esc);
    on_a_pull(&mut console);
    assert!(text(&console.model).contains("who owns this?"));
    console.press(Key::Esc);
    console.wait(TimeDelta::seconds(9));
    console.keys("n");
    assert_eq!(console.model.context(), Context::Templates);
    insta::assert_snapshot!("list_of_drafts", text(&console.model));

    console.keys("gj");
    console.press(Key::Enter);
    let screen = text(&console.model);
    assert!(screen.contains("@copilot round half-even!"), "{screen}");
    assert_eq!(console.model.compose.drafts.len(), 2, "what is open is not in the list");
    console.press(Key::Esc);
    console.keys("g");
    console.press(Key::Esc);
    assert_eq!(console.model.compose.drafts.len(), 3);
}

#[test]
fn a_comment_is_a_draft_until_it_is_there() {
    let mut console = Console::full(80, 24);
    to_the_agent(&mut console);
    console.keys("go on");
    let comment = sent_comment(&send(&mut console));
    assert!(console.model.compose.drafts[0].is_on_its_way());
    console.keys("f");
    let follow = console.model.compose.follow_up.as_ref().unwrap();
    assert_eq!(follow.editor.text(), "@copilot ", "what is on its way is not offered to be sent twice");
    console.press(Key::Esc);
    console.keys("n");
    console.keys("g");
    assert!(text(&console.model).contains("being sent · to the agent on #1288"), "{}", text(&console.model));
    console.press(Key::Enter);
    console.keys("x");
    assert_eq!(console.model.compose.drafts.len(), 1, "nothing is done to it now");

    let fault = |kind| Fault::new(kind, "no", "wait");
    let effects = told(&mut console, &comment, Step::Refused(fault(FaultKind::Permission)));
    assert_eq!(kept(&effects).unwrap().sent_as(), None);
    to_the_agent(&mut console);
    let comment = sent_comment(&send(&mut console));
    told(&mut console, &comment, Step::Unknown(fault(FaultKind::UnknownOutcome)));
    let kept_now = &console.model.compose.drafts[0];
    assert!(kept_now.maybe_started && kept_now.sent_as() == Some(comment.id));
    let effects = told(&mut console, &comment, Step::Written);
    assert_eq!((dropped(&effects), console.model.compose.drafts.len()), (1, 0));
    assert_eq!(dropped(&told(&mut console, &comment, Step::Began)), 0);
}

#[test]
fn what_was_found_to_be_there_goes_also_where_its_text_is_open_again_unless_it_was_changed() {
    for changed in [false, true] {
        let mut console = Console::full(80, 24);
        on_a_pull(&mut console);
        console.keys("thank you");
        let effects = send(&mut console);
        let [Effect::KeepDraft(draft), Effect::Reviews(Wish::Act(order))] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!(draft.sent_as(), Some(order.id));
        let lost = Err(Fault::new(FaultKind::UnknownOutcome, "reset", "look first"));
        let of = Told::Acted { order: order.clone(), result: lost };
        console.happen(What::Op(Op::Reviews(Box::new(of))));
        console.keys("c");
        assert!(text(&console.model).contains("thank you"), "{}", text(&console.model));
        if changed {
            console.keys(" all");
        }
        let found = if changed {
            What::Op(Op::Found { id: order.id, text: Safe::new("comment on acme/billing#1312 did happen") })
        } else {
            let result = Ok(Safe::new("it did happen"));
            What::Op(Op::Reviews(Box::new(Told::Acted { order: order.clone(), result })))
        };
        let effects = console.happen(found);
        assert_eq!(dropped(&effects), usize::from(!changed));
        assert_eq!(console.model.compose.follow_up.is_some(), changed);
        if changed {
            let draft = kept(&effects).unwrap();
            assert!(draft.prompt == "thank you all" && draft.sent_as().is_none() && !draft.maybe_started);
        }
    }
}

#[test]
fn a_draft_whose_place_is_not_there_stays_in_the_list_and_says_why() {
    let mut before = Console::full(80, 24);
    to_the_agent(&mut before);
    let draft = kept(&before.keys("go on")).unwrap();
    let mut console = Console::new(80, 24);
    found(&mut console, &[&draft]);
    assert!(note(&console).contains("an unsent comment was kept"), "{}", note(&console));
    console.keys("ng");
    console.press(Key::Enter);
    assert!(note(&console).contains("acme/billing#1288 is not known here"), "{}", note(&console));
    assert_eq!(console.model.compose.drafts.len(), 1);
    console.fill();
    console.model.settings.read_only = true;
    console.press(Key::Enter);
    assert!(console.model.compose.follow_up.is_none(), "who only reads writes no comment");
    console.model.settings.read_only = false;
    console.press(Key::Enter);
    assert!(console.model.compose.follow_up.is_some(), "{}", note(&console));
    assert_eq!(settings().read_only, console.model.settings.read_only);
}

#[test]
fn a_text_that_becomes_the_prompt_of_a_new_task_is_one_draft_all_the_way() {
    let mut console = Console::full(80, 30);
    to_the_agent(&mut console);
    let comment = kept(&console.keys("round half-even")).unwrap();
    console.press(Key::Tab);
    let effects = console.happen(What::Key(Chord::ctrl('s')));
    let prompt = kept(&effects).expect("the prompt is kept before any key in the form");
    assert!(prompt.comment.is_none() && prompt.prompt == "round half-even" && prompt.id != comment.id);
    assert!(effects.contains(&Effect::DropDraft(comment.id)) && console.model.compose.drafts.is_empty());
    console.press(Key::Esc);
    assert_eq!(console.model.compose.drafts.len(), 1);
}

#[test]
fn a_fault_said_just_before_does_not_stand_where_the_keys_of_a_comment_are() {
    let foot = |console: &Console| text(&console.model).lines().last().unwrap().to_owned();
    let mut console = Console::full(80, 24);
    console.keys("Q");
    console.select("migrate-tax");
    let say = |console: &mut Console| {
        console.happen(What::Op(Op::Note { bad: true, text: Safe::new("the disk is full") }));
    };
    say(&mut console);
    assert!(foot(&console).contains("the disk is full"));
    console.keys("f");
    assert!(foot(&console).contains("ctrl+s send"), "{}", foot(&console));
    // Nobody could have read it: it is there again, for long enough.
    console.wait(TimeDelta::seconds(5));
    console.press(Key::Esc);
    assert_eq!(console.model.queue.selected, Some(TaskId::new("migrate-tax")));
    assert!(foot(&console).contains("the disk is full"), "{}", foot(&console));
    console.wait(TimeDelta::seconds(2));
    console.keys("f");
    console.press(Key::Esc);
    assert!(!foot(&console).contains("the disk is full"), "it was read");
    // What is said while one writes is news.
    console.keys("f");
    say(&mut console);
    assert!(foot(&console).contains("the disk is full"));
}
