//! Starting, and what is kept of what was not started.

use uuid::Uuid;

use super::*;
use crate::console::event::Op;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::place::Pane;
use crate::console::update::op;
use crate::domain::{StartRequest, Task, TaskId};

fn task() -> Task {
    Task { name: "Do it".into(), ..Task::queued("t-9") }
}

/// Start, answered with Yes: the id it was sent under, and the effects.
fn send(model: &mut Model) -> (Uuid, Vec<Effect>) {
    press(model, &[Intent::Start]);
    let Some(Dialog { ask: Ask::Start(mut order), .. }) = model.dialog.take() else { panic!("no dialog") };
    let mut effects = Vec::new();
    let id = Uuid::new_v4();
    order.id = id;
    confirmed(model, order, &mut effects);
    assert_eq!(model.compose.sending, Some(id));
    (id, effects)
}

#[test]
fn start_asks_first_and_pins_the_request() {
    let mut model = filled();
    let effects = press(&mut model, &[Intent::Start]);
    assert_eq!(effects, [], "nothing is sent on the key alone");
    let dialog = model.dialog.clone().unwrap();
    assert!(!dialog.on_yes);
    let body = dialog.body.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for word in ["main", "a new branch", "automatic", "draft pull request", "Do it (minor)."] {
        assert!(body.contains(word), "{word} in {body}");
    }
    assert!(dialog.title.contains("acme/api"));
    let Ask::Start(order) = dialog.ask else { panic!() };
    assert_eq!(order.template.as_deref(), Some("t"));
    assert_eq!(
        order.request,
        StartRequest {
            repo: "acme/api".parse().unwrap(),
            prompt: "Do it (minor).".into(),
            model: None,
            custom_agent: None,
            create_pull_request: true,
            base_ref: Some("main".into()),
            head_ref: None,
        }
    );
}

#[test]
fn what_is_not_ready_is_not_asked_about_and_the_fault_gets_the_keys() {
    let mut read_only = filled();
    read_only.settings.read_only = true;
    press(&mut read_only, &[Intent::Start]);
    assert!(read_only.dialog.is_none() && note(&read_only).contains("read-only"));

    let mut missing = model();
    press(&mut missing, &[Intent::Enter, Intent::NextField, Intent::Preview, Intent::Start]);
    assert!(missing.dialog.is_none() && note(&missing).contains("what is required"));
    assert_eq!(form(&missing).focused().unwrap().id, FieldId::Variable("what".into()));
    type_in(&mut missing, "i");
    assert_eq!(note(&missing), "", "it is there now");

    let mut empty = model();
    press(&mut empty, &[Intent::Bottom, Intent::Enter, Intent::NextField, Intent::Start]);
    assert!(empty.dialog.is_none() && note(&empty).contains("empty"));
    assert!(form(&empty).focused().is_none());

    let mut placeholder = model();
    press(&mut placeholder, &[Intent::Enter]);
    go_to_prompt(&mut placeholder);
    type_in(&mut placeholder, "x");
    press(&mut placeholder, &[Intent::Start]);
    assert!(placeholder.dialog.is_none() && note(&placeholder).contains("‹what›"));

    let mut no_repo = filled();
    no_repo.settings.repos.clear();
    press(&mut no_repo, &[Intent::Back]);
    open(&mut no_repo, Some(Draft { prompt: "x".into(), ..Draft::default() }), &mut Vec::new());
    press(&mut no_repo, &[Intent::Start]);
    assert!(no_repo.dialog.is_none() && note(&no_repo).contains(":repo add"));

    let mut head = filled();
    go_to(&mut head, &FieldId::HeadRef);
    type_in(&mut head, "a b");
    press(&mut head, &[Intent::Start]);
    assert!(head.dialog.is_none() && note(&head).contains("branch name"));
}

