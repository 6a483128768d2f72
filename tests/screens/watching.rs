//! More than one log at a time: the split pane and the wall.

use atc::console::Effect;
use atc::console::event::{GrepNews, LogNews, LogOrigin, Mouse, MouseKind, News, Op, What};
use atc::console::keys::{Context, Key};
use atc::console::state::dialog::Ask;
use atc::console::state::found::{Line, Log, Progress};
use atc::console::state::layout::Size;
use atc::console::state::log::Half;
use atc::console::state::place::Pane;
use atc::console::view::Theme;
use atc::domain::{SessionId, Source, SourceChoice, State, TaskId};
use atc::text::Safe;
use atc::transcript::Format;
use chrono::TimeDelta;

use crate::draw::{buffer, lines, text};
use crate::world::{Console, ago, repo, task, with_session};

/// An agent's words, one record each.
fn words(said: &[String]) -> Vec<u8> {
    let record = |(n, text): (usize, &String)| {
        let created = ago(10).timestamp() + i64::try_from(n).unwrap();
        let record = serde_json::json!({"id": format!("r{n}"), "created": created, "object": "chat.completion.chunk",
            "choices": [{"delta": {"role": "assistant", "content": text}}]});
        format!("data: {record}\n\n").into_bytes()
    };
    said.iter().enumerate().flat_map(record).collect()
}

fn log(console: &mut Console, session: &str, reset: bool, said: &[&str]) {
    let said: Vec<String> = said.iter().map(|text| (*text).to_owned()).collect();
    let session = SessionId::new(session);
    let news = LogNews {
        session: session.clone(),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset,
        bytes: words(&said),
        complete: false,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
    };
    console.good(Source::Log(session), News::Log(news));
}

fn command(console: &mut Console, text: &str) {
    console.keys(":");
    console.keys(text);
    console.press(Key::Enter);
}

/// The sessions whose logs are asked for: the selection's, then the others.
fn heard(console: &Console) -> Vec<String> {
    let attended = &console.model.log.attended;
    let beside = attended.beside.iter().map(|heard| heard.log.session.raw().to_owned());
    attended.log.iter().map(|log| log.session.raw().to_owned()).chain(beside).collect()
}

/// Two logs: of "retry", which stays, and above it of "notes".
fn split(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.select("retry");
    console.keys("l");
    log(&mut console, "s-retry", true, &["the first look at retry"]);
    console.keys("|");
    console.keys("Q");
    console.select("notes");
    console.keys("l");
    log(&mut console, "s-notes", true, &["the first look at notes"]);
    console
}

#[test]
fn a_split_pane_shows_the_log_that_stays_and_the_one_of_the_selection() {
    let mut console = split(80, 24);
    assert_eq!(heard(&console), ["s-notes", "s-retry"]);
    let screen = text(&console.model);
    assert!(screen.contains("the first look at notes") && screen.contains("the first look at retry"), "{screen}");
    log(&mut console, "s-retry", false, &["retry goes on"]);
    log(&mut console, "s-notes", false, &["notes go on"]);
    let screen = text(&console.model);
    assert!(screen.contains("retry goes on") && screen.contains("notes go on"), "{screen}");
    insta::assert_snapshot!(screen);
    console.keys("Q");
    console.select("chrono");
    console.keys("l");
    assert_eq!(heard(&console), ["s-chrono", "s-retry"], "the other half follows the selection");
}

#[test]
fn no_log_is_shown_twice_when_the_one_that_stays_is_selected() {
    let mut console = split(80, 24);
    // Straight to it: on the way there the other half would follow.
    console.model.queue.selected = Some(TaskId::new("retry"));
    console.happen(What::Wake);
    let screen = text(&console.model);
    assert_eq!(screen.matches("the first look at retry").count(), 1, "{screen}");
    assert!(screen.contains("the first look at notes"), "{screen}");
    assert_eq!(heard(&console), ["s-retry", "s-notes"], "both are followed on");
}

