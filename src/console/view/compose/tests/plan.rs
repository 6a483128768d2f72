//! The table of a plan and the list its repositories are chosen from, as they are seen.

use std::collections::VecDeque;

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::console::event::{Event, What};
use crate::console::update::update as happen;
use crate::console::view;
use crate::domain::plan::{Plan, PlanNews, Turn};
use crate::domain::policy::PastStart;
use crate::domain::{RepoName, Task, TaskId, TaskRef};
use crate::text::Safe;

const NAMES: [&str; 8] = [
    "acme/api",
    "acme/billing",
    "acme/console-frontend",
    "acme/docs",
    "acme/mobile",
    "acme/payments",
    "acme/web",
    "vendor/fork",
];

fn repo(name: &str) -> RepoName {
    name.parse().unwrap()
}

fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    model.now += TimeDelta::milliseconds(300);
    happen(model, Event { at: model.now, what: What::Key(chord) })
}

fn tell(model: &mut Model, op: Op) {
    let at = model.now;
    happen(model, Event { at, what: What::Op(op) });
}

fn chosen(width: u16, height: u16) -> Model {
    let mut model = filled(width, height);
    model.settings.repos = NAMES.iter().map(|name| repo(name)).collect();
    key(&mut model, Chord::ctrl('f'));
    model
}

fn planned(width: u16, height: u16) -> Model {
    let mut model = chosen(width, height);
    key(&mut model, Chord::char('*'));
    key(&mut model, Chord::plain(Key::Enter));
    for name in &NAMES[..7] {
        let starts = match *name {
            "acme/docs" => vec![duplicate(&model, name)],
            _ => Vec::new(),
        };
        let pulls = match *name {
            "acme/billing" | "acme/web" => Fact::Known(12),
            "acme/mobile" => Fact::unknown("no answer within 12 s"),
            _ => Fact::Known(4),
        };
        let open = match *name {
            "acme/payments" => at_work(3),
            "acme/docs" => Fact::Known(vec![OpenTask { id: TaskId::new("4711"), at_work: true }]),
            _ => at_work(1),
        };
        let default_branch = Fact::Known("main".to_owned());
        let facts =
            Facts { at: Some(model.now), open, pulls, starts: Fact::Known(starts), default_branch, ..Facts::default() };
        let says = Says {
            active: Some(3),
            open_pulls: Some(10),
            reason_beyond: Some(vec![Limit::OpenPulls]),
            ..Says::default()
        };
        tell(&mut model, Op::Weighed { repo: repo(name), facts: Box::new(facts), policy: Arc::new(team(says)) });
    }
    model
}

fn duplicate(model: &Model, name: &str) -> PastStart {
    use sha2::Digest as _;
    let prompt = model.compose.form.as_ref().unwrap().request().unwrap().prompt;
    PastStart {
        age: TimeDelta::minutes(7),
        repo: repo(name),
        prompt_hash: Some(sha2::Sha256::digest(prompt.as_bytes()).into()),
        ticket: None,
        task: Some(TaskId::new("4711")),
        rejected: false,
    }
}

const ID: Uuid = Uuid::from_u128(3);

/// Sent without a question: what is seen of it is another matter.
fn sent(width: u16, height: u16) -> Model {
    let mut model = planned(width, height);
    let plan = model.compose.plan.as_ref().unwrap();
    let orders = plan.rows.iter().filter(|row| row.is_in() && !row.is_asking()).map(|row| plan.order_of(row)).collect();
    update::plan_confirmed(&mut model, Box::new(Plan { id: ID, orders }), &mut Vec::new());
    row(&mut model, "acme/api", started("acme/api"));
    row(
        &mut model,
        "acme/billing",
        Turn::Refused(Safe::new("refused: 10 of 10 starts in an hour in all (rule `all`)")),
    );
    model
}

fn row(model: &mut Model, name: &str, turn: Turn) {
    let task = match &turn {
        Turn::Started(at) => Some(Box::new(Task {
            at: at.clone(),
            name: "Make scheduler::retry deterministic".into(),
            ..Task::queued("x")
        })),
        _ => None,
    };
    tell(model, Op::Plan { plan: ID, news: PlanNews::Row { repo: repo(name), turn, task } });
}

fn started(name: &str) -> Turn {
    Turn::Started(TaskRef { repo: repo(name), id: TaskId::new(format!("t-{name}")) })
}

fn ended(width: u16, height: u16) -> Model {
    let mut model = sent(width, height);
    row(&mut model, "acme/console-frontend", started("acme/console-frontend"));
    row(
        &mut model,
        "acme/mobile",
        Turn::Unknown(Safe::new("it is not known whether this happened: no answer in time")),
    );
    row(&mut model, "acme/web", Turn::NotSent(Safe::new("401 the token is not accepted")));
    let why = Some(Safe::new("401 the token is not accepted"));
    tell(&mut model, Op::Plan { plan: ID, news: PlanNews::Ended { why } });
    model.notes.current = None;
    model
}

