//! The query bar: what it offers, what it says is wrong, what it keeps.

use atc::console::Effect;
use atc::console::event::{Mouse, MouseKind, News, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::view::Theme;
use atc::domain::listing::MOST_VIEWS;
use atc::domain::{Column, Group, Order, Person, Source, State, Task, TaskId, UserId, Viewer};

use crate::draw::{buffer, lines, styled, text};
use crate::world::{Console, repo, task};

fn typed(console: &Console) -> &str {
    console.model.line.as_ref().map_or("", |line| line.text.as_str())
}

fn rows(console: &Console) -> Vec<&str> {
    console.model.listed().map(|known| known.task.at.id.raw()).collect()
}

fn offered(console: &Console) -> Vec<&str> {
    let offers = console.model.line.as_ref().and_then(|line| line.offers.as_ref());
    offers.map_or_else(Vec::new, |offers| offers.all.iter().map(|offer| offer.insert.as_str()).collect())
}

fn command(console: &mut Console, text: &str) {
    console.keys(":");
    console.keys(text);
    console.press(Key::Enter);
}

#[test]
fn the_bar_shows_the_views_query_before_what_is_typed_and_what_may_follow() {
    for (width, height) in [(80, 24), (100, 30), (160, 45), (40, 10)] {
        let mut console = Console::full(width, height);
        console.keys("2/state:");
        console.press(Key::Tab);
        console.press(Key::Tab);
        insta::assert_snapshot!(format!("completing_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
    let mut console = Console::full(80, 24);
    console.keys("2/rep");
    console.press(Key::Tab);
    let ascii = lines(&buffer(&console.model, &Theme::mono().in_ascii()));
    assert!(ascii.iter().all(|line| line.is_ascii()), "{ascii:?}");
    insta::assert_snapshot!("completing_in_ascii", ascii.join("\n"));
}

#[test]
fn what_is_wrong_is_shown_where_it_is_and_said_in_a_sentence() {
    for (width, height) in [(80, 24), (100, 30), (160, 45), (40, 10)] {
        let mut console = Console::full(width, height);
        console.keys("/flaky is:bogus scheduler");
        assert_eq!(rows(&console), ["retry"], "the rest of the query holds");
        insta::assert_snapshot!(format!("wrong_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
}

#[test]
fn what_is_half_typed_and_can_be_completed_is_not_called_wrong() {
    let mut console = Console::full(160, 24);
    console.keys("/-is:ac");
    assert!(console.model.queue.typed.wrong.is_some());
    assert!(!text(&console.model).contains("is: does not know"), "{}", text(&console.model));
    console.press(Key::Esc);
    assert!(text(&console.model).contains("is: does not know"), "{}", text(&console.model));
}

#[test]
fn while_a_value_is_typed_all_that_begin_so_are_listed_whatever_is_asked_of_them() {
    let mut listed = Console::full(160, 45);
    let mut of = |query: &str| {
        command(&mut listed, &format!("filter {query}"));
        rows(&listed).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for (whole, least) in [
        ("repository:acme/billing", 14),
        ("repository:billing", 14),
        ("organization:acme", 15),
        ("user:mona", 6),
        ("agent:tax-migrator", 7),
        ("model:claude-sonnet-4.6", 7),
        ("branch:copilot/retry", 10),
        ("state:failed", 7),
        ("state:hibernating", 7),
        ("is:stuck", 5),
        ("pr:1288", 4),
    ] {
        let wanted = of(whole);
        assert!(!wanted.is_empty(), "{whole}");
        let mut console = Console::full(160, 45);
        console.keys("/");
        for (typed, c) in (1..).zip(whole.chars()) {
            console.keys(&c.to_string());
            // Before the colon it is a word like any other.
            if !whole[..typed].contains(':') {
                continue;
            }
            let rows = rows(&console);
            assert!(wanted.iter().all(|id| rows.contains(&id.as_str())), "{whole} lost a row after {typed} letters");
            let told = &console.model.queue.typed.wrong;
            assert!(typed < least || told.is_none(), "{whole} after {typed} letters: {told:?}");
        }
        console.press(Key::Enter);
        assert_eq!(rows(&console), wanted, "{whole}: whole, it means itself");
    }
}

#[test]
fn a_name_that_only_begins_as_one_does_is_not_accepted_and_the_list_stays() {
    for (begun, rows_of, says) in [
        ("repository:acme/b", "repository:acme/billing", "acme/billing begins so"),
        ("repository:acme", "", "acme/billing begins so"),
        ("user:mon", "user:mona", "mona begins so"),
        ("user:@mon", "user:mona", "mona begins so"),
        ("state:fai", "state:failed", "did you mean failed?"),
    ] {
        let mut whole = Console::full(160, 45);
        command(&mut whole, &format!("filter {rows_of}"));
        let mut console = Console::full(160, 45);
        console.keys("/");
        console.keys(begun);
        console.press(Key::Enter);
        assert_eq!((console.model.context(), rows(&console)), (Context::Line, rows(&whole)), "{begun}");
        let shown = text(&console.model);
        assert!(shown.contains(says), "{begun}: {shown}");
        let wrong = console.model.line.as_ref().and_then(|line| line.wrong.as_ref()).unwrap();
        assert_eq!(&begun[wrong.at.clone()], begun.split_once(':').unwrap().1);
    }
    // What is asked for as it is, is.
    for exact in ["repository:acme/b*", "agent:\"tax\"", "-repository:acme/billing"] {
        let mut console = Console::full(160, 45);
        console.keys("/");
        console.keys(exact);
        console.press(Key::Enter);
        assert_eq!(console.model.context(), Context::Queue, "{exact}");
    }
}

#[test]
fn what_is_begun_behind_a_minus_takes_nothing_away() {
    let mut console = Console::full(160, 45);
    let all = rows(&console).len();
    console.keys("/-repository:acme/bill");
    assert_eq!(rows(&console).len(), all);
    console.keys("ing");
    assert_eq!(rows(&console).len(), all - 2);
}

#[test]
fn a_query_that_goes_on_as_a_view_is_whole() {
    let mut console = Console::full(160, 45);
    console.keys("/user:mon");
    assert!(console.model.queue.typed.query.is_open());
    console.press(Key::Esc);
    console.press(Key::Esc);
    assert!(!console.model.queue.typed.query.is_open());
}

#[test]
fn a_query_that_is_not_understood_is_not_accepted() {
    let mut console = Console::full(80, 24);
    console.keys("/is:bogus");
    console.press(Key::Enter);
    assert_eq!(console.model.context(), Context::Line);
    assert!(text(&console.model).contains("is: does not know"));
    for _ in 0..5 {
        console.press(Key::Backspace);
    }
    console.keys("stuck");
    console.press(Key::Enter);
    assert_eq!((console.model.context(), rows(&console)), (Context::Queue, vec!["ghost", "chrono"]));
    command(&mut console, "filter is:bogus");
    assert!(console.model.line.as_ref().unwrap().fault.as_ref().unwrap().contains("bogus"));
}

#[test]
fn tab_goes_through_what_is_offered_and_the_rows_follow() {
    let mut console = Console::full(80, 24);
    console.keys("/state:");
    let all: Vec<String> = offered(&console).iter().map(ToString::to_string).collect();
    assert!(all.len() > 8 && all.contains(&"hibernating".to_owned()), "{all:?}");
    console.press(Key::Tab);
    assert_eq!(typed(&console), format!("state:{}", all[0]));
    assert_eq!(rows(&console), ["axum"]);
    console.press(Key::Tab);
    assert_eq!(typed(&console), format!("state:{}", all[1]));
    console.press(Key::BackTab);
    console.press(Key::BackTab);
    assert_eq!(typed(&console), format!("state:{}", all.last().unwrap()), "round the end");
    console.press(Key::Tab);
    console.press(Key::Right);
    assert_eq!(typed(&console), format!("state:{} ", all[0]), "taken, and on to the next term");
    assert_eq!(offered(&console), Vec::<&str>::new());
    console.press(Key::Tab);
    assert_eq!(typed(&console), "state:queued state:", "asked for, everything is offered");
}

#[test]
fn one_completion_alone_is_taken_and_what_may_follow_is_offered() {
    let mut console = Console::full(80, 24);
    console.keys("/reposi");
    assert_eq!(offered(&console), ["repository:"]);
    console.press(Key::Tab);
    assert_eq!(typed(&console), "repository:");
    assert_eq!(offered(&console), ["acme/billing", "acme/api", "acme/web", "acme/reports"]);
    console.keys("bill");
    console.press(Key::Right);
    assert_eq!(typed(&console), "repository:acme/billing ");
    assert_eq!(rows(&console), ["migrate-tax", "fuzz"]);
}

#[test]
fn what_the_console_has_seen_is_offered() {
    for (typed, offer) in [
        ("user:mo", "mona"),
        ("agent:tax", "tax-migrator"),
        ("model:cl", "claude-sonnet-4.6"),
        ("organization:", "acme"),
        ("branch:copilot/ret", "copilot/retry"),
        ("state:hib", "hibernating"),
    ] {
        let mut console = Console::full(80, 24);
        console.keys("/");
        console.keys(typed);
        assert!(offered(&console).contains(&offer), "{typed}: {:?}", offered(&console));
    }
}

#[test]
fn escape_closes_what_is_offered_then_gives_the_line_up() {
    let mut console = Console::full(80, 24);
    console.keys("/flaky");
    console.press(Key::Enter);
    console.keys("/");
    assert_eq!(typed(&console), "flaky");
    console.keys(" sta");
    assert!(!offered(&console).is_empty());
    console.press(Key::Esc);
    assert_eq!((console.model.context(), offered(&console).len()), (Context::Line, 0));
    console.press(Key::Esc);
    assert_eq!((console.model.context(), console.model.queue.typed.text.as_str()), (Context::Queue, "flaky"));
    console.press(Key::Esc);
    assert_eq!(console.model.queue.typed.text, "", "one step more");
}

#[test]
fn the_arrows_step_over_characters_and_bring_back_older_queries() {
    let mut console = Console::full(80, 24);
    for query in ["is:stuck", "flaky"] {
        console.keys("/");
        console.keys(query);
        console.press(Key::Enter);
        console.press(Key::Esc);
    }
    console.keys("/");
    console.press(Key::Up);
    assert_eq!((typed(&console), rows(&console)), ("flaky", vec!["retry"]));
    console.press(Key::Up);
    assert_eq!((typed(&console), rows(&console)), ("is:stuck", vec!["ghost", "chrono"]));
    console.press(Key::Down);
    console.press(Key::Down);
    assert_eq!(typed(&console), "");
    console.keys("ab");
    console.press(Key::Left);
    console.press(Key::Right);
    console.keys("c");
    assert_eq!(typed(&console), "abc");
}

#[test]
fn a_query_is_saved_as_a_view_with_its_look_and_the_lines_for_the_config() {
    let mut console = Console::full(80, 24);
    console.keys("2");
    command(&mut console, "sort age reverse");
    command(&mut console, "group repo");
    console.keys("/user:mona");
    console.happen(What::Key(Chord::ctrl('s')));
    assert_eq!(typed(&console), "view save ");
    console.keys("Mona's work");
    console.press(Key::Enter);
    insta::assert_snapshot!("saved", styled(&console.model, &Theme::default()));
    console.at += chrono::TimeDelta::seconds(1);
    let lines = "[[views]]\nname = \"Mona's work\"\nquery = \"is:active user:mona\"\nsort = \"age reverse\"\n\
                 group = \"repo\"";
    assert_eq!(console.keys("y"), [Effect::Copy(lines.into())]);
    let queue = &console.model.queue;
    assert_eq!((queue.views.at, queue.typed.text.as_str()), (6, ""));
    assert_eq!((queue.order(), queue.group()), (Order { by: Column::Age, reversed: true }, Some(Group::Repo)));
    assert!(rows(&console).len() > 5 && console.model.queue.count(6) == rows(&console).len());
    console.keys("6");
    command(&mut console, "view mona");
    assert_eq!(console.model.queue.views.at, 6);
}

#[test]
fn a_view_that_cannot_be_saved_says_why() {
    let mut console = Console::full(160, 24);
    let fault = |console: &mut Console, text: &str| {
        command(console, text);
        let fault = console.model.line.as_ref().and_then(|line| line.fault.clone());
        console.press(Key::Esc);
        fault.unwrap_or_default()
    };
    assert!(fault(&mut console, "view save").contains("a view needs a name"));
    assert!(fault(&mut console, "view save needs me").contains("there is already a view “Needs me”"));
    assert!(fault(&mut console, &format!("view save {}", "x".repeat(41))).contains("at most 40"));
    for n in 6..MOST_VIEWS {
        assert_eq!(fault(&mut console, &format!("view save v{n}")), "");
        console.at += chrono::TimeDelta::seconds(1);
        console.press(Key::Esc);
    }
    assert!(fault(&mut console, "view save one more").contains("already 20 views"));
}

#[test]
fn what_is_offered_never_hides_the_selected_row_of_a_short_list() {
    let mut console = Console::full(40, 10);
    console.keys("/s");
    let screen = text(&console.model);
    assert!(screen.lines().any(|line| line.starts_with('▌')), "{screen}");
    assert_eq!(console.model.queue.selected.as_ref().map(TaskId::raw), Some(rows(&console)[0]));
}

/// Clicks on the first row of the screen that begins with these words.
fn click(console: &mut Console, words: &str) {
    let all = lines(&buffer(&console.model, &Theme::default()));
    let row = all.iter().position(|line| line.trim_start_matches([' ', '▌']).starts_with(words));
    let row = u16::try_from(row.unwrap_or_else(|| panic!("no {words} in {all:?}"))).unwrap();
    console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column: 3, row }));
}

#[test]
fn a_click_takes_the_completion_under_the_pointer_and_nothing_beneath_it() {
    let mut console = Console::full(80, 24);
    let selected = console.model.queue.selected.clone();
    console.keys("/sta");
    click(&mut console, "state:");
    assert_eq!(typed(&console), "state:");
    assert!(offered(&console).contains(&"failed"), "what may follow is offered");
    click(&mut console, "idle");
    assert_eq!(typed(&console), "state:idle ");
    assert_eq!(rows(&console).len(), 1, "the rows follow");
    assert!(offered(&console).is_empty());
    console.keys("is:");
    for _ in 0..8 {
        console.press(Key::Tab);
    }
    let chosen = offered(&console)[7].to_owned();
    click(&mut console, &chosen);
    assert_eq!(typed(&console), format!("state:idle is:{chosen} "), "also where the list is scrolled");
    console.press(Key::Esc);
    console.press(Key::Esc);
    assert_eq!(console.model.queue.selected, selected);
}

#[test]
fn a_click_elsewhere_closes_the_completions_and_does_no_more() {
    let mut console = Console::full(80, 24);
    console.keys("/");
    for row in [4, 23] {
        console.keys(" is:");
        assert!(!offered(&console).is_empty());
        let (text, selected) = (typed(&console).to_owned(), console.model.queue.selected.clone());
        console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column: 30, row }));
        assert!(offered(&console).is_empty());
        assert_eq!((typed(&console), &console.model.queue.selected), (text.as_str(), &selected));
    }
    let selected = console.model.queue.selected.clone();
    console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column: 30, row: 6 }));
    assert_ne!(console.model.queue.selected, selected, "with nothing above it a row hears again");
}