#[test]
fn a_confirmed_start_keeps_the_draft_sends_once_and_ends_in_the_queue() {
    let mut model = filled();
    let draft = form(&model).id;
    let (id, effects) = send(&mut model);
    assert_eq!(kept(&effects), [Some("Do it (minor).".to_owned())], "kept before it is sent");
    assert!(matches!(effects.last(), Some(Effect::Start(order)) if order.id == id));

    type_in(&mut model, "more");
    let effects = press(&mut model, &[Intent::Start, Intent::Preset, Intent::NextChoice]);
    assert!(effects.is_empty() && model.dialog.is_none(), "one at a time, and what was sent stays as it is");
    assert_eq!(form(&model).prompt.text(), "Do it (minor).");

    let mut effects = Vec::new();
    started(&mut model, Uuid::nil(), &Ok(Box::new(task())), &mut effects);
    assert!(model.compose.sending.is_some(), "somebody else's answer");
    started(&mut model, id, &Ok(Box::new(task())), &mut effects);
    assert_eq!(effects, [Effect::DropDraft(draft)], "forgotten");
    assert_eq!(model.queue.selected, Some(TaskId::new("t-9")));
    assert_eq!(model.place.focus, Pane::Queue);
    assert!(model.compose.form.is_none() && model.compose.drafts.is_empty());
    assert!(note(&model).contains("Do it"));
}

#[test]
fn whether_a_pull_request_was_asked_for_is_remembered_with_the_task() {
    for (asked, branch) in [("true", ""), ("false", ""), ("true", "copilot/x")] {
        let mut model = filled();
        let (id, _) = send(&mut model);
        for field in &mut model.compose.form.as_mut().unwrap().fields {
            match field.id {
                FieldId::CreatePull => field.set(asked),
                FieldId::HeadRef => field.set(branch),
                _ => {}
            }
        }
        let started = Op::Started { request: id, result: Ok(Box::new(task())) };
        op::news(&mut model, started, &mut Vec::new());
        let known = model.world.tasks.get(&TaskId::new("t-9")).unwrap();
        // On a branch that is there already, its own pull request goes on.
        assert_eq!(known.evidence.pull_asked, asked == "true" && branch.is_empty(), "{asked} {branch}");
    }
}

#[test]
fn an_answer_does_not_pull_anybody_away_from_another_pane() {
    let mut model = filled();
    let (id, _) = send(&mut model);
    model.place.focus = Pane::Reviews;
    started(&mut model, id, &Ok(Box::new(task())), &mut Vec::new());
    assert_eq!(model.place.focus, Pane::Reviews);
}

#[test]
fn a_refused_start_stays_in_the_form_with_what_to_do_next() {
    let mut model = filled();
    let (id, _) = send(&mut model);
    let fault = Fault::new(FaultKind::Permission, "403", "ask for the permission");
    started(&mut model, id, &Err(fault.clone()), &mut Vec::new());
    assert_eq!(form(&model).fault, Some(fault));
    assert!(!form(&model).maybe_started && note(&model).contains("ask for the permission"));
    assert_eq!(model.place.focus, Pane::Compose);
    let (_, effects) = send(&mut model);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Start(_))), "may be tried again by hand");
}

#[test]
fn an_unknown_outcome_is_never_sent_again_by_itself_and_is_remembered() {
    let mut model = filled();
    let (id, _) = send(&mut model);
    let mut effects = Vec::new();
    let fault = Fault::new(FaultKind::UnknownOutcome, "no answer", "look at the queue");
    started(&mut model, id, &Err(fault), &mut effects);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Start(_))));
    assert!(note(&model).contains("may have happened"));
    let Some(Effect::KeepDraft(draft)) = effects.first() else { panic!("{effects:?}") };
    assert!(draft.maybe_started);
    press(&mut model, &[Intent::Back, Intent::Enter, Intent::Start]);
    let dialog = model.dialog.unwrap();
    assert!(dialog.body[0].contains("may have happened"), "{:?}", dialog.body);
}