#[test]
fn tab_goes_through_both_halves_and_the_keys_go_where_the_title_says() {
    let mut console = split(80, 24);
    assert_eq!(console.model.log.split, Some(Half::Upper));
    console.press(Key::Tab);
    assert_eq!((console.model.log.split, console.model.place.focus), (Some(Half::Lower), Pane::Log));
    console.keys("F");
    let screen = lines(&buffer(&console.model, &Theme::default()));
    let rule = |words: &str| screen.iter().find(|line| line.contains("── Log") && line.contains(words)).cloned();
    assert!(rule("flaky").unwrap().contains("paused"), "{screen:#?}");
    assert!(rule("release").unwrap().contains("following"), "{screen:#?}");
    console.press(Key::BackTab);
    assert_eq!(console.model.log.split, Some(Half::Upper));
    console.press(Key::Tab);
    console.press(Key::Tab);
    assert_ne!(console.model.place.focus, Pane::Log, "then it leaves the pane");
}

#[test]
fn what_is_done_from_the_half_that_stays_is_done_to_its_own_task() {
    let mut console = split(80, 24);
    console.press(Key::Tab);
    console.keys("x");
    let Some(Ask::Cancel(targets)) = console.model.dialog.as_ref().map(|dialog| &dialog.ask) else {
        panic!("{:?}", console.model.dialog)
    };
    assert_eq!(targets.iter().map(|target| target.task.id.raw()).collect::<Vec<_>>(), ["retry"]);
    console.wait(TimeDelta::seconds(2));
    console.press(Key::Esc);
    let effects = console.keys("o");
    let opened = effects.iter().any(|e| matches!(e, Effect::Open(url) if url.raw_for_wire().ends_with("/retry")));
    assert!(opened, "{effects:?}");
}

#[test]
fn a_whole_pane_goes_on_with_the_log_that_has_the_keys() {
    for (tabs, stays) in [(0, "s-notes"), (1, "s-retry")] {
        let mut console = split(80, 24);
        for _ in 0..tabs {
            console.press(Key::Tab);
        }
        console.keys("|");
        assert_eq!(console.model.log.shown.as_ref().unwrap().session, Some(SessionId::new(stays)));
        assert_eq!(heard(&console), [stays]);
        assert!(console.model.log.beside.is_none());
    }
}

#[test]
fn where_there_is_no_room_for_two_the_half_with_the_keys_has_the_pane() {
    let mut console = split(80, 24);
    console.happen(What::Resize(Size { width: 40, height: 10 }));
    let screen = text(&console.model);
    assert!(screen.contains("first look at notes") && !screen.contains("first look at retry"), "{screen}");
    assert_eq!(heard(&console), ["s-notes"], "what is not in sight is not asked for");
}

#[test]
fn the_wheel_moves_the_half_under_the_pointer_and_a_click_gives_it_the_keys() {
    let mut console = split(80, 24);
    let many: Vec<String> = (0..60).map(|n| format!("line {n} of retry")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    log(&mut console, "s-retry", true, &many);
    console.happen(What::Mouse(Mouse { kind: MouseKind::WheelUp, column: 20, row: 20 }));
    assert_eq!(console.model.log.split, Some(Half::Upper));
    let lower = console.model.log.beside.as_ref().unwrap();
    assert!(!lower.reader.follow && console.model.log.shown.as_ref().unwrap().reader.follow);
    console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column: 20, row: 20 }));
    assert_eq!(console.model.log.split, Some(Half::Lower));
}

#[test]
fn a_pane_without_a_log_is_not_split() {
    let mut console = Console::full(80, 24);
    console.select("axum");
    console.keys("l|");
    assert_eq!(console.model.log.split, None);
    assert!(text(&console.model).contains("there is no log here yet"));
}