#[test]
fn the_wheel_moves_nothing_under_the_completions() {
    let mut console = Console::full(80, 14);
    console.keys("G/is:");
    let before = console.model.queue.index;
    console.happen(What::Mouse(Mouse { kind: MouseKind::WheelUp, column: 3, row: 11 }));
    assert_eq!(console.model.queue.index, before);
}

#[test]
fn a_view_saved_while_running_can_be_dropped() {
    let mut console = Console::full(80, 24);
    for (query, name) in [("is:active", "first"), ("user:mona", "Second One"), ("-is:active", "third")] {
        command(&mut console, &format!("filter {query}"));
        command(&mut console, &format!("view save {name}"));
        console.wait(chrono::TimeDelta::seconds(1));
        console.press(Key::Esc);
        console.keys("6");
    }
    let counts = |console: &Console| -> Vec<usize> { (0..9).map(|n| console.model.queue.count(n)).collect() };
    let before = counts(&console);
    command(&mut console, "view third");
    command(&mut console, "view drop second one");
    let names: Vec<_> = console.model.settings.views.iter().map(|view| view.name.to_string()).collect();
    assert_eq!(names[6..], ["first", "third"]);
    assert_eq!(console.model.queue.views.at, 7, "what is shown stays shown");
    assert_eq!(rows(&console).len(), before[8]);
    assert_eq!(counts(&console)[..8], [&before[..7], &before[8..]].concat());
    assert!(text(&console.model).contains("dropped the view “Second One”"), "{}", text(&console.model));
    command(&mut console, "view drop third");
    assert_eq!(console.model.queue.views.at, 6, "the one to its left is shown");
    assert_eq!(rows(&console).len(), before[6]);
    console.keys(":view drop ");
    console.press(Key::Tab);
    assert_eq!(typed(&console), "view drop first ", "only what can be dropped completes");
}