#[test]
fn every_key_is_kept_and_so_is_what_the_editor_left() {
    let mut model = model();
    press(&mut model, &[Intent::Enter]);
    let effects = type_in(&mut model, "xyz");
    assert_eq!(kept(&effects), ["x", "xy", "xyz"].map(|what| Some(format!("Do {what} (minor)."))));
    let mut effects = Vec::new();
    edited(&mut model, Ok(Untrusted::from("Mine")), &mut effects);
    assert_eq!(kept(&effects), [Some("Mine".to_owned())]);
    for leave in [Intent::NextPane, Intent::Quit] {
        let mut effects = Vec::new();
        assert!(!intent(&mut model, leave, &mut effects), "where to go is not ours to say");
        assert_eq!(kept(&effects), [], "nothing new, nothing kept");
    }
}

#[test]
fn every_form_is_a_draft_of_its_own_and_goes_on_as_the_same() {
    let mut model = filled();
    let first = form(&model).id;
    press(&mut model, &[Intent::Back, Intent::Down, Intent::Enter]);
    type_in(&mut model, "other");
    let second = form(&model).id;
    assert!(!first.is_nil() && first != second);
    press(&mut model, &[Intent::Back]);
    let ids: Vec<Uuid> = model.compose.drafts.iter().map(|draft| draft.id).collect();
    assert_eq!(ids, [second, first]);
    press(&mut model, &[Intent::Down, Intent::Enter]);
    let effects = type_in(&mut model, "!");
    assert_eq!(form(&model).id, first);
    let [Effect::KeepDraft(draft)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(draft.id, first);
    press(&mut model, &[Intent::Back]);
    press(&mut model, &[Intent::Cancel]);
    assert!(matches!(&model.dialog, Some(Dialog { ask: Ask::DropDraft(id), .. }) if *id == first));
    let mut effects = Vec::new();
    forgotten(&mut model, first, &mut effects);
    assert_eq!(effects, [Effect::DropDraft(first)]);
    assert_eq!(model.compose.drafts.len(), 1);
}

#[test]
fn back_keeps_the_draft_and_the_list_goes_on_with_it() {
    let mut model = filled();
    go_to_prompt(&mut model);
    type_in(&mut model, "Mine: ");
    go_to(&mut model, &FieldId::BaseRef);
    for _ in 0..4 {
        key(&mut model, Chord::plain(Key::Backspace), &mut Vec::new());
    }
    let effects = press(&mut model, &[Intent::Back]);
    assert_eq!(effects, [Effect::LookForTemplates], "the draft is on disk since its last key");
    assert!(note(&model).contains("kept"));
    assert!(matches!(model.compose.selected(), Row::Draft(_)));
    press(&mut model, &[Intent::Enter]);
    let form = form(&model);
    assert_eq!((form.prompt.text().as_str(), form.edited), ("Mine: Do it (minor).", true));
    assert_eq!(form.value(&FieldId::Variable("what".into())), "it");
    assert_eq!(form.value(&FieldId::BaseRef), "", "a cleared default stays cleared");
    press(&mut model, &[Intent::Back, Intent::Back]);
    assert_eq!(model.place.focus, Pane::Queue);
    assert_eq!(model.compose.drafts.len(), 1);
}

#[test]
fn a_draft_whose_prompt_follows_the_fields_goes_on_in_the_fields() {
    let mut model = filled();
    press(&mut model, &[Intent::Back]);
    press(&mut model, &[Intent::Enter]);
    assert!(!form(&model).edited);
    assert_eq!(form(&model).focused().map(|field| field.id.clone()), Some(FieldId::Variable("what".into())));
    type_in(&mut model, " all");
    assert_eq!(form(&model).prompt.text(), "Do it all (minor).", "a letter does not part the prompt from the fields");
}

#[test]
fn a_form_nobody_touched_leaves_nothing_behind() {
    let mut model = model();
    let effects = press(&mut model, &[Intent::Enter, Intent::NextField, Intent::Back]);
    assert_eq!(kept(&effects), []);
    assert!(model.compose.drafts.is_empty());
}

#[test]
fn a_draft_found_at_start_stands_first_and_can_be_thrown_away() {
    let mut model = model();
    drafts(&mut model, vec![Draft::default()]);
    assert!(model.compose.drafts.is_empty(), "an empty one is none");
    drafts(&mut model, vec![Draft { prompt: "Old".into(), ..Draft::default() }]);
    assert!(note(&model).contains("unsent"));
    let mut effects = press(&mut model, &[Intent::Cancel]);
    assert_eq!((kept(&effects), model.compose.drafts.len()), (vec![], 1), "not before a yes");
    let Some(Ask::DropDraft(id)) = model.dialog.take().map(|dialog| dialog.ask) else { panic!("no question") };
    forgotten(&mut model, id, &mut effects);
    assert_eq!(kept(&effects), [None]);
    assert!(model.compose.drafts.is_empty());
    assert!(!intent(&mut model, Intent::Cancel, &mut Vec::new()), "a template is not thrown away");
}

#[test]
fn a_retry_and_a_follow_up_open_with_what_the_task_gave() {
    let mut model = filled();
    let prefill = Draft {
        repo: "other/repo".parse().ok(),
        prompt: "Go on\u{202e}\u{1b}[31m now".into(),
        base_ref: Some("main".into()),
        head_ref: Some("copilot/x".into()),
        create_pull_request: Some(false),
        ..Draft::default()
    };
    let mut effects = Vec::new();
    open(&mut model, Some(prefill), &mut effects);
    assert_eq!(model.compose.drafts[0].prompt, "Do it (minor).", "the form that was open is not lost");
    let request = form(&model).request().unwrap();
    assert_eq!(request.repo.as_str(), "other/repo");
    assert_eq!(request.prompt, "Go on now", "only what can be seen is sent");
    assert!(note(&model).contains("2 control or invisible"), "{}", note(&model));
    assert_eq!((request.base_ref.as_deref(), request.head_ref.as_deref()), (Some("main"), Some("copilot/x")));
    assert!(!request.create_pull_request && form(&model).focused().is_none());
    assert_eq!(form(&model).fault_count(), 0);
}

#[test]
fn a_draft_of_a_template_that_is_gone_keeps_its_prompt() {
    let mut model = model();
    let lost = Draft { template: Some("gone".into()), prompt: "Still here".into(), ..Draft::default() };
    open(&mut model, Some(lost), &mut Vec::new());
    assert_eq!(form(&model).prompt.text(), "Still here");
    assert!(note(&model).contains("gone"));
}

#[test]
fn a_draft_survives_the_disk() {
    let mut model = filled();
    go_to_prompt(&mut model);
    type_in(&mut model, "日本\n");
    let draft = Draft { id: Uuid::nil(), ..form(&model).to_draft() };
    let text = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft, "its id is the name of its file");
    let old: Draft = serde_json::from_str(r#"{"prompt":"x","repo":null,"template":null,"values":[]}"#).unwrap();
    assert_eq!(old.prompt, "x", "fields that came later are not needed");
}

#[test]
fn a_start_that_turns_out_to_have_happened_is_said_and_moves_no_cursor() {
    let mut model = model();
    let claimed_at = model.now - chrono::TimeDelta::minutes(4);
    let before = model.queue.selected.clone();
    op::news(&mut model, Op::Settled { claimed_at, task: Box::new(task()) }, &mut Vec::new());
    assert!(note(&model).contains("4m ago in acme/api had happened: Do it"), "{}", note(&model));
    assert!(model.world.tasks.get(&TaskId::new("t-9")).is_some());
    assert_eq!(model.queue.selected, before);
}

mod gate {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::console::update::key;
    use crate::domain::policy::{Fact, Facts, InForce, Key as Limit, PastStart, Policy, Rule, Says};
    use crate::domain::{Session, SessionId, State};

    /// The filled form, its repository weighed under what is said everywhere.
    fn weighed(says: Says, facts: Facts) -> Model {
        weigh(filled(), says, facts)
    }

    fn weigh(mut model: Model, says: Says, facts: Facts) -> Model {
        let policy = Policy { everywhere: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
        let facts = Box::new(Facts { at: Some(model.now), ..facts });
        let policy = Arc::new(InForce::of(policy));
        op::news(&mut model, Op::Weighed { repo: "acme/api".parse().unwrap(), facts, policy }, &mut Vec::new());
        model
    }

    fn answer(model: &mut Model, text: &str) -> Vec<Effect> {
        model.now += TimeDelta::seconds(1);
        let mut effects = Vec::new();
        for c in text.chars() {
            key::pressed(model, Chord::char(c), &mut effects);
        }
        key::pressed(model, Chord::plain(Key::Enter), &mut effects);
        effects
    }

    fn order(effects: &[Effect]) -> Option<&crate::domain::start::Order> {
        effects.iter().find_map(|effect| match effect {
            Effect::Start(order) => Some(&**order),
            _ => None,
        })
    }

    #[test]
    fn a_refusal_is_named_and_nothing_is_asked() {
        let mut model = weighed(
            Says { open_pulls: Some(4), ..Says::default() },
            Facts { pulls: Fact::Known(4), ..Facts::default() },
        );
        press(&mut model, &[Intent::Start]);
        assert!(model.dialog.is_none());
        assert!(note(&model).contains("refused: 4 of 4 open PRs (rule `team`)"), "{}", note(&model));
    }

    #[test]
    fn a_reason_is_typed_before_yes_counts_and_goes_with_the_start() {
        let says = Says { open_pulls: Some(4), reason_beyond: Some(vec![Limit::OpenPulls]), ..Says::default() };
        let facts = Facts { pulls: Fact::Known(4), ..Facts::default() };
        let mut model = weighed(says.clone(), facts.clone());
        press(&mut model, &[Intent::Start]);
        assert!(model.dialog.as_ref().unwrap().body[0].contains("needs a reason"));
        assert_eq!(answer(&mut model, "y"), [], "a letter is a letter");
        assert_eq!(order(&answer(&mut model, " release waits")).unwrap().reason.as_deref(), Some("y release waits"));
    }

    #[test]
    fn what_is_under_way_already_is_shown_and_must_be_confirmed() {
        let prompt = form(&filled()).request().unwrap().prompt;
        let start = PastStart {
            age: TimeDelta::minutes(4),
            repo: "acme/api".parse().unwrap(),
            prompt_hash: Some(Sha256::digest(prompt.as_bytes()).into()),
            ticket: None,
            task: None,
            rejected: false,
        };
        let mut model = weighed(Says::default(), Facts { starts: Fact::Known(vec![start]), ..Facts::default() });
        press(&mut model, &[Intent::Start]);
        let shown = model.dialog.as_ref().unwrap().body[0].to_string();
        assert!(shown.contains("the same prompt may have been started, 4 min ago"), "{shown}");
        assert!(order(&answer(&mut model, "y")).is_none());
        model.dialog.as_mut().unwrap().typed.clear();
        assert!(order(&answer(&mut model, "again")).unwrap().again);
    }

    #[test]
    fn the_same_ticket_with_another_prompt_is_a_duplicate_too() {
        let text = TEMPLATE.replace("title = \"T\"\n", "title = \"T\"\nticket = \"OPS-{{ what }}\"\n");
        let mut model = model();
        templates(&mut model, vec![Template::parse("t.md", &text).unwrap()], Vec::new());
        press(&mut model, &[Intent::Enter]);
        type_in(&mut model, "12");
        let start = PastStart {
            age: TimeDelta::minutes(4),
            repo: "acme/api".parse().unwrap(),
            prompt_hash: Some([7; 32]),
            ticket: Some("OPS-12".to_owned()),
            task: None,
            rejected: false,
        };
        let facts = Facts { starts: Fact::Known(vec![start]), ..Facts::default() };
        let mut model = weigh(model, Says::default(), facts);
        press(&mut model, &[Intent::Start]);
        let dialog = model.dialog.as_ref().unwrap();
        assert!(dialog.body[0].contains("the same ticket") && dialog.word.is_some(), "{:?}", dialog.body);
        assert!(order(&answer(&mut model, "again")).unwrap().again);
    }

    #[test]
    fn the_same_prompt_of_a_known_task_is_a_duplicate_too() {
        let mut model = filled();
        let prompt = form(&model).request().unwrap().prompt;
        let session = Session {
            beyond: crate::domain::SessionBeyond::default(),
            id: SessionId::new("s"),
            state: State::InProgress,
            name: None,
            prompt: Some(prompt.as_str().into()),
            model: None,
            head_ref: None,
            base_ref: None,
            created_at: Instant::UNIX_EPOCH,
            updated_at: None,
            completed_at: None,
            usage: None,
            error: None,
            run: None,
        };
        crate::console::update::net::merge_task(&mut model, Task { sessions: Some(vec![session]), ..task() });
        press(&mut model, &[Intent::Start]);
        assert!(model.dialog.as_ref().unwrap().body[0].contains("task t-9"));
        assert!(order(&answer(&mut model, "again")).unwrap().again);
    }

    #[test]
    fn read_only_asks_for_nothing() {
        let mut model = model();
        model.settings.read_only = true;
        let effects = press(&mut model, &[Intent::Enter]);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Weigh(_))), "{effects:?}");
    }
}

