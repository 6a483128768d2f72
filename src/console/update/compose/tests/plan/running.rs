//! What becomes of each row.

use super::*;

#[test]
fn every_row_ends_with_its_own_result_and_the_draft_outlives_what_is_not_done() {
    let mut model = weighed(&NAMES[..5]);
    keys(&mut model, &[Chord::ctrl('s')]);
    let effects = keys(&mut model, &[Chord::char('y')]);
    let Some(Effect::KeepDraft(kept)) = effects.first() else { panic!("{effects:?}") };
    let id = sent(&effects).unwrap().id;
    assert_eq!(kept.plan, Some(id), "kept before it is sent, with what it is sent as");
    assert_eq!(standings(&model), [Standing::Waiting; 5]);
    row(&mut model, id, "acme/api", Turn::Sending);
    assert_eq!(plan(&model).progress(), (0, 5));
    row(&mut model, id, "acme/api", started("acme/api"));
    row(&mut model, id, "acme/billing", Turn::Refused(Safe::new("refused: 3 of 3 active")));
    row(&mut model, id, "acme/docs", Turn::Unknown(Safe::new("no answer")));
    row(&mut model, id, "acme/mobile", Turn::Rejected(Safe::new("401")));
    assert_eq!(plan(&model).progress(), (4, 5));
    row(&mut model, id, "acme/web", Turn::NotSent(Safe::new("401")));
    let effects = end(&mut model, id, Some("401"));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::DropDraft(_))), "there is something left");
    let said = note(&model);
    assert!(said.contains("1 started, 1 refused, 1 rejected, 1 unknown, 1 not sent — 401"), "{said}");
    let known = model.world.tasks.get(&TaskId::new("t-api")).unwrap();
    assert!(known.evidence.pull_asked, "the task is in the queue at once");
    assert_eq!(asked(&effects), 4, "what is left is weighed anew, for the counts have changed");
}

#[test]
fn the_rest_goes_under_the_same_id_and_never_what_may_have_started() {
    let mut model = weighed(&NAMES[..4]);
    let first = go(&mut model);
    row(&mut model, first.id, "acme/api", started("acme/api"));
    row(&mut model, first.id, "acme/billing", Turn::Unknown(Safe::new("no answer")));
    row(&mut model, first.id, "acme/docs", Turn::Rejected(Safe::new("401")));
    row(&mut model, first.id, "acme/mobile", Turn::NotSent(Safe::new("401")));
    end(&mut model, first.id, Some("401"));
    for name in ["acme/docs", "acme/mobile"] {
        let facts = facts(&model, 1);
        tell(&mut model, name, facts);
    }
    let facts = duplicate(&model, "acme/billing");
    tell(&mut model, "acme/billing", facts);
    let second = go(&mut model);
    assert_eq!((second.id, repos_of(&second)), (first.id, vec!["acme/docs", "acme/mobile"]));
    let ids = |plan: &Plan| plan.orders.iter().map(|order| order.id).collect::<Vec<_>>();
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)), "an intent of its own each time");
    for name in ["acme/docs", "acme/mobile"] {
        row(&mut model, second.id, name, started(name));
    }
    end(&mut model, second.id, None);
    let facts = duplicate(&model, "acme/billing");
    tell(&mut model, "acme/billing", facts);
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.dialog.is_none() && note(&model).contains("no row would be sent"), "{}", note(&model));
    keys(&mut model, &[Chord::char('g'), Chord::char('j'), Chord::char(' ')]);
    let third = go(&mut model);
    assert!(third.orders[0].again && repos_of(&third) == ["acme/billing"], "a person wants it again");
    row(&mut model, third.id, "acme/billing", started("acme/billing"));
    let draft = form(&model).id;
    let effects = end(&mut model, third.id, None);
    assert!(effects.contains(&Effect::DropDraft(draft)), "all are tasks: nothing is left to be kept");
    assert!(model.compose.form.is_none() && plan(&model).is_done());
}

