#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod plan;
mod start;

use proptest::prelude::*;

use super::*;
use crate::console::Model;
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Intent, Key};
use crate::console::state::compose::{Agents, Draft, FieldId, Form, Row};
use crate::console::state::layout::Size;
use crate::console::state::settings::Settings;
use crate::domain::{Fault, FaultKind, Instant, RepoName};
use crate::template::Template;
use crate::text::Untrusted;

const TEMPLATE: &str = concat!(
    "+++\nid = \"t\"\ntitle = \"T\"\nbase_ref = \"main\"\n",
    "[[variables]]\nname = \"what\"\nrequired = true\n",
    "[[variables]]\nname = \"step\"\nkind = \"choice\"\nchoices = [\"minor\", \"major\"]\ndefault = \"minor\"\n",
    "[presets.big]\nstep = \"major\"\n[presets.small]\nwhat = \"a typo\"\n",
    "+++\nDo {{ what }} ({{ step }}).\n",
);

fn model() -> Model {
    let settings =
        Settings { repos: vec!["acme/api".parse().unwrap(), "acme/billing".parse().unwrap()], ..Settings::default() };
    let mut model = Model::new(Instant::UNIX_EPOCH, settings);
    model.place.size = Size { width: 80, height: 22 };
    templates(&mut model, vec![Template::parse("t.md", TEMPLATE).unwrap()], Vec::new());
    open(&mut model, None, &mut Vec::new());
    model
}

fn press(model: &mut Model, intents: &[Intent]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for one in intents {
        intent(model, *one, &mut effects);
    }
    effects
}

fn type_in(model: &mut Model, text: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in text.chars() {
        let chord = if c == '\n' { Chord::plain(Key::Enter) } else { Chord::char(c) };
        key(model, chord, &mut effects);
    }
    effects
}

/// The template's form with its one required value.
fn filled() -> Model {
    let mut model = model();
    press(&mut model, &[Intent::Enter]);
    type_in(&mut model, "it");
    model
}

fn form(model: &Model) -> &Form {
    model.compose.form.as_ref().unwrap()
}

fn go_to_prompt(model: &mut Model) {
    while form(model).focused().is_some() {
        press(model, &[Intent::NextField]);
    }
}

fn go_to(model: &mut Model, id: &FieldId) {
    while form(model).focused().map(|field| &field.id) != Some(id) {
        press(model, &[Intent::NextField]);
    }
}

fn note(model: &Model) -> String {
    model.notes.current.as_ref().map(|note| note.text.to_string()).unwrap_or_default()
}

fn kept(effects: &[Effect]) -> Vec<Option<String>> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::KeepDraft(draft) => Some(Some(draft.prompt.clone())),
            Effect::DropDraft(_) => Some(None),
            _ => None,
        })
        .collect()
}

#[test]
fn the_list_leads_to_a_form_that_waits_for_the_first_missing_value() {
    let mut model = model();
    assert_eq!(model.compose.context(), Context::Templates);
    let effects = press(&mut model, &[Intent::Enter]);
    let repo: RepoName = "acme/api".parse().unwrap();
    assert_eq!(effects, [Effect::Weigh(repo.clone()), Effect::LoadAgents(repo)]);
    assert_eq!(model.compose.context(), Context::Form);
    assert_eq!(form(&model).focused().unwrap().id, FieldId::Variable("what".into()));
    assert_eq!(form(&model).value(&FieldId::BaseRef), "main", "the template's own");
}

#[test]
fn without_templates_from_disk_the_shipped_ones_are_there() {
    let mut model = model();
    model.compose.templates.clear();
    open(&mut model, None, &mut Vec::new());
    assert_eq!(model.compose.rows().len(), 4, "three and the blank one");
}

