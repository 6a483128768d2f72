//! Which repositories a prompt goes to.

use super::*;

#[test]
fn what_is_typed_narrows_space_marks_and_enter_takes_the_marked() {
    let mut model = watching(&NAMES);
    keys(&mut model, &[Chord::ctrl('f')]);
    assert_eq!(model.compose.context(), Context::Repos);
    typed(&mut model, "other");
    assert_eq!(model.compose.picker.as_ref().unwrap().listed().len(), 2);
    typed(&mut model, "  ");
    esc(&mut model);
    assert_eq!(model.compose.context(), Context::Repos, "first everything is listed again");
    enter(&mut model);
    let repos: Vec<&str> = form(&model).repos.iter().map(RepoName::as_str).collect();
    assert_eq!(repos, ["acme/api", "other/one", "other/two"]);
    assert_eq!(model.compose.context(), Context::Plan);
}

#[test]
fn a_name_that_is_not_watched_is_typed_out() {
    let mut model = watching(&NAMES[..2]);
    keys(&mut model, &[Chord::ctrl('f')]);
    typed(&mut model, "new/one");
    enter(&mut model);
    let repos: Vec<&str> = form(&model).repos.iter().map(RepoName::as_str).collect();
    assert_eq!(repos, ["acme/api", "new/one"]);
}

#[test]
fn a_paste_narrows_and_never_marks() {
    let mut model = watching(&NAMES);
    keys(&mut model, &[Chord::ctrl('f')]);
    let text = Untrusted::from("acme/*\u{202e}");
    let at = model.now;
    update(&mut model, Event { at, what: What::Paste(text) });
    let picker = model.compose.picker.as_ref().unwrap();
    assert_eq!((picker.listed().len(), picker.chosen().len()), (5, 1), "{}", picker.typed.text());
}

#[test]
fn one_repository_is_no_plan_and_none_is_nothing() {
    let mut model = watching(&NAMES);
    keys(&mut model, &[Chord::ctrl('f'), Chord::char(' '), Chord::char(' ')]);
    enter(&mut model);
    assert!(form(&model).repos.is_empty() && model.compose.plan.is_none());
    assert_eq!(form(&model).request().unwrap().repo, repo("acme/billing"));
    assert_eq!(model.compose.context(), Context::Form);
    model.settings.repos.clear();
    let mut none = model;
    none.compose.form.as_mut().unwrap().choose(&FieldId::Repo, "");
    keys(&mut none, &[Chord::ctrl('f')]);
    enter(&mut none);
    assert!(none.compose.picker.is_some() && note(&none).contains("no repository is marked"), "{}", note(&none));
}

#[test]
fn the_form_says_how_many_and_a_step_of_the_field_chooses_one_alone_again() {
    let (mut model, effects) = planned(&NAMES);
    assert!(kept(&effects).len() == 1, "the choice is in the draft");
    esc(&mut model);
    assert_eq!(form(&model).to_draft().repos.len(), 7);
    go_to(&mut model, &FieldId::Repo);
    press(&mut model, &[Intent::NextChoice]);
    assert!(form(&model).repos.is_empty());
}

#[test]
fn a_draft_keeps_its_repositories_and_its_plan_over_the_disk() {
    let (model, _) = planned(&NAMES);
    let draft = Draft { id: Uuid::nil(), plan: Some(Uuid::from_u128(5)), ..form(&model).to_draft() };
    let text = serde_json::to_string(&draft).unwrap();
    let read: Draft = serde_json::from_str(&text).unwrap();
    assert_eq!((read.repos.len(), read.plan), (7, Some(Uuid::from_u128(5))));
    assert_eq!(read, draft);
}

#[test]
fn what_is_not_ready_or_one_repositorys_own_leads_to_no_table() {
    let mut model = model();
    press(&mut model, &[Intent::Enter]);
    keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
    enter(&mut model);
    assert!(model.compose.plan.is_none() && note(&model).contains("what is required"), "{}", note(&model));
    assert_eq!(form(&model).repos.len(), 2, "the choice stays");
    type_in(&mut model, "it");
    go_to(&mut model, &FieldId::HeadRef);
    type_in(&mut model, "copilot/x");
    keys(&mut model, &[Chord::ctrl('s')]);
    assert!(model.compose.plan.is_none() && note(&model).contains("one repository's own"), "{}", note(&model));
}