#[test]
fn it_goes_on_while_somebody_is_elsewhere_and_the_table_comes_back() {
    let mut model = weighed(&NAMES[..3]);
    let sent = go(&mut model);
    row(&mut model, sent.id, "acme/api", started("acme/api"));
    esc(&mut model);
    assert_eq!(model.place.focus, Pane::Queue);
    assert!(note(&model).contains("plan 1/3 goes on"), "{}", note(&model));
    row(&mut model, sent.id, "acme/billing", started("acme/billing"));
    assert_eq!(model.place.focus, Pane::Queue, "news pull nobody away");
    typed(&mut model, ":plan");
    enter(&mut model);
    assert_eq!((model.place.focus, model.compose.context()), (Pane::Compose, Context::Plan));
    keys(&mut model, &[Chord::char('j'), Chord::plain(Key::Enter)]);
    assert_eq!(model.place.focus, Pane::Queue);
    assert_eq!(model.queue.selected, Some(TaskId::new("t-billing")));
}

#[test]
fn stopping_asks_once_and_the_form_stays_as_it_was_sent() {
    let mut model = weighed(&NAMES[..3]);
    assert_eq!(typed(&mut model, "x"), [], "nothing is under way");
    let sent = go(&mut model);
    assert_eq!(typed(&mut model, "x"), [Effect::StopPlan(sent.id)]);
    assert_eq!(typed(&mut model, "x"), [], "once");
    typed(&mut model, " ");
    assert!(note(&model).contains("under way"), "{}", note(&model));
    row(&mut model, sent.id, "acme/api", started("acme/api"));
    row(&mut model, sent.id, "acme/billing", Turn::NotSent(Safe::new("stopped here")));
    row(&mut model, sent.id, "acme/docs", Turn::NotSent(Safe::new("stopped here")));
    end(&mut model, sent.id, Some("stopped here"));
    esc(&mut model);
    let before = form(&model).prompt.text();
    go_to_prompt(&mut model);
    type_in(&mut model, "more");
    edited(&mut model, Ok(Untrusted::from("Mine")), &mut Vec::new());
    assert_eq!(form(&model).prompt.text(), before, "the rest is to be the same");
    keys(&mut model, &[Chord::ctrl('s')]);
    assert_eq!(model.compose.context(), Context::Plan);
}

#[test]
fn quitting_asks_while_it_is_under_way() {
    let mut model = weighed(&NAMES[..3]);
    let sent = go(&mut model);
    row(&mut model, sent.id, "acme/api", started("acme/api"));
    let effects = typed(&mut model, "q");
    assert!(!effects.contains(&Effect::Quit));
    let body = model.dialog.as_ref().unwrap().body[0].to_string();
    assert!(body.contains("1 of 3 rows are over") && body.contains("can be sent later"), "{body}");
}

#[test]
fn two_plans_never_run_at_once() {
    let mut model = weighed(&NAMES[..3]);
    let sent = go(&mut model);
    keys(&mut model, &[Chord::plain(Key::Esc), Chord::char('n'), Chord::char('j')]);
    assert_eq!(model.compose.context(), Context::Templates);
    enter(&mut model);
    type_in(&mut model, "other");
    keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
    enter(&mut model);
    assert!(note(&model).contains("another plan is under way"), "{}", note(&model));
    assert_eq!(plan(&model).id, Some(sent.id));
    for name in &NAMES[..3] {
        row(&mut model, sent.id, name, started(name));
    }
    let effects = end(&mut model, sent.id, None);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::DropDraft(_))));
    assert!(model.compose.drafts.is_empty() && model.compose.form.is_some(), "the other form stays");
}

#[test]
fn a_pause_of_the_service_is_said_and_ends_with_the_next_row() {
    let mut model = weighed(&NAMES[..3]);
    let sent = go(&mut model);
    let until = model.now + TimeDelta::seconds(60);
    let holds = PlanNews::Holds { until, why: Safe::new("too many requests") };
    news(&mut model, Op::Plan { plan: sent.id, news: holds });
    assert_eq!(plan(&model).holds.as_ref().unwrap().0, until);
    row(&mut model, sent.id, "acme/billing", Turn::Sending);
    assert!(plan(&model).holds.is_none());
}