#[test]
fn the_prompt_follows_the_fields_until_it_is_edited_and_again_after_a_reset() {
    let mut model = filled();
    assert_eq!(form(&model).prompt.text(), "Do it (minor).");
    type_in(&mut model, "!");
    assert_eq!(form(&model).prompt.text(), "Do it! (minor).");
    go_to_prompt(&mut model);
    type_in(&mut model, "Now: ");
    assert!(form(&model).edited);
    go_to(&mut model, &FieldId::Variable("step".into()));
    press(&mut model, &[Intent::NextChoice]);
    assert_eq!(form(&model).prompt.text(), "Now: Do it! (minor).", "the operator's own");
    press(&mut model, &[Intent::Reset]);
    assert_eq!(form(&model).prompt.text(), "Do it! (major).");
    assert!(!form(&model).edited);
    go_to_prompt(&mut model);
    key(&mut model, Chord::ctrl('u'), &mut Vec::new());
    assert_eq!(form(&model).prompt.text(), "Now: Do it! (minor).", "a reset can be undone");
    assert!(form(&model).edited);
}

#[test]
fn an_edit_taken_back_letter_by_letter_is_no_edit() {
    let mut model = filled();
    go_to_prompt(&mut model);
    type_in(&mut model, "ab");
    assert!(form(&model).edited);
    for _ in 0..2 {
        key(&mut model, Chord::plain(Key::Backspace), &mut Vec::new());
    }
    assert!(!form(&model).edited);
}

#[test]
fn a_template_that_cannot_be_rendered_stops_a_start_until_the_prompt_is_written_by_hand() {
    let mut model = model();
    let broken = Template::parse("b.md", "+++\ntitle = \"B\"\n+++\nDo {{ nobody }}").unwrap();
    templates(&mut model, vec![broken], Vec::new());
    press(&mut model, &[Intent::Top, Intent::Enter, Intent::Start]);
    assert!(model.dialog.is_none() && note(&model).contains("not defined"), "{}", note(&model));
    go_to_prompt(&mut model);
    type_in(&mut model, "Do it");
    press(&mut model, &[Intent::Start]);
    assert!(model.dialog.is_some(), "{}", note(&model));
}

#[test]
fn presets_set_what_they_name_and_put_back_what_the_last_one_named() {
    let mut model = filled();
    press(&mut model, &[Intent::Preset]);
    let values = |model: &Model| ["what", "step"].map(|name| form(model).value(&FieldId::Variable(name.into())));
    assert_eq!(form(&model).preset.as_deref(), Some("big"));
    assert_eq!(values(&model), ["", "major"]);
    press(&mut model, &[Intent::Preset]);
    assert_eq!(values(&model), ["a typo", "minor"]);
    type_in(&mut model, "s");
    assert_eq!(form(&model).preset, None, "changed by hand");
}

#[test]
fn choices_and_toggles_turn_by_arrows_letters_and_space() {
    let mut model = filled();
    go_to(&mut model, &FieldId::Repo);
    key(&mut model, Chord::char('b'), &mut Vec::new());
    assert_eq!(form(&model).value(&FieldId::Repo), "acme/billing");
    key(&mut model, Chord::plain(Key::Right), &mut Vec::new());
    assert_eq!(form(&model).value(&FieldId::Repo), "acme/api");
    go_to(&mut model, &FieldId::CreatePull);
    for (chord, on) in [(Chord::char(' '), "false"), (Chord::plain(Key::Left), "true"), (Chord::char('n'), "false")] {
        key(&mut model, chord, &mut Vec::new());
        assert_eq!(form(&model).value(&FieldId::CreatePull), on);
    }
    go_to(&mut model, &FieldId::Model);
    press(&mut model, &[Intent::NextChoice]);
    assert_eq!(form(&model).value(&FieldId::Model), crate::domain::agents::MODEL_SUGGESTIONS[0]);
    type_in(&mut model, "-next");
    assert!(form(&model).request().unwrap().model.unwrap().ends_with("-next"), "free text is sent as it is");
}

