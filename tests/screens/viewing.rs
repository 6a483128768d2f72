//! The queue's looks: views as tabs, columns, groups and marks.

use atc::console::event::{Mouse, MouseKind, News, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::place::Pane;
use atc::console::state::settings::Settings;
use atc::console::view::Theme;
use atc::console::{Effect, Model};
use atc::domain::{Column, Group, Query, SavedView, Source, State, Task, TaskId, Zone};
use chrono::{FixedOffset, TimeDelta};

use crate::draw::{buffer, lines, styled, text};
use crate::world::{Console, now, repo, settings, task};

fn all(console: &Console) -> Vec<String> {
    lines(&buffer(&console.model, &Theme::default()))
}

fn command(console: &mut Console, text: &str) {
    console.keys(":");
    console.keys(text);
    console.press(Key::Enter);
    assert!(console.model.line.is_none(), "{text}: {:?}", console.model.line);
}

/// Clicks where a line of the screen says these words.
fn click(console: &mut Console, row: usize, words: &str) {
    let line = all(console)[row].clone();
    let at = line.find(words).unwrap_or_else(|| panic!("no {words} in {line}"));
    let column = u16::try_from(line[..at].chars().count() + 1).unwrap();
    console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column, row: u16::try_from(row).unwrap() }));
}

fn selected(console: &Console) -> &str {
    console.model.queue.selected.as_ref().map_or("", TaskId::raw)
}

#[test]
fn the_tabs_are_the_views_and_where_there_is_room_the_panes() {
    let mut out = String::new();
    for (width, height) in [(80, 24), (100, 30), (160, 45), (120, 24), (60, 20), (40, 10)] {
        for keys in ["", "2", "l", "p"] {
            let mut console = Console::full(width, height);
            console.keys(keys);
            out.push_str(&format!("{width}x{height} {keys:<1} {}\n", all(&console)[1]));
        }
    }
    let console = Console::full(80, 24);
    let ascii = lines(&buffer(&console.model, &Theme::mono().in_ascii()));
    insta::assert_snapshot!(format!("{out}\n{}", ascii[1]));
}