fn wall(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.keys("6");
    command(&mut console, "wall");
    for (session, said) in [
        ("s-migrate-tax", "Which rounding mode is right for invoices before 2024?"),
        ("s-retry", "I'll reproduce the failure first."),
        ("s-notes", "31 merges; 9 are dependency bumps."),
        ("s-chrono", "The company's fiscal year starts in February."),
    ] {
        log(&mut console, session, true, &["I'll look around.", said]);
    }
    console
}

#[test]
fn the_wall_shows_the_last_lines_of_everything_that_runs() {
    let screens: Vec<String> = [(160, 45), (80, 24), (40, 10)]
        .map(|(width, height)| {
            let console = wall(width, height);
            format!("{width}x{height}\n{}", text(&console.model))
        })
        .into();
    insta::assert_snapshot!(screens.join("\n"));
    let console = wall(80, 24);
    let ascii = lines(&buffer(&console.model, &Theme::mono().in_ascii())).join("\n");
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn only_the_logs_in_sight_are_followed_and_at_a_glance() {
    let console = wall(80, 24);
    let attended = &console.model.log.attended;
    assert_eq!(attended.log, None, "the pane it covers is not followed");
    assert_eq!(attended.beside.len(), 5);
    assert!(attended.beside.iter().all(|heard| heard.glance));
    let mut console = wall(80, 24);
    let first = heard(&console);
    console.press(Key::PageDown);
    let second = heard(&console);
    assert!(!second.is_empty() && second.iter().all(|session| !first.contains(session)), "{first:?} {second:?}");
    console.press(Key::Esc);
    assert!(console.model.log.wall.is_none() && heard(&console).len() <= 1);
}

#[test]
fn a_task_keeps_its_place_after_it_ended_until_the_place_is_needed() {
    let mut console = wall(80, 45);
    let place = |console: &Console, id: &str| {
        let wall = console.model.log.wall.as_ref().unwrap();
        wall.tasks.iter().position(|task| *task == TaskId::new(id))
    };
    let before = place(&console, "retry").unwrap();
    let ended = with_session(task("retry", "api", "Fix flaky retry test in scheduler", State::Completed, 12, 0), "x");
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![ended], unreadable: 0 });
    assert_eq!(place(&console, "retry"), Some(before));
    assert!(text(&console.model).contains("✓ done"), "{}", text(&console.model));
    // Nine tiles fit; more run now than there are places.
    let more: Vec<_> = (0..6)
        .map(|n| with_session(task(&format!("new-{n}"), "api", "Something new", State::InProgress, 1, 0), "x"))
        .collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: more, unreadable: 0 });
    assert_eq!(place(&console, "retry"), None);
    assert!(console.model.log.wall.as_ref().unwrap().tasks[before].raw().starts_with("new-"));
}

#[test]
fn enter_opens_the_log_under_the_cursor_and_other_keys_act_on_its_task() {
    let mut console = wall(80, 24);
    assert_eq!(console.model.context(), Context::Wall);
    let second = console.model.log.wall.as_ref().unwrap().tasks[1].clone();
    console.keys("j");
    console.keys("d");
    assert!(console.model.place.detail.is_some());
    assert_eq!(console.model.queue.selected.as_ref(), Some(&second));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Wall, "the wall is there again");
    console.press(Key::Enter);
    assert_eq!(console.model.place.focus, Pane::Log);
    assert!(console.model.log.wall.is_none());
    assert_eq!(console.model.log.shown.as_ref().unwrap().task.as_ref(), Some(&second));
}

#[test]
fn esc_leads_from_a_log_back_to_the_wall_with_the_cursor_on_it() {
    let mut console = wall(80, 24);
    let selected = console.model.queue.selected.clone();
    console.keys("jj");
    let before = console.model.log.wall.as_ref().unwrap().selected().cloned();
    console.press(Key::Enter);
    assert_eq!((console.model.place.focus, &console.model.queue.selected), (Pane::Log, &before));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Wall, "{}", text(&console.model));
    assert_eq!(console.model.log.wall.as_ref().unwrap().selected().cloned(), before);
    console.press(Key::Esc);
    assert_eq!((console.model.context(), &console.model.queue.selected), (Context::Queue, &selected), "as it was");
}