#[test]
fn enter_and_arrows_go_from_field_to_field_and_stay_inside_the_prompt() {
    let mut model = filled();
    key(&mut model, Chord::plain(Key::Enter), &mut Vec::new());
    assert_eq!(form(&model).focused().unwrap().id, FieldId::Variable("step".into()));
    press(&mut model, &[Intent::Up]);
    assert_eq!(form(&model).focused().unwrap().id, FieldId::Variable("what".into()));
    go_to_prompt(&mut model);
    press(&mut model, &[Intent::Up, Intent::Down, Intent::Down]);
    assert!(form(&model).focused().is_none());
    press(&mut model, &[Intent::NextField]);
    assert_eq!(form(&model).focused().unwrap().id, FieldId::Repo, "round to the first");
}

#[test]
fn the_preview_key_goes_from_the_request_to_what_was_changed_and_back() {
    let mut model = filled();
    press(&mut model, &[Intent::Preview, Intent::Preview]);
    assert!(form(&model).preview.is_none(), "nothing was changed, there is nothing to compare");
    go_to_prompt(&mut model);
    type_in(&mut model, "Mine\n");
    press(&mut model, &[Intent::Preview]);
    assert!(!form(&model).diff && form(&model).preview_rows(40)[0].starts_with('{'));
    press(&mut model, &[Intent::Preview]);
    assert_eq!(form(&model).preview_rows(40), ["+ Mine", "  Do it (minor)."]);
    press(&mut model, &[Intent::Preview]);
    assert!(form(&model).preview.is_none());
    press(&mut model, &[Intent::Preview]);
    assert!(!form(&model).diff, "it begins with the request again");
}

#[test]
fn a_repository_variable_is_completed_with_those_that_are_watched() {
    let mut model = model();
    let text =
        TEMPLATE.replace("name = \"what\"\n", "name = \"what\"\nkind = \"repo\"\n").replace("\"a typo\"", "\"a/b\"");
    templates(&mut model, vec![Template::parse("t.md", &text).unwrap()], Vec::new());
    press(&mut model, &[Intent::Enter]);
    type_in(&mut model, "x");
    assert_eq!(form(&model).focused().unwrap().fault.as_deref(), Some("must be a repository, owner/name"));
    press(&mut model, &[Intent::NextChoice, Intent::NextChoice]);
    assert_eq!(form(&model).prompt.text(), "Do acme/billing (minor).");
    assert_eq!(form(&model).focused().unwrap().fault, None);
}

#[test]
fn another_repository_asks_for_its_agents_once() {
    let mut model = filled();
    go_to(&mut model, &FieldId::Repo);
    let effects = press(&mut model, &[Intent::NextChoice]);
    assert!(effects.contains(&Effect::LoadAgents("acme/billing".parse().unwrap())));
    let effects = press(&mut model, &[Intent::NextChoice, Intent::NextChoice]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::LoadAgents(_))));
    agents(&mut model, &"acme/billing".parse().unwrap(), Err(Fault::new(FaultKind::Offline, "no", "wait")));
    assert!(matches!(model.compose.agents_here(), Some(Agents::Failed(_))));
    go_to(&mut model, &FieldId::Model);
    let effects = type_in(&mut model, "abc");
    let asked = effects.iter().any(|effect| matches!(effect, Effect::LoadAgents(_)));
    assert!(!asked, "a failure is not asked about again with every key");
}

#[test]
fn what_the_editor_left_is_the_prompt_and_can_be_undone() {
    let mut model = filled();
    let effects = press(&mut model, &[Intent::Editor]);
    assert_eq!(effects, [Effect::Editor("Do it (minor).".into())]);
    edited(&mut model, Ok(Untrusted::from("Do it (minor).\n")), &mut Vec::new());
    assert!(!form(&model).edited, "an editor adds a line end");
    edited(&mut model, Ok(Untrusted::from("Better\u{1b}[2J\n")), &mut Vec::new());
    assert_eq!((form(&model).prompt.text().as_str(), form(&model).edited), ("Better", true));
    assert!(note(&model).contains("left out"));
    assert_eq!(kept(&type_in(&mut model, "x")).len(), 1, "kept with the next key");
    edited(&mut model, Err(Fault::new(FaultKind::Local, "no editor", "set EDITOR")), &mut Vec::new());
    assert!(note(&model).contains("set EDITOR"));
}

