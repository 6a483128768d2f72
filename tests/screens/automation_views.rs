//! The saved views of the automations: from the config with columns, sort and groups, counted as far as is known, turned,
//! kept while running, and found by their names from anywhere.

use atc::console::automations::Wish;
use atc::console::effect::Effect;
use atc::console::event::What;
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::place::Pane;
use atc::console::state::settings::Settings;
use atc::domain::AutomationRef;
use atc::domain::automation::query::Query;
use atc::domain::automation::{Column, Group, Order, SavedView};
use atc::domain::listing::{MOST_VIEWS, Named as _};
use chrono::TimeDelta;
use serde_json::json;

use crate::automating::{names, open};
use crate::draw::text;
use crate::fleet::{at, bare, complete, complete_with, fleet, told};
use crate::world::Console;

fn view(name: &str, query: &str) -> SavedView {
    SavedView::new(name, Query::parse(query).unwrap())
}

fn with(views: Vec<SavedView>, width: u16, height: u16) -> Console {
    let mut console = complete_with(Settings { automation_views: views, ..crate::world::settings() }, width, height);
    console.keys("T");
    console
}

fn shown(console: &Console) -> &str {
    console.model.automation_view().map_or("", |view| view.name.as_str())
}

fn tabs(console: &Console) -> String {
    text(&console.model).lines().nth(1).unwrap().to_owned()
}

fn command(console: &mut Console, words: &str) -> Vec<Effect> {
    console.keys(":");
    console.keys(words);
    console.press(Key::Enter)
}

fn own() -> Vec<SavedView> {
    vec![
        SavedView {
            order: Order { by: Column::CostWeek, reversed: false },
            group: Some(Group::None),
            columns: Some(vec![Column::Owner, Column::Writes, Column::Repo]),
            ..view("Dear", "cost-month:>0")
        },
        SavedView {
            empty: Some(atc::text::Safe::new("Nobody lets it run at night.")),
            ..view("At night", "name:night-owl")
        },
        view("By the clock", "trigger:schedule"),
    ]
}

#[test]
fn a_value_that_is_being_typed_stands_for_all_that_begin_so_and_whole_it_means_itself() {
    let mut console = open(160, 45);
    let all = names(&console).len();
    console.keys("/repository:acme/b");
    let begun = names(&console);
    assert!(!begun.is_empty() && begun.len() < all, "{begun:?} of {all}");
    console.press(Key::Enter);
    let line = console.model.line.as_ref().unwrap();
    let wrong = line.wrong.as_ref().unwrap().to_string();
    assert!(wrong.contains("acme/b") && wrong.contains("begins so"), "{wrong}");
    console.keys("illing");
    console.press(Key::Enter);
    assert!(console.model.line.is_none());
    assert_eq!(names(&console), begun, "it was the only one that begins so");
}

