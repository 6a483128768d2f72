#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fmt::Write;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::draw;
use crate::console::effect::Effect;
use crate::console::event::Op;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::compose::Draft;
use crate::console::state::layout::{Area, Size};
use crate::console::state::settings::Settings;
use crate::console::update::compose as update;
use crate::console::update::op;
use crate::console::view::Theme;
use crate::domain::agents::CustomAgent;
use crate::domain::policy::{Fact, Facts, InForce, Key as Limit, OpenTask, Policy, Rule, Says};
use crate::domain::{Fault, FaultKind, Instant};
use crate::template::TemplateFault;
use crate::text::Untrusted;

fn model(width: u16, height: u16) -> Model {
    let settings =
        Settings { repos: vec!["acme/api".parse().unwrap(), "acme/billing".parse().unwrap()], ..Settings::default() };
    let mut model = Model::new(Instant::UNIX_EPOCH, settings);
    model.place.size = Size { width, height };
    update::open(&mut model, None, &mut Vec::new());
    model
}

fn press(model: &mut Model, intents: &[Intent]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for intent in intents {
        assert!(update::intent(model, *intent, &mut effects), "{intent:?}");
    }
    effects
}

fn type_in(model: &mut Model, text: &str) {
    for c in text.chars() {
        let chord = if c == '\n' { Chord::plain(Key::Enter) } else { Chord::char(c) };
        update::key(model, chord, &mut Vec::new());
    }
}

/// The flaky-test form with its required value.
fn filled(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    press(&mut model, &[Intent::Enter]);
    type_in(&mut model, "scheduler::retry");
    model
}

/// The screen as text: rows, then the runs that are not plain, then where the cursor is.
fn screen(model: &Model) -> String {
    screen_with(model, Theme::default())
}

fn screen_with(model: &Model, theme: Theme) -> String {
    let Size { width, height } = model.place.size;
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
    let cursor = draw(model, &theme, Area { x: 0, y: 0, width, height }, &mut buffer);
    let mut out = String::new();
    let mut styles = String::new();
    for y in 0..height {
        let mut row = String::new();
        let mut x = 0;
        let mut run: Option<(String, String)> = None;
        while x < width {
            let cell = &buffer[(x, y)];
            row.push_str(cell.symbol());
            let style = word(cell.fg, cell.modifier);
            match &mut run {
                Some((now, text)) if *now == style => text.push_str(cell.symbol()),
                _ => {
                    end(&mut styles, y, run.take());
                    run = Some((style, cell.symbol().to_owned()));
                }
            }
            x += u16::try_from(crate::text::width::width(cell.symbol()).max(1)).unwrap();
        }
        end(&mut styles, y, run.take());
        out.push_str(row.trim_end());
        out.push('\n');
    }
    format!("{out}-- styles\n{styles}-- cursor {cursor:?}\n")
}

fn end(styles: &mut String, y: u16, run: Option<(String, String)>) {
    if let Some((style, text)) = run {
        let text = text.trim();
        // Dim is everywhere and says nothing; what stands out is what a reader of the snapshot wants to see.
        if !style.is_empty() && style != "dim" && !text.is_empty() {
            writeln!(styles, "{y}: {style}: {text}").unwrap();
        }
    }
}