#[test]
fn a_click_gives_a_tile_the_cursor_and_a_second_one_opens_it() {
    let mut console = wall(80, 24);
    let click = Mouse { kind: MouseKind::Click, column: 10, row: 8 };
    console.happen(What::Mouse(click));
    assert_eq!(console.model.log.wall.as_ref().unwrap().cursor, 1);
    console.happen(What::Mouse(click));
    assert_eq!(console.model.place.focus, Pane::Log);
}

#[test]
fn where_nothing_runs_there_is_no_wall_and_a_hint() {
    let mut console = Console::full(80, 24);
    console.keys("5");
    command(&mut console, "wall");
    assert!(console.model.log.wall.is_none());
    assert!(text(&console.model).contains("`:wall all`"), "{}", text(&console.model));
    console.press(Key::Esc);
    console.press(Key::Esc);
    command(&mut console, "wall all");
    assert!(console.model.log.wall.is_some());
}

#[test]
fn going_to_a_pane_closes_the_wall() {
    for key in ["Q", "p", "2"] {
        let mut console = wall(80, 24);
        console.keys(key);
        assert!(console.model.log.wall.is_none(), "{key}");
    }
}

/// Lines `:grep` found: of a session's log, or of a file whose session is not known.
fn found(console: &mut Console, id: u64, session: Option<&str>, lines: &[(u64, &str)]) {
    let log = Log {
        session: session.map(SessionId::new),
        name: format!("{}.session.gz", session.unwrap_or("old")).into(),
        kept_at: ago(90),
    };
    let line = |(number, text): &(u64, &str)| Line { log: log.clone(), number: *number, text: (*text).into() };
    let lines = lines.iter().map(line).collect();
    console.happen(What::Op(Op::Grep(GrepNews { id, lines, progress: None })));
}

fn through(console: &mut Console, id: u64, logs: usize, unreadable: usize) {
    let progress = Some(Progress::Done { logs, unreadable });
    console.happen(What::Op(Op::Grep(GrepNews { id, lines: Vec::new(), progress })));
}

fn grep(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    command(&mut console, "grep rounding mode");
    found(&mut console, 1, Some("s-pager"), &[(12, "two rounding modes exist"), (80, "the rounding mode of 2023")]);
    found(&mut console, 1, Some("s-of-nobody"), &[(7, "which Rounding Mode? \u{1b}[31mred")]);
    through(&mut console, 1, 31, 1);
    console
}