#[test]
fn a_view_that_cannot_be_dropped_says_why() {
    let fault = |console: &mut Console, text: &str| {
        command(console, text);
        let fault = console.model.line.as_ref().and_then(|line| line.fault.clone()).unwrap_or_default();
        console.press(Key::Esc);
        fault
    };
    let mut console = Console::full(80, 24);
    assert!(fault(&mut console, "view drop failed").contains("there by default"));
    assert!(fault(&mut console, "view drop nonsense").contains("no view “nonsense”"));
    assert!(fault(&mut console, "view drop").contains("view drop NAME"));
    let mut settings = crate::world::settings();
    settings.views.push(atc::domain::SavedView::new("Ours", atc::domain::Query::default()));
    let mut console = Console::with(settings, 80, 24);
    assert!(fault(&mut console, "view drop ours").contains("from the config file"));
    assert_eq!(console.model.settings.views.len(), 7);
    command(&mut console, "view save drop");
    console.wait(chrono::TimeDelta::seconds(1));
    console.press(Key::Esc);
    console.keys("1");
    command(&mut console, "view drop");
    assert_eq!(console.model.queue.views.at, 7, "a view may have that name");
}

#[test]
fn at_me_finds_its_tasks_also_where_the_viewer_answers_last() {
    let mut console = Console::new(80, 24);
    let mine = Task {
        creator: Some(Person { id: UserId(7), login: None }),
        ..task("mine", "api", "Work", State::InProgress, 9, 1)
    };
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![mine], unreadable: 0 });
    command(&mut console, "filter user:@me");
    assert!(rows(&console).is_empty());
    console.good(Source::Viewer, News::Viewer(Viewer { id: UserId(7), login: "mona".into() }));
    assert_eq!(rows(&console), ["mine"]);
    command(&mut console, "filter mona");
    assert_eq!(rows(&console), ["mine"], "and by the name that is known now");
}