fn word(fg: Color, modifier: Modifier) -> String {
    let mut words = Vec::new();
    if fg != Color::Reset {
        words.push(format!("{fg:?}").to_lowercase());
    }
    for (flag, name) in [(Modifier::BOLD, "bold"), (Modifier::DIM, "dim"), (Modifier::REVERSED, "reversed")] {
        if modifier.contains(flag) {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}

#[test]
fn the_list_shows_drafts_templates_and_what_is_broken() {
    for (width, height) in [(80, 22), (160, 45)] {
        let mut model = model(width, height);
        let fault = TemplateFault {
            origin: "~/.config/atc/templates/bump.md".into(),
            line: Some(3),
            what: "unknown field `colour`".into(),
        };
        let all = model.compose.templates.clone();
        update::templates(&mut model, all, vec![fault]);
        let draft = Draft {
            repo: "acme/billing".parse().ok(),
            template: Some("upgrade-dependency".into()),
            prompt: "# Goal\n\nMove to 3".into(),
            ..Draft::default()
        };
        update::drafts(&mut model, vec![draft]);
        press(&mut model, &[Intent::Down]);
        insta::assert_snapshot!(format!("list_{width}"), screen(&model));
    }
}

#[test]
fn nothing_of_a_file_or_a_draft_acts_on_the_terminal() {
    let hostile = "\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}\u{9b}1m\n";
    let mut model = model(160, 45);
    let mut all = model.compose.templates.clone();
    all[0].title.push_str(hostile);
    all[0].description.push_str(hostile);
    all[0].body.push_str(hostile);
    all[0].variables[0].help.push_str(hostile);
    let fault = TemplateFault { origin: hostile.into(), line: None, what: hostile.into() };
    update::templates(&mut model, all, vec![fault]);
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!screen(&model).contains(control));
    press(&mut model, &[Intent::Enter]);
    assert!(!screen(&model).contains(control));
    let draft = Draft { prompt: hostile.repeat(3), template: Some(hostile.into()), ..Draft::default() };
    update::open(&mut model, Some(draft), &mut Vec::new());
    let prompt = model.compose.form.as_ref().unwrap().prompt.text();
    assert!(!prompt.contains(control) && !prompt.contains('\u{202e}'), "{prompt:?}");
    assert!(!screen(&model).contains(control));
}

#[test]
fn a_fresh_form_says_what_is_missing_and_shows_the_prompt_as_far_as_it_goes() {
    for (width, height) in [(80, 22), (160, 45)] {
        let mut model = model(width, height);
        press(&mut model, &[Intent::Enter]);
        insta::assert_snapshot!(format!("fresh_{width}"), screen(&model));
    }
}

#[test]
fn a_filled_form_is_ready_to_start() {
    for (width, height) in [(80, 22), (160, 45)] {
        insta::assert_snapshot!(format!("filled_{width}"), screen(&filled(width, height)));
    }
}

#[test]
fn an_edited_prompt_is_marked_and_the_cursor_is_where_it_types() {
    for (width, height) in [(80, 22), (160, 45)] {
        let mut model = filled(width, height);
        press(&mut model, &[Intent::PreviousField; 3]);
        while model.compose.form.as_ref().unwrap().focused().is_some() {
            press(&mut model, &[Intent::PreviousField]);
        }
        press(&mut model, &[Intent::Bottom]);
        type_in(&mut model, "\n\nThe operator's own words.");
        insta::assert_snapshot!(format!("edited_{width}"), screen(&model));
    }
}

#[test]
fn faults_stand_under_their_fields() {
    for (width, height) in [(80, 22), (160, 45)] {
        let mut model = filled(width, height);
        press(&mut model, &[Intent::NextField, Intent::NextField]);
        type_in(&mut model, "x");
        press(&mut model, &[Intent::NextField, Intent::NextField, Intent::NextField, Intent::NextField]);
        type_in(&mut model, "copilot/fix it");
        insta::assert_snapshot!(format!("faults_{width}"), screen(&model));
    }
}

#[test]
fn the_preview_shows_the_whole_request() {
    let mut model = filled(80, 22);
    press(&mut model, &[Intent::Preview]);
    insta::assert_snapshot!("preview_top_80", screen(&model));
    press(&mut model, &[Intent::Bottom]);
    insta::assert_snapshot!("preview_end_80", screen(&model));
}

#[test]
fn wide_characters_wrap_and_the_cursor_stands_behind_them() {
    let mut model = model(80, 22);
    press(&mut model, &[Intent::Bottom, Intent::Enter]);
    let text = "再試行のテストを直す。".repeat(9) + "👩\u{200d}👧 e\u{301}\n\ttab";
    update::paste(&mut model, &Untrusted::from(text), &mut Vec::new());
    insta::assert_snapshot!("wide_80", screen(&model));
}

#[test]
fn a_failed_start_says_why_and_an_unknown_one_that_it_may_have_happened() {
    for (name, kind) in [("refused", FaultKind::Permission), ("unknown", FaultKind::UnknownOutcome)] {
        let mut model = filled(80, 22);
        let fault = Fault::new(
            kind,
            "the service answered 403: Resource not accessible by personal access token",
            "give the token the repository permission Agent tasks: read and write, then start again",
        );
        update::started(&mut model, uuid::Uuid::nil(), &Err(fault), &mut Vec::new());
        insta::assert_snapshot!(format!("{name}_80"), screen(&model));
    }
}

#[test]
fn agents_of_the_repository_are_offered_and_described() {
    let mut model = filled(80, 22);
    let agent = |id: &str, description: &str| CustomAgent { id: id.into(), description: description.into() };
    let agents = vec![agent("fixer", "Repairs\u{202e} tests"), agent("porter", "Moves code")];
    update::agents(&mut model, &"acme/api".parse().unwrap(), Ok(agents));
    press(&mut model, &[Intent::PreviousField; 4]);
    press(&mut model, &[Intent::NextChoice]);
    let text = screen(&model);
    assert!(text.contains("fixer") && text.contains("Repairs"), "{text}");
    assert!(!text.contains('\u{202e}'));
    assert_eq!(model.compose.form.as_ref().unwrap().request().unwrap().custom_agent.as_deref(), Some("fixer"));
}

#[test]
fn plain_ascii_is_enough_where_the_terminal_has_no_more() {
    let mut model = filled(80, 22);
    press(&mut model, &[Intent::PreviousField]);
    let theme = Theme::mono().in_ascii();
    let text = screen_with(&model, theme);
    let own = text.lines().take(22).filter(|line| !line.starts_with("--"));
    for line in own {
        assert!(line.is_ascii() || line.contains('·'), "{line}");
    }
}

#[test]
fn every_size_is_drawn_without_a_fault() {
    for stage in 0..4 {
        let mut model = model(80, 22);
        if stage > 0 {
            press(&mut model, &[Intent::Enter]);
            update::paste(&mut model, &Untrusted::from("日本 x"), &mut Vec::new());
        }
        if stage == 2 {
            press(&mut model, &[Intent::Preview, Intent::Bottom]);
        }
        if stage == 3 {
            press(&mut model, &[Intent::PreviousField; 3]);
            update::key(&mut model, Chord::plain(Key::End), &mut Vec::new());
        }
        for width in [0, 1, 2, 3, 9, 18, 19, 39, 40, 80, 99, 100, 120] {
            for height in [0, 1, 2, 4, 9, 14, 30] {
                model.place.size = Size { width, height };
                assert!(!screen(&model).contains('\u{1b}'));
            }
        }
    }
}

/// The form of a repository under this policy, with these facts.
fn weighed(width: u16, height: u16, policy: InForce, facts: Facts) -> Model {
    let mut model = filled(width, height);
    let facts = Facts { at: Some(model.now), ..facts };
    let news = Op::Weighed { repo: "acme/api".parse().unwrap(), facts: Box::new(facts), policy: Arc::new(policy) };
    op::news(&mut model, news, &mut Vec::new());
    model
}

fn team(says: Says) -> InForce {
    let rule = Rule { id: "api-team".into(), repos: vec!["acme/*".parse().unwrap()], says };
    InForce::of(Policy { rules: vec![rule], ..Policy::unlimited() })
}

fn at_work(count: usize) -> Fact<Vec<OpenTask>> {
    let task = |n: usize| OpenTask { id: crate::domain::TaskId::new(format!("t{n}")), at_work: true };
    Fact::Known((0..count).map(task).collect())
}

#[test]
fn the_verdict_of_the_policy_stands_under_the_form() {
    let says = || Says {
        active: Some(3),
        open_pulls: Some(10),
        reason_beyond: Some(vec![Limit::OpenPulls]),
        ..Says::default()
    };
    let facts =
        |active, pulls| Facts { open: at_work(active), starts: Fact::Known(Vec::new()), pulls, ..Facts::default() };
    let cases = [
        ("allowed", team(says()), facts(2, Fact::Known(4))),
        ("refused", team(says()), facts(3, Fact::Known(4))),
        ("reason", team(says()), facts(2, Fact::Known(12))),
        ("unknown", team(says()), facts(2, Fact::unknown("the service did not answer in time"))),
        ("later", team(says()), facts(2, Fact::Unasked)),
        (
            "broken",
            InForce::broken("policy.toml:3:1: all.actve: there is no such key; did you mean active?"),
            facts(0, Fact::Unasked),
        ),
    ];
    let mut shown = String::new();
    for (name, policy, facts) in cases {
        for (width, height) in [(80, 22), (160, 45)] {
            let model = weighed(width, height, policy.clone(), facts.clone());
            let text = screen(&model);
            let body: Vec<&str> = text.lines().take(usize::from(height)).collect();
            let rule = body.iter().rposition(|line| line.contains("Request")).unwrap();
            let lines = body[rule + 1..].iter().take_while(|line| !line.trim_start().starts_with('{'));
            let lines: Vec<&str> = lines.copied().collect();
            writeln!(shown, "{name} {width}\n{}", lines.join("\n")).unwrap();
        }
    }
    insta::assert_snapshot!("gate", shown);
}

#[test]
fn numbers_that_grew_old_no_longer_pass_for_known() {
    let facts = Facts { open: at_work(3), starts: Fact::Known(Vec::new()), ..Facts::default() };
    let mut model = weighed(160, 45, team(Says { active: Some(3), ..Says::default() }), facts);
    assert!(screen(&model).contains("refused: 3 of 3 active"));
    model.now += chrono::TimeDelta::minutes(3);
    assert!(screen(&model).contains("checked when it is sent: active"));
}

mod plan;