#[test]
fn a_paste_is_text_wherever_it_lands() {
    let hostile = Untrusted::from("q\ny\n\u{1b}[201~\u{13}\u{3}:quit\n\u{1b}");
    let mut model = model();
    let mut effects = Vec::new();
    paste(&mut model, &hostile, &mut effects);
    assert!(model.compose.form.is_none(), "nothing to paste into in the list");
    press(&mut model, &[Intent::Enter]);
    paste(&mut model, &hostile, &mut effects);
    assert_eq!(form(&model).value(&FieldId::Variable("what".into())), "q y :quit");
    go_to(&mut model, &FieldId::Repo);
    paste(&mut model, &Untrusted::from(" acme/billing\n"), &mut effects);
    assert_eq!(form(&model).value(&FieldId::Repo), "acme/billing");
    paste(&mut model, &hostile, &mut effects);
    assert_eq!(form(&model).value(&FieldId::Repo), "acme/billing", "what is no choice changes nothing");
    go_to_prompt(&mut model);
    paste(&mut model, &hostile, &mut effects);
    assert!(form(&model).prompt.text().starts_with("q\ny\n:quit\n"));
    let quiet = |effect: &Effect| matches!(effect, Effect::KeepDraft(_) | Effect::LoadAgents(_) | Effect::Weigh(_));
    assert!(effects.iter().all(quiet) && model.dialog.is_none(), "{effects:?}");
}

#[test]
fn templates_read_again_leave_the_cursor_and_the_open_form_alone() {
    let mut model = filled();
    let other = Template::parse("a.md", "+++\ntitle = \"A\"\n+++\nx").unwrap();
    let same = Template::parse("t.md", TEMPLATE).unwrap();
    templates(&mut model, vec![other.clone(), same], Vec::new());
    assert_eq!(note(&model), "");
    let changed = Template::parse("t.md", &TEMPLATE.replace("Do {{", "Do not {{")).unwrap();
    templates(&mut model, vec![other, changed], Vec::new());
    assert_eq!(form(&model).prompt.text(), "Do it (minor).");
    assert!(note(&model).contains("has changed"), "{}", note(&model));
    press(&mut model, &[Intent::Back]);
    model.compose.drafts.clear();
    model.compose.cursor = 1;
    let same = Template::parse("t.md", TEMPLATE).unwrap();
    templates(&mut model, vec![same], Vec::new());
    assert!(matches!(model.compose.selected(), Row::Template(template) if template.id == "t"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_start_anything_or_break_the_form(
        steps in proptest::collection::vec((0usize..30, "[a-z日\u{1b}\n ]{0,6}"), 0..60),
    ) {
        let all = [
            Intent::NextField, Intent::PreviousField, Intent::NextChoice, Intent::PreviousChoice, Intent::Preset,
            Intent::Reset, Intent::Preview, Intent::Editor, Intent::Start, Intent::Back, Intent::Enter, Intent::Up,
            Intent::Down, Intent::PageDown, Intent::Top, Intent::Bottom, Intent::Cancel, Intent::NextPane,
        ];
        let mut model = model();
        let mut effects = Vec::new();
        for (step, text) in steps {
            match all.get(step) {
                Some(one) => {
                    intent(&mut model, *one, &mut effects);
                }
                None if step % 2 == 0 => paste(&mut model, &Untrusted::from(text), &mut effects),
                None => effects.extend(type_in(&mut model, &text)),
            }
            if let Some(form) = &model.compose.form {
                prop_assert!(form.at <= form.fields.len());
                let escaped = form.prompt.text().contains('\u{1b}');
                prop_assert!(!escaped);
                prop_assert_eq!(form.request().map(|r| r.body()), form.request().map(|r| {
                    serde_json::from_str(&r.body_text()).unwrap()
                }));
            }
            prop_assert!(model.compose.cursor < model.compose.rows().len());
        }
        let starts = effects.iter().any(|effect| matches!(effect, Effect::Start(_) | Effect::Quit));
        prop_assert!(!starts, "only an answered question starts anything");
    }
}