#[test]
fn views_of_the_config_are_the_tabs_with_their_columns_their_order_and_their_groups() {
    let mut narrow = with(own(), 80, 24);
    let wide = with(own(), 160, 45);
    let mut screens = vec![text(&narrow.model), text(&wide.model)];
    assert_eq!(shown(&narrow), "Dear", "none shows all: the first is shown");
    narrow.keys("2");
    screens.push(text(&narrow.model));
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn a_narrow_screen_keeps_the_counts_of_the_views_that_come_with_the_program() {
    let console = open(80, 24);
    let row = tabs(&console);
    for (n, view) in SavedView::defaults().iter().enumerate() {
        assert!(row.contains(&format!("{} {} ", n + 1, view.name)), "{row}");
    }
    assert!(row.trim_end().ends_with("All 6"), "{row}");
    assert_eq!(shown(&console), "All", "at first everything is shown");
}

#[test]
fn keys_and_a_sort_of_its_own_stay_with_each_view() {
    let mut console = with(own(), 160, 45);
    let look = |console: &Console| {
        let views = &console.model.place.automations.as_ref().unwrap().habits.views;
        (views.order().by, views.order().reversed, views.group())
    };
    assert_eq!(look(&console), (Column::CostWeek, false, Some(Group::None)));
    console.keys("Sb");
    assert_eq!(look(&console), (Column::CostWeek, true, Some(Group::Repo)));
    console.keys("3s");
    assert_eq!((shown(&console), look(&console)), ("By the clock", (Column::Next, false, None)));
    console.keys("v");
    assert_eq!((shown(&console), look(&console)), ("Dear", (Column::CostWeek, true, Some(Group::Repo))));
    console.keys("V");
    assert_eq!(shown(&console), "By the clock", "before the first one is the last");
    console.keys("4");
    assert!(text(&console.model).contains("there are only 3 views here"));
}

#[test]
fn rows_can_be_sorted_by_whatever_they_say_and_what_is_not_known_comes_last_both_ways() {
    let mut console = open(160, 45);
    console.keys("b");
    let all = names(&console).len();
    for column in Column::all().iter().skip(1) {
        console.keys("s");
        assert!(text(&console.model).contains(&format!("by {} ▾", column.word())), "{column:?}");
        let forth = names(&console);
        console.keys("S");
        let back = names(&console);
        assert_eq!((forth.len(), back.len()), (all, all), "{column:?}");
        if matches!(column, Column::Next | Column::CostMonth | Column::Success | Column::Runs | Column::Pulls) {
            assert_eq!(forth.last(), back.last(), "{column:?}: what is not known");
        }
        let several_known = matches!(column, Column::Next | Column::CostMonth | Column::Success | Column::State);
        assert!(forth != back || !several_known, "{column:?}");
    }
    console.keys("s");
    assert!(text(&console.model).contains("by name ▾"), "after the last comes the first");
}

#[test]
fn a_count_says_that_it_is_a_least_until_everything_was_read() {
    let mut console = Console::new(120, 24);
    told(
        &mut console,
        vec![bare("api", "a", "Writes all over", json!({"issues": {}})), bare("api", "b", "Off", json!({}))],
    );
    console.keys("T");
    let row = tabs(&console);
    assert!(row.contains("1 Needs care 0+") && row.contains("2 On 2 "), "lists do not tell what it costs: {row}");
    let known = open(120, 24);
    let row = tabs(&known);
    assert!(!row.contains("Off 2+") && row.contains("3 Off 2"), "{row}");
}

/// The rows and the one under the cursor, as the runtime is told last.
fn asked_for(effects: &[Effect]) -> Vec<AutomationRef> {
    let look = effects.iter().rev().find_map(|effect| match effect {
        Effect::Automations(Wish::Look(sight)) => Some(sight.clone()),
        _ => None,
    });
    look.flatten().map(|sight| sight.rows).unwrap_or_default()
}

#[test]
fn what_may_belong_to_a_view_is_asked_for_though_no_row_shows_it_and_no_more_than_the_screen_has_rows() {
    let mut console = Console::new(120, 24);
    let many = (0..60).map(|n| bare("api", &format!("n{n:02}"), &format!("Number {n:02}"), json!({}))).collect();
    told(&mut console, many);
    console.keys("T");
    let asked = asked_for(&console.keys("1"));
    assert!(names(&console).is_empty(), "{}", text(&console.model));
    assert!(text(&console.model).contains("they are being asked for"), "{}", text(&console.model));
    assert!(asked.len() > 5 && asked.len() < 24, "{}", asked.len());
    assert_eq!(asked[0], at("api", "n00"));
    assert!(asked_for(&console.keys("3")).is_empty(), "what is off is told by the list");
}

#[test]
fn what_nobody_can_review_in_time_needs_care_and_what_is_fine_does_not() {
    let mut console = open(160, 45);
    console.keys("1");
    let care = names(&console);
    console.keys("6");
    let all = names(&console);
    assert!(!care.is_empty() && care.len() < all.len(), "{care:?} of {all:?}");
    let pane = console.model.place.automations.as_ref().unwrap();
    for entry in &pane.entries {
        let loud = entry.pointed_out > 0 || entry.strain != atc::console::state::automations::rows::Strain::None;
        let known = &console.model.world.automations.known[&entry.at].automation;
        let by_service = matches!(&known.switch, atc::domain::automation::Switch::Off(off) if off.reason.is_some());
        assert_eq!(care.contains(&entry.at.id.raw().to_owned()), loud || by_service, "{}", entry.name);
    }
}

#[test]
fn a_query_is_saved_as_a_view_with_its_look_and_the_lines_for_the_config_and_dropped_again() {
    let mut console = open(120, 30);
    console.keys("2sS/user:mona");
    console.happen(What::Key(Chord::ctrl('s')));
    console.keys("Mona's");
    console.press(Key::Enter);
    console.at += TimeDelta::seconds(1);
    let lines = "[[automation_views]]\nname = \"Mona's\"\nquery = \"state:on user:mona\"\nsort = \"next reverse\"";
    assert_eq!(console.keys("y"), [Effect::Copy(lines.into())]);
    let pane = console.model.place.automations.as_ref().unwrap();
    assert_eq!((shown(&console), pane.habits.text.as_str(), pane.counts.len()), ("Mona's", "", 7));
    assert_eq!(pane.habits.views.order(), Order { by: Column::Next, reversed: true });
    let held = names(&console);
    console.keys("67");
    assert_eq!((shown(&console), names(&console)), ("Mona's", held));
    console.keys(":view drop ");
    console.press(Key::Tab);
    assert_eq!(console.model.line.as_ref().unwrap().text, "view drop mona's ", "only what can be dropped completes");
    console.press(Key::Enter);
    assert_eq!((shown(&console), console.model.settings.automation_views.len()), ("All", 6));
    assert!(text(&console.model).contains("dropped the view “Mona's”"), "{}", text(&console.model));
    command(&mut console, "view drop off");
    let fault = console.model.line.as_ref().and_then(|line| line.fault.clone()).unwrap_or_default();
    assert!(fault.contains("there by default; [[automation_views]]"), "{fault}");
}

#[test]
fn no_more_views_are_saved_than_there_are_for_the_queue() {
    let views = (0..MOST_VIEWS).map(|n| view(&format!("v{n}"), "")).collect();
    let mut console = with(views, 120, 30);
    command(&mut console, "view save one more");
    let fault = console.model.line.as_ref().and_then(|line| line.fault.clone()).unwrap_or_default();
    assert!(fault.contains("there are already 20 views"), "{fault}");
}

#[test]
fn a_view_is_found_by_its_name_from_anywhere_and_first_among_those_that_are_looked_at() {
    let mut console = complete(120, 30);
    command(&mut console, "view spending");
    assert_eq!((console.model.context(), shown(&console)), (Context::Automations, "Spending"));
    command(&mut console, "view all");
    assert_eq!((console.model.context(), shown(&console)), (Context::Automations, "All"), "both have one");
    command(&mut console, "view stuck");
    assert_eq!((console.model.context(), console.model.queue.views.at), (Context::Queue, 2));
    command(&mut console, "view all");
    assert_eq!((console.model.context(), console.model.queue.views.at), (Context::Queue, 5));
    console.happen(What::Key(Chord::ctrl('k')));
    console.keys("needs care");
    console.press(Key::Enter);
    assert_eq!((console.model.context(), shown(&console)), (Context::Automations, "Needs care"));
    command(&mut console, "view nonsense");
    assert_eq!(console.model.context(), Context::Line, "it says what there is");
}

#[test]
fn the_way_back_leads_to_the_view_that_was_left() {
    let mut console = open(120, 30);
    console.keys("3");
    let left = (shown(&console).to_owned(), names(&console));
    console.press(Key::Enter);
    console.keys("Q");
    assert_eq!(console.model.place.focus, Pane::Queue);
    console.keys("T2");
    for _ in 0..5 {
        console.happen(What::Key(Chord::ctrl('o')));
        if console.model.place.automations.is_some() && shown(&console) == "Off" {
            break;
        }
    }
    assert_eq!((shown(&console).to_owned(), names(&console)), left);
}

#[test]
fn the_line_says_over_which_view_is_typed() {
    let mut console = open(120, 30);
    console.keys("3/");
    assert!(text(&console.model).contains("Off: state:off /"), "{}", text(&console.model));
}

#[test]
fn what_is_kept_of_a_view_that_the_config_does_not_have_any_more_changes_nothing() {
    let mut console = with(own(), 120, 30);
    let mut kept = None;
    for key in "3S".chars() {
        let event = atc::console::Event { at: console.at, what: What::Key(Chord::char(key)) };
        let effects = atc::console::update::update(&mut console.model, event);
        kept = effects.into_iter().find_map(|effect| match effect {
            Effect::KeepSeat(seat) => Some(seat),
            _ => None,
        });
    }
    let seat = kept.expect("a turned view is kept");
    let next = |views| {
        let mut next = complete_with(Settings { automation_views: views, ..crate::world::settings() }, 120, 30);
        atc::console::update::seat::take(&mut next.model, seat.clone());
        next.keys("T");
        let pane = next.model.place.automations.as_ref().unwrap();
        (shown(&next).to_owned(), pane.habits.views.order().reversed)
    };
    assert_eq!(next(own()), ("By the clock".to_owned(), true));
    assert_eq!(next(SavedView::defaults()), ("All".to_owned(), false));
    let moved = own().into_iter().rev().collect();
    assert_eq!(next(moved), ("By the clock".to_owned(), true), "it is known by its name, wherever it stands");
}

#[test]
fn a_fleet_that_changes_changes_the_counts() {
    let mut console = open(120, 30);
    assert!(tabs(&console).contains("6 All 6"), "{}", tabs(&console));
    let mut fleet = fleet();
    fleet.pop();
    told(&mut console, fleet);
    assert!(!tabs(&console).contains("6 All 6"), "{}", tabs(&console));
}

#[test]
fn until_a_key_was_pressed_the_cursor_is_on_the_first_row_whichever_repository_answers_first() {
    use atc::domain::automation::Listed;
    let mut console = Console::new(120, 24);
    let listed = |id: &str, repo: &str| Listed::Here {
        automations: vec![bare(repo, id, id, json!({}))],
        unreadable: 0,
        more: false,
    };
    console.keys("T");
    crate::fleet::list(&mut console, "web", listed("w", "web"));
    crate::fleet::list(&mut console, "api", listed("a", "api"));
    assert_eq!(console.model.automation().unwrap().automation.at, at("api", "a"));
    console.keys("jk");
    crate::fleet::list(&mut console, "api", Listed::Here { automations: vec![], unreadable: 0, more: false });
    crate::fleet::list(&mut console, "billing", listed("b", "billing"));
    assert_eq!(console.model.automation().unwrap().automation.at, at("web", "w"), "its neighbour, when it went");
}
