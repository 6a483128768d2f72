//! The one question, and what it pins.

use super::*;

#[test]
fn one_question_counts_and_lists_what_goes_and_what_is_left_out() {
    let mut model = weighed(&NAMES);
    let effects = keys(&mut model, &[Chord::ctrl('s')]);
    assert!(sent(&effects).is_none(), "nothing is sent on the key alone");
    let dialog = model.dialog.clone().unwrap();
    assert_eq!(dialog.title.as_str(), "Start 5 tasks in 5 repositories?");
    let body = dialog.body.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for word in ["acme/api (main)", "acme/web (main)", "2 rows are left out", "2 refused", "Do it (minor)"] {
        assert!(body.contains(word), "{word} in {body}");
    }
    assert!(dialog.word.is_none(), "five need no typing");
    let effects = keys(&mut model, &[Chord::char('n')]);
    assert!(sent(&effects).is_none() && plan(&model).stage == Stage::Planned);
    let plan = go(&mut model);
    assert_eq!(repos_of(&plan), &NAMES[..5], "a refused row is not sent");
    assert!(plan.orders.iter().all(|order| order.template.as_deref() == Some("t") && order.reason.is_none()));
    let ids: std::collections::HashSet<Uuid> = plan.orders.iter().map(|order| order.id).collect();
    assert!(ids.len() == 5 && !ids.contains(&Uuid::nil()) && !plan.id.is_nil());
}

#[test]
fn above_five_rows_their_number_is_typed() {
    let names: Vec<String> = (0..12).map(|n| format!("acme/r{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut model = watching(&names);
    keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
    enter(&mut model);
    for name in names.iter().chain(&["acme/api"]) {
        let facts = facts(&model, 1);
        tell(&mut model, name, facts);
    }
    keys(&mut model, &[Chord::ctrl('s')]);
    let dialog = model.dialog.clone().unwrap();
    assert!(dialog.title.contains("13 tasks") && dialog.body[0].contains("and 6 more"), "{:?}", dialog.body);
    assert!(sent(&keys(&mut model, &[Chord::char('y'), Chord::plain(Key::Enter)])).is_none());
    keys(&mut model, &[Chord::plain(Key::Backspace)]);
    typed(&mut model, "13");
    assert_eq!(sent(&enter(&mut model)).unwrap().orders.len(), 13);
}

#[test]
fn one_reason_is_typed_for_all_rows_that_need_one_and_given_to_no_other() {
    let mut model = weighed(&NAMES[..4]);
    for name in ["acme/billing", "acme/docs"] {
        let facts = facts(&model, 9);
        tell(&mut model, name, facts);
    }
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.dialog.as_ref().unwrap().body[0].contains("acme/billing: needs a reason: 9 of 4 open PRs"));
    assert!(sent(&typed(&mut model, "y")).is_none(), "a letter is a letter");
    typed(&mut model, "es, the old client goes away");
    let effects = enter(&mut model);
    let reasons: Vec<Option<&str>> =
        sent(&effects).unwrap().orders.iter().map(|order| order.reason.as_deref()).collect();
    let why = Some("yes, the old client goes away");
    assert_eq!(reasons, [None, why, why, None]);
}

#[test]
fn a_duplicate_is_named_and_left_out_until_its_row_is_marked_on_purpose() {
    let mut model = weighed(&NAMES[..3]);
    let facts = duplicate(&model, "acme/billing");
    tell(&mut model, "acme/billing", facts);
    keys(&mut model, &[Chord::char('*'), Chord::char('*')]);
    assert!(!plan(&model).rows[1].is_in(), "all does not mean what may be there already");
    keys(&mut model, &[Chord::ctrl('s')]);
    let dialog = model.dialog.take().unwrap();
    let Ask::Plan { plan: sent, .. } = &dialog.ask else { panic!() };
    assert_eq!(repos_of(sent), ["acme/api", "acme/docs"]);
    assert!(dialog.body.iter().any(|line| line.contains("1 row is left out")), "{:?}", dialog.body);
    keys(&mut model, &[Chord::char('j'), Chord::char(' ')]);
    assert!(note(&model).contains("acme/billing is sent although"), "{}", note(&model));
    keys(&mut model, &[Chord::ctrl('s')]);
    let first = model.dialog.as_ref().unwrap().body[0].to_string();
    assert!(first.contains("acme/billing: again, although the same prompt may have been started"), "{first}");
    let effects = typed(&mut model, "y");
    let again: Vec<bool> = sent_again(&effects);
    assert_eq!(again, [false, true, false]);
}

fn sent_again(effects: &[Effect]) -> Vec<bool> {
    sent(effects).unwrap().orders.iter().map(|order| order.again).collect()
}

#[test]
fn what_is_pinned_by_the_question_is_what_goes_whatever_is_learnt_meanwhile() {
    let mut model = weighed(&NAMES[..3]);
    keys(&mut model, &[Chord::ctrl('s')]);
    let facts = facts(&model, 9);
    tell(&mut model, "acme/docs", facts);
    assert_eq!(repos_of(sent(&typed(&mut model, "y")).unwrap()), &NAMES[..3]);
}

#[test]
fn a_refused_row_cannot_be_taken_in_and_says_why() {
    let mut model = weighed(&NAMES);
    keys(&mut model, &[Chord::char('G'), Chord::char(' ')]);
    assert!(note(&model).contains("(rule `shut`)"), "{}", note(&model));
    assert!(!plan(&model).rows[6].is_in());
}

#[test]
fn nothing_is_asked_where_no_row_would_go_and_nothing_at_all_when_read_only() {
    let mut model = weighed(&NAMES[5..]);
    typed(&mut model, "*");
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.dialog.is_none() && note(&model).contains("no row would be sent"), "{}", note(&model));
    let mut model = weighed(&NAMES[..3]);
    model.settings.read_only = true;
    for chord in [Chord::ctrl('s'), Chord::ctrl('f'), Chord::char('x')] {
        keys(&mut model, &[chord]);
        assert!(model.dialog.is_none() && model.compose.picker.is_none() && note(&model).contains("read-only"));
    }
}