#[test]
fn a_template_for_other_repositories_starts_nothing_here_and_its_ticket_goes_along() {
    let text =
        TEMPLATE.replace("title = \"T\"\n", "title = \"T\"\nrepos = [\"acme/bill*\"]\nticket = \"OPS-{{ what }}\"\n");
    let mut model = model();
    templates(&mut model, vec![Template::parse("t.md", &text).unwrap()], Vec::new());
    press(&mut model, &[Intent::Enter]);
    type_in(&mut model, "12");
    press(&mut model, &[Intent::Start]);
    assert!(model.dialog.is_none());
    assert!(note(&model).contains("acme/bill*"), "{}", note(&model));
    assert_eq!(form(&model).focused().unwrap().id, FieldId::Repo);
    press(&mut model, &[Intent::NextChoice, Intent::Start]);
    let Some(Dialog { ask: Ask::Start(order), body, .. }) = model.dialog.take() else { panic!() };
    assert_eq!((order.template.as_deref(), order.ticket.as_deref()), (Some("t"), Some("OPS-12")));
    assert_eq!(order.template_hash, Some(Template::parse("t.md", &text).unwrap().hash));
    assert!(body.iter().any(|line| line.contains("OPS-12")));
}

/// Six forms, each with a word that JSON has its own way with.
#[test]
fn the_preview_is_to_the_letter_the_request_that_is_asked_about() {
    let texts = ["it", "\"it\" \\ once", "übergröße 👩\u{200d}💻", "a/b <c> & 'd'", "tab\there", "{{ it }}"];
    for text in texts {
        let mut model = model();
        press(&mut model, &[Intent::Enter]);
        type_in(&mut model, text);
        press(&mut model, &[Intent::Preview]);
        let shown = form(&model).preview_rows(100_000).join("\n");
        let effects = press(&mut model, &[Intent::Preview, Intent::Start]);
        assert!(!effects.iter().any(Effect::writes), "{text}: looking sends nothing");
        let Some(Dialog { ask: Ask::Start(order), .. }) = model.dialog.take() else { panic!("{text}: no dialog") };
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown, order.request.body(), "{text}");
    }
}