#[test]
fn many_and_long_named_views_are_cut_and_scrolled_so_that_the_current_one_is_seen() {
    let mut settings = settings();
    let names = ["Waiting for the platform team", "Everything in billing", "日本語の名前", "Mine", "Old", "Flaky"];
    settings.views.extend(names.map(|name| SavedView::new(name, Query::default())));
    let mut out = String::new();
    for width in [160, 100, 80, 40] {
        let mut console = Console::with(settings.clone(), width, 24);
        console.fill();
        for view in [0, 6, 11] {
            while console.model.queue.views.at != view {
                console.keys("v");
            }
            out.push_str(&format!("{width:>3} {view:>2} {}\n", all(&console)[1]));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_click_on_a_tab_shows_the_view_or_gives_the_pane_the_keys() {
    let mut console = Console::full(80, 24);
    click(&mut console, 1, "Failed");
    assert_eq!(console.model.queue.views.at, 3);
    click(&mut console, 1, "6 All");
    assert_eq!(console.model.queue.views.at, 5);
    console.keys("l");
    click(&mut console, 1, "Reviews");
    assert_eq!(console.model.place.focus, Pane::Reviews);
    let mut console = Console::full(160, 45);
    click(&mut console, 1, "Reviews");
    assert_eq!(console.model.place.focus, Pane::Reviews);
    click(&mut console, 1, "Stuck");
    assert_eq!((console.model.place.focus, console.model.queue.views.at), (Pane::Queue, 2));
    click(&mut console, 1, "Compose");
    assert_eq!(console.model.place.focus, Pane::Compose);
    click(&mut console, 1, "Queue");
    assert_eq!(console.model.place.focus, Pane::Queue);
}

#[test]
fn a_view_shows_the_columns_it_names_in_their_order_of_worth() {
    let mut out = String::new();
    for columns in [
        vec![Column::Checks, Column::Updated, Column::Model],
        vec![Column::Agent, Column::Creator, Column::Sessions, Column::Cost],
        vec![Column::InState],
        vec![],
    ] {
        let mut settings = settings();
        settings.views[5].columns = Some(columns.clone());
        for (width, height) in [(80, 24), (100, 30), (160, 45)] {
            let mut console = Console::with(settings.clone(), width, height);
            console.fill();
            let words: Vec<_> = columns.iter().map(|column| column.word()).collect();
            let rows = all(&console);
            let row = rows.iter().position(|line| line.contains("needs you")).unwrap();
            out.push_str(&format!("{width} {}\n{}\n\n", words.join(" "), rows[row..row + 6].join("\n")));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn no_column_moves_when_the_list_scrolls() {
    let mut console = Console::full(120, 14);
    let places =
        |console: &Console| -> Vec<usize> { all(console).iter().filter_map(|line| line.find("acme/")).collect() };
    let before = places(&console)[0];
    for _ in 0..13 {
        console.keys("j");
        assert!(
            places(&console).iter().all(|at| at.abs_diff(before) < 8),
            "bytes, not columns: {}",
            text(&console.model)
        );
        let columns = |line: &String| line.find("acme/").map(|at| atc::text::width::width(&line[..at]));
        let all: std::collections::BTreeSet<_> = all(&console).iter().skip(3).take(5).filter_map(columns).collect();
        assert_eq!(all.len(), 1, "{}", text(&console.model));
    }
}

#[test]
fn groups_have_headings_that_say_what_is_inside() {
    for (width, height) in [(80, 24), (100, 30), (160, 45), (40, 10)] {
        let mut console = Console::full(width, height);
        command(&mut console, "group repo");
        insta::assert_snapshot!(format!("groups_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
}

#[test]
fn a_list_scrolled_into_a_group_names_it_in_its_rule() {
    let mut console = Console::full(80, 14);
    command(&mut console, "group repo");
    console.keys("G");
    assert!(!all(&console)[3].contains("acme/web 4"), "the heading is out of sight");
    assert!(all(&console)[2].contains("All 13 · acme/"), "{}", text(&console.model));
    console.keys("g");
    assert!(!all(&console)[2].contains('·'), "{}", text(&console.model));
    assert!(all(&console)[3].contains("acme/api 4"), "the first heading is seen with the first row");
}

#[test]
fn braces_go_from_group_to_group() {
    let mut console = Console::full(80, 24);
    console.keys("}");
    assert!(text(&console.model).contains("there are no groups"));
    command(&mut console, "group repo");
    let group = |console: &Console| console.model.selected().unwrap().task.at.repo.name().to_owned();
    console.keys("g");
    let mut seen = vec![group(&console)];
    for _ in 0..4 {
        console.keys("}");
        let above = console.model.queue.rows[console.model.queue.index - 1];
        assert!(console.model.known_at(above).is_none(), "the first row of its group");
        seen.push(group(&console));
    }
    assert_eq!(seen, ["api", "billing", "reports", "web", "web"]);
    console.keys("jj");
    console.keys("{");
    assert_eq!(group(&console), "web", "first to the beginning of this one");
    console.keys("{");
    assert_eq!(group(&console), "reports");
    command(&mut console, "group previous");
    assert_eq!(group(&console), "billing");
    command(&mut console, "group next");
    assert_eq!(group(&console), "reports");
    command(&mut console, "group none");
    assert_eq!(console.model.queue.group(), None);
}

#[test]
fn the_key_goes_through_the_ways_to_group() {
    let mut console = Console::full(80, 24);
    let mut seen = Vec::new();
    for _ in 0..=Group::ALL.len() {
        console.keys("b");
        seen.push(console.model.queue.group());
    }
    let expected: Vec<_> = Group::ALL.map(Some).into_iter().chain([None]).collect();
    assert_eq!(seen, expected);
}

#[test]
fn marks_stand_before_the_sign_and_are_counted_in_the_rule() {
    for (width, height) in [(80, 24), (100, 30), (160, 45), (40, 10)] {
        let mut console = Console::full(width, height);
        console.keys("g  j j");
        console.happen(What::Key(Chord::ctrl(' ')));
        console.keys("k");
        insta::assert_snapshot!(format!("marks_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
    let mut console = Console::full(80, 24);
    console.keys("*");
    let ascii = lines(&buffer(&console.model, &Theme::mono().in_ascii()));
    insta::assert_snapshot!("marks_in_ascii", ascii.join("\n"));
}

#[test]
fn marks_that_are_not_listed_are_counted_too() {
    let mut console = Console::full(80, 24);
    console.keys("*");
    assert!(all(&console)[2].contains("13 marked"));
    console.keys("4");
    assert!(all(&console)[2].contains("13 marked, 11 not listed"), "{}", text(&console.model));
    console.keys("*");
    assert!(all(&console)[2].contains("11 marked, 11 not listed"), "{}", text(&console.model));
    console.keys("u");
    assert!(!all(&console)[2].contains("marked"));
}

#[test]
fn a_mark_and_a_change_stand_at_two_places() {
    let mut console = Console::full(80, 24);
    let row = |console: &Console| all(console).into_iter().find(|line| line.contains("cancelling")).unwrap();
    assert!(row(&console).starts_with("  ◐ cancelling  1m •"), "{}", row(&console));
    console.select("ghost");
    console.keys("j");
    console.keys(" ");
    assert!(console.model.world.tasks.get(&TaskId::new(selected(&console))).is_some());
    let marked = all(&console).into_iter().find(|line| line.starts_with(" • ")).unwrap_or_default();
    assert!(marked.is_empty() || marked.contains("●"), "{marked}");
}

#[test]
fn the_footer_offers_what_can_be_done_with_marks_while_there_are_some() {
    let mut console = Console::full(120, 24);
    assert!(!all(&console)[23].contains("unmark"));
    console.keys(" ");
    assert!(all(&console)[23].contains("ctrl+space mark to here") && all(&console)[23].contains("u unmark"));
    console.press(Key::Esc);
    assert!(!all(&console)[23].contains("unmark"));
}

#[test]
fn what_is_marked_is_opened_after_a_question_and_within_reason() {
    let mut console = Console::new(80, 24);
    let with_page = |n: i64| {
        let page = format!("https://github.com/acme/api/agents/tasks/m{n:02}");
        let task = task(&format!("m{n:02}"), "api", &format!("Work {n}"), State::InProgress, 30 - n, 1);
        Task { html_url: Some(page.as_str().into()), ..task }
    };
    let tasks = (0..21).map(with_page).collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    console.keys("g ");
    let effects = console.keys("o");
    assert!(matches!(effects.as_slice(), [Effect::Open(_)]), "one alone is opened at once: {effects:?}");
    console.keys("u*");
    assert!(console.keys("o").is_empty());
    assert!(text(&console.model).contains("at most 20 are opened at once"), "{}", text(&console.model));
    console.keys("g ");
    assert!(console.keys("o").is_empty());
    assert!(text(&console.model).contains("Open 20 pages in the browser?"), "{}", text(&console.model));
    console.wait(TimeDelta::seconds(1));
    assert!(console.keys("n").is_empty(), "asked, and answered with no");
    console.keys("o");
    console.wait(TimeDelta::seconds(1));
    let effects = console.keys("y");
    let [Effect::OpenAll(all)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(all.len(), 20);
}

#[test]
fn days_are_those_of_the_operators_clock_on_each_day_itself() {
    // Summer time ends while the console is open: two hours ahead of UTC before, one after.
    let ends = now() - TimeDelta::hours(12);
    let rule = move |at| FixedOffset::east_opt(if at < ends { 7200 } else { 3600 }).unwrap();
    let mut console = Console::with(Settings { zone: Zone::new(rule), ..settings() }, 80, 40);
    let mut tasks = Vec::new();
    for hours in 0..60 {
        tasks.push(task(&format!("t{hours:02}"), "api", "Work", State::Completed, hours * 60, hours * 60));
    }
    let expected = |model: &Model| {
        let mut days: Vec<(String, usize)> = Vec::new();
        for hours in 0..60 {
            let at = now() - TimeDelta::hours(hours);
            let day = at.with_timezone(&rule(at)).format("%a %-d %b %Y").to_string();
            match days.iter_mut().find(|(title, _)| *title == day) {
                Some((_, count)) => *count += 1,
                None => days.push((day, 1)),
            }
        }
        let shown = model.queue.headings.iter().map(|heading| (heading.title.to_string(), heading.count));
        (shown.collect::<Vec<_>>(), days)
    };
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    command(&mut console, "group day");
    let (shown, days) = expected(&console.model);
    assert_eq!(shown, days);
    console.wait(TimeDelta::hours(14));
    let (shown, days) = expected(&console.model);
    assert_eq!(shown, days, "midnight passes, and what was yesterday has the same date");
}

#[test]
fn long_names_of_views_give_way_before_the_counts_do() {
    let mut settings = settings();
    settings.views.push(SavedView::new("Waiting for the platform team to answer", Query::default()));
    let mut console = Console::with(settings, 100, 24);
    console.fill();
    let tabs = all(&console)[1].clone();
    assert!(tabs.contains("4 Failed 2") && tabs.contains("Waiting for the") && tabs.contains("… 13"), "{tabs}");
}