/// The whole screen, not the pane alone.
fn whole(model: &Model, theme: Theme) -> String {
    let Size { width, height } = model.place.size;
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width, height });
    view::draw(model, &theme, &mut buffer);
    let mut out = String::new();
    for y in 0..height {
        let mut x = 0;
        let mut line = String::new();
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(crate::text::width::width(symbol).max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_plan_says_of_each_row_what_will_become_of_it() {
    for (width, height) in [(80, 24), (160, 45)] {
        insta::assert_snapshot!(format!("plan_{width}"), whole(&planned(width, height), Theme::default()));
    }
    insta::assert_snapshot!("plan_tones_80", screen(&planned(80, 22)));
}

#[test]
fn a_plan_under_way_counts_in_its_rule_and_in_the_header() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut model = sent(width, height);
        row(&mut model, "acme/console-frontend", Turn::Sending);
        insta::assert_snapshot!(format!("plan_running_{width}"), whole(&model, Theme::default()));
    }
}

#[test]
fn an_ended_plan_tells_each_rows_own_end_and_what_can_still_go() {
    for (width, height) in [(80, 24), (160, 45)] {
        insta::assert_snapshot!(format!("plan_ended_{width}"), whole(&ended(width, height), Theme::default()));
    }
}

#[test]
fn a_pause_and_a_stop_are_said_before_all_else() {
    let mut model = sent(80, 24);
    let until = model.now + TimeDelta::seconds(90);
    let news = PlanNews::Holds { until, why: Safe::new("429, too many requests in a short time") };
    tell(&mut model, Op::Plan { plan: ID, news });
    let text = whole(&model, Theme::default());
    assert!(text.contains("pauses until 00:01") && text.contains("too many requests"), "{text}");
    key(&mut model, Chord::char('x'));
    model.notes.current = None;
    assert!(whole(&model, Theme::default()).contains("stops after this row"));
}

#[test]
fn the_question_stands_over_the_table() {
    let mut model = planned(80, 24);
    // What is still being asked about is left out.
    key(&mut model, Chord::char('G'));
    key(&mut model, Chord::char(' '));
    model.notes.current = None;
    key(&mut model, Chord::ctrl('s'));
    insta::assert_snapshot!("plan_question_80", whole(&model, Theme::default()));
}

#[test]
fn the_repositories_are_listed_with_their_marks() {
    let mut model = chosen(80, 24);
    for c in "o ".chars() {
        key(&mut model, Chord::char(c));
    }
    insta::assert_snapshot!("repositories_80", whole(&model, Theme::default()));
    for c in "x!".chars() {
        key(&mut model, Chord::char(c));
    }
    assert!(whole(&model, Theme::default()).contains("None of them."));
    let mut model = filled(80, 24);
    model.settings.repos.clear();
    model.compose.form.as_mut().unwrap().choose(&crate::console::state::compose::FieldId::Repo, "");
    key(&mut model, Chord::ctrl('f'));
    assert!(whole(&model, Theme::default()).contains("No repository is watched: type owner/name."));
}

#[test]
fn a_form_for_several_repositories_says_so() {
    let mut model = planned(80, 24);
    key(&mut model, Chord::plain(Key::Esc));
    let text = whole(&model, Theme::default());
    assert!(text.contains("8 repositories: acme/api, acme/billing"), "{text}");
    assert!(text.contains("ctrl+s shows the plan"), "{text}");
    key(&mut model, Chord::plain(Key::Esc));
    model.notes.current = None;
    assert!(whole(&model, Theme::default()).contains("draft 8 repositories"));
}

#[test]
fn without_colour_and_in_ascii_every_standing_can_still_be_told() {
    let theme = Theme::mono().in_ascii();
    for make in [planned, sent, ended, chosen] {
        let model = make(80, 24);
        let text = whole(&model, theme);
        assert!(text.is_ascii(), "{text}");
    }
    let text = whole(&planned(80, 24), theme);
    for word in ["+ allowed", "! needs a reason", "x refused", "% duplicate", "q asked about"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[test]
fn why_a_row_was_rejected_is_read_before_where_it_was_sent() {
    let mut model = sent(80, 24);
    let why = "127.0.0.1:44769 could not start a task in acme/web: 422: no such branch — choose another one";
    row(&mut model, "acme/web", Turn::Rejected(Safe::new(why)));
    let text = screen(&model);
    assert!(text.contains("✗ rejected  422: no such branch"), "{text}");
}

#[test]
fn every_size_is_drawn_without_a_fault_and_a_stranger_acts_on_nothing() {
    for make in [chosen, planned, sent, ended] {
        let mut model = make(80, 24);
        if let Some(plan) = &mut model.compose.plan {
            plan.to_ask = VecDeque::new();
            plan.cursor = 1;
        }
        for width in [0, 1, 2, 3, 9, 18, 39, 40, 41, 80, 99, 160] {
            for height in [0, 1, 2, 4, 9, 12, 18, 30, 34] {
                model.place.size = Size { width, height };
                assert!(!screen(&model).contains('\u{1b}'));
                assert!(!whole(&model, Theme::default()).contains('\u{1b}'));
            }
        }
    }
    let mut model = sent(80, 24);
    let hostile = "\u{1b}]0;x\u{7}\u{202e}\u{9b}1m";
    row(&mut model, "acme/web", Turn::Rejected(Safe::new(hostile)));
    let at = TaskRef { repo: repo("acme/mobile"), id: TaskId::new(hostile) };
    let task = Some(Box::new(Task { at: at.clone(), name: hostile.into(), ..Task::queued("x") }));
    tell(
        &mut model,
        Op::Plan { plan: ID, news: PlanNews::Row { repo: at.repo.clone(), turn: Turn::Started(at), task } },
    );
    let text = whole(&model, Theme::default());
    assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
}