#[test]
fn what_was_found_in_the_kept_logs_is_listed_by_log() {
    let screens: Vec<String> = [(80, 24), (40, 10)].map(|(width, height)| text(&grep(width, height).model)).into();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn a_search_tells_what_it_does_and_that_it_found_nothing() {
    let mut console = Console::full(80, 24);
    command(&mut console, "grep nowhere");
    assert!(text(&console.model).contains("Looking through"));
    through(&mut console, 1, 31, 0);
    assert!(text(&console.model).contains("in none of the 31 logs"));
    console.press(Key::Esc);
    command(&mut console, "grep other");
    through(&mut console, 2, 0, 0);
    assert!(text(&console.model).contains("No log is kept here yet"));
    let failed = Some(Progress::Failed(Safe::new("finished logs are not kept here: keep_logs_mb is 0")));
    console.press(Key::Esc);
    command(&mut console, "grep other");
    console.happen(What::Op(Op::Grep(GrepNews { id: 3, lines: Vec::new(), progress: failed })));
    assert!(text(&console.model).contains("keep_logs_mb is 0"));
    for wrong in ["grep", "grep /("] {
        console.press(Key::Esc);
        command(&mut console, wrong);
        assert!(console.model.log.found.is_none(), "{wrong}");
        console.press(Key::Esc);
    }
}

#[test]
fn the_news_of_an_earlier_search_are_dropped_and_closing_ends_it() {
    let mut console = Console::full(80, 24);
    command(&mut console, "grep one");
    command(&mut console, "grep two");
    found(&mut console, 1, Some("s-pager"), &[(1, "one")]);
    assert_eq!(console.model.log.found.as_ref().unwrap().lines.len(), 0);
    let effects = console.press(Key::Esc);
    assert!(matches!(effects.as_slice(), [Effect::Grep(None)]), "{effects:?}");
}

#[test]
fn a_line_that_was_found_opens_its_tasks_log_with_the_search_in_it() {
    let mut console = grep(80, 24);
    console.press(Key::Enter);
    assert_eq!((console.model.place.focus, console.model.log.found.is_none()), (Pane::Log, true));
    assert_eq!(console.model.queue.selected, Some(TaskId::new("pager")));
    assert_eq!(heard(&console), ["s-pager"]);
    log(&mut console, "s-pager", true, &["first", "the rounding mode is decided", "last"]);
    let shown = console.model.log.shown.as_ref().unwrap();
    assert_eq!(shown.reader.search.as_ref().unwrap().hits(), [1]);
    assert_eq!(shown.reader.cursor, 1);
}

#[test]
fn a_log_of_a_task_nobody_knows_is_read_from_what_is_kept_and_stays_beside_the_selections() {
    let mut console = grep(80, 24);
    console.keys("G");
    let effects = console.press(Key::Enter);
    assert!(effects.contains(&Effect::ReadKept(SessionId::new("s-of-nobody"))), "{effects:?}");
    log(&mut console, "s-of-nobody", true, &["which rounding mode?"]);
    let screen = text(&console.model);
    assert!(screen.contains("which rounding mode?") && screen.contains("s-of-nobody"), "{screen}");
    assert_eq!(console.model.log.split, Some(Half::Lower));
    assert!(!heard(&console).contains(&"s-of-nobody".to_owned()), "nobody is asked for it");
    console.keys("x");
    assert!(console.model.dialog.is_none(), "there is no task to cancel");
}

#[test]
fn more_lines_than_can_be_listed_are_counted() {
    let mut console = Console::full(80, 24);
    command(&mut console, "grep x");
    let lines: Vec<(u64, &str)> = (0..1200).map(|n| (n, "x")).collect();
    found(&mut console, 1, Some("s-pager"), &lines);
    let screen = text(&console.model);
    assert!(screen.contains("1200 lines") && screen.contains("the first 1000 listed"), "{screen}");
    console.keys("G");
    assert!(text(&console.model).contains("    999"));
}

#[test]
fn following_a_log_writes_the_line_that_came_and_next_to_nothing_else() {
    use atc::runtime::terminal::Painter;

    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = Console::full(width, height);
        console.select("retry");
        console.keys("lz");
        let first: Vec<String> = (0..200).map(|n| format!("line {n} of what was said before")).collect();
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        log(&mut console, "s-retry", true, &first);
        let mut painter = Painter::new(true);
        let mut paint = |console: &Console| {
            let mut out = Vec::new();
            painter.frame(&buffer(&console.model, &Theme::default()), None, &mut out);
            out
        };
        paint(&console);
        for n in 0..20 {
            let said = format!("I'll hand the clock in instead of reading it, {n:04}");
            log(&mut console, "s-retry", false, &[&said]);
            let written = paint(&console);
            // The first line sets the scroll region, which stays.
            let most = said.len() + if n == 0 { 40 } else { 25 };
            assert!(written.len() <= most, "{width}x{height} {n}: {:?}", String::from_utf8_lossy(&written));
            assert!(paint(&console).is_empty(), "an unchanged screen writes nothing");
        }
    }
}