#[test]
fn news_of_another_plan_change_no_row() {
    let mut model = weighed(&NAMES[..3]);
    go(&mut model);
    row(&mut model, Uuid::from_u128(9), "acme/api", started("acme/api"));
    end(&mut model, Uuid::from_u128(9), None);
    assert_eq!(standings(&model), [Standing::Waiting; 3]);
    assert!(model.world.tasks.get(&TaskId::new("t-api")).is_some(), "its task is a task all the same");
}

#[test]
fn the_table_that_comes_back_is_that_of_the_form_as_it_is_now() {
    let mut model = weighed(&NAMES[..3]);
    esc(&mut model);
    go_to(&mut model, &FieldId::Variable("what".into()));
    type_in(&mut model, "!");
    model.place.focus = Pane::Queue;
    typed(&mut model, ":plan");
    enter(&mut model);
    assert_eq!(plan(&model).order.request.prompt, "Do it! (minor).");
    esc(&mut model);
    go_to(&mut model, &FieldId::Repo);
    press(&mut model, &[Intent::NextChoice]);
    model.place.focus = Pane::Queue;
    typed(&mut model, ":plan");
    enter(&mut model);
    assert!(model.compose.plan.is_none() && note(&model).contains("there is no plan"), "{}", note(&model));
}

#[test]
fn a_plan_whose_draft_is_thrown_away_is_gone() {
    let mut model = weighed(&NAMES[..3]);
    esc(&mut model);
    esc(&mut model);
    assert_eq!(model.compose.context(), Context::Templates);
    typed(&mut model, "x");
    let Some(Ask::DropDraft(id)) = model.dialog.take().map(|dialog| dialog.ask) else { panic!("no question") };
    assert!(model.compose.plan.is_some());
    forgotten(&mut model, id, &mut Vec::new());
    assert!(model.compose.plan.is_none() && model.compose.drafts.is_empty());
}

#[test]
fn a_click_goes_to_a_row_and_a_second_one_to_its_task() {
    use crate::console::event::{Mouse, MouseKind};
    let mut model = weighed(&NAMES[..3]);
    let sent = go(&mut model);
    row(&mut model, sent.id, "acme/billing", started("acme/billing"));
    let area = model.place.panes().compose.unwrap();
    for focus in [Pane::Compose, Pane::Queue] {
        // The title, the headings, the first row.
        let mouse = Mouse { kind: MouseKind::Click, column: 5, row: area.y + 3 };
        let at = model.now;
        update(&mut model, Event { at, what: What::Mouse(mouse) });
        assert_eq!((plan(&model).cursor, model.place.focus), (1, focus));
    }
}

#[test]
fn a_row_that_may_have_started_and_did_is_told_so() {
    let mut model = weighed(&NAMES[..2]);
    let sent = go(&mut model);
    row(&mut model, sent.id, "acme/api", started("acme/api"));
    row(&mut model, sent.id, "acme/billing", Turn::Unknown(Safe::new("no answer")));
    end(&mut model, sent.id, None);
    let draft = form(&model).id;
    let claimed_at = model.now;
    let found = |prompt: &str| {
        let at = TaskRef { repo: repo("acme/billing"), id: TaskId::new("found") };
        let session = crate::domain::Session {
            beyond: crate::domain::SessionBeyond::default(),
            id: crate::domain::SessionId::new("s"),
            state: crate::domain::State::Queued,
            name: None,
            prompt: Some(prompt.into()),
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
        Op::Settled { claimed_at, task: Box::new(Task { at, sessions: Some(vec![session]), ..Task::queued("x") }) }
    };
    news(&mut model, found("Something else"));
    assert_eq!(standings(&model)[1], Standing::Unknown, "another start's");
    let effects = news(&mut model, found("Do it (minor)."));
    assert_eq!(standings(&model), [Standing::Started; 2]);
    assert!(effects.contains(&Effect::DropDraft(draft)), "nothing is left");
}
