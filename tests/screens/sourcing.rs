//! Where a log is read, which sessions a task has, and the record behind an entry: chosen, shown, left.

use atc::console::Effect;
use atc::console::event::{LogLook, LogNews, LogOrigin, Mouse, MouseKind, News, Op, Tried, What};
use atc::console::keys::Key;
use atc::console::rawlog::{self, From};
use atc::domain::{Fault, FaultKind, LogSource, Session, SessionId, Source, SourceChoice, State, TaskId};
use atc::text::Safe;
use atc::transcript::Format;
use atc::transcript::raw::{RawLine, RawLines};
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, ago, now, repo, settings, task, with_session};

const ID: &str = "fix-retry";

/// A session log in which the agent speaks and runs a command; line 3 calls, line 5 answers.
fn log() -> String {
    let at = now().timestamp() - 60;
    let record = |n: i64, delta: &str| {
        format!(
            "data: {{\"id\":\"r{n}\",\"created\":{},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"delta\":{{{delta}}}}}]}}\n\n",
            at + n
        )
    };
    let call = "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"index\":0,\"function\":{\"name\":\"bash\",\"arguments\":\"{\\\"command\\\":\\\"cargo test\\\"}\"}}]";
    record(1, "\"role\":\"assistant\",\"content\":\"I will look at the clock.\"")
        + &record(2, &format!("\"role\":\"assistant\",{call}"))
        + &record(4, &format!("{call},\"content\":\"\\u001b[31mred\\u001b[0m\\n<exited with exit code 0>\""))
}

fn news(origin: LogOrigin, format: Format, log: &str) -> LogNews {
    LogNews {
        session: SessionId::new("s-2"),
        choice: SourceChoice::Auto,
        origin,
        format,
        reset: true,
        bytes: log.as_bytes().to_vec(),
        complete: false,
        because: None,
        tried: Vec::new(),
        received: log.len() as u64,
    }
}

fn session(n: i64, state: State) -> Session {
    let mut one = with_session(task(ID, "api", "Fix flaky retry test", state, 60 - 20 * n, 1), "Make it green.");
    let mut session = one.sessions.take().unwrap().remove(0);
    session.id = SessionId::new(format!("s-{n}"));
    session.completed_at = (!session.state.is_active()).then(|| ago(60 - 20 * n - 12));
    session
}

/// A task with two sessions, the log of the latest open and read.
fn reading(width: u16, height: u16) -> Console {
    let mut console = with_sessions(width, height, vec![session(0, State::Failed), session(2, State::InProgress)]);
    say(&mut console, news(LogOrigin::CopilotApi, Format::SessionLog, &log()));
    console
}

fn with_sessions(width: u16, height: u16, sessions: Vec<Session>) -> Console {
    let mut console = Console::with(settings(), width, height);
    let mut one = task(ID, "api", "Fix flaky retry test in scheduler", State::InProgress, 60, 1);
    one.sessions = Some(sessions);
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![one], unreadable: 0 });
    console.select(ID);
    console.keys("l");
    console
}

fn say(console: &mut Console, news: LogNews) {
    console.good(Source::Log(news.session.clone()), News::Log(news));
}

fn shown(console: &Console) -> &atc::console::state::log::Shown {
    console.model.log.shown.as_ref().expect("a log is shown")
}

fn line_of(console: &Console, words: &str) -> String {
    let screen = text(&console.model);
    screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}:\n{screen}")).to_owned()
}

fn lines(of: &[(u32, &str)]) -> RawLines {
    let line = |(number, text): &(u32, &str)| RawLine { number: Some(*number), text: (*text).into() };
    RawLines { lines: of.iter().map(line).collect(), ..RawLines::default() }
}

fn wished(effects: &[Effect]) -> (rawlog::Bytes, u64) {
    match effects {
        [Effect::RawLog(of, rawlog::Wish::Lines { request, .. })] => ((**of).clone(), *request),
        other => panic!("{other:?}"),
    }
}

fn answer(console: &mut Console, request: u64, result: Result<(RawLines, From), Fault>) {
    let news = rawlog::News { request, result, received: 1000 };
    console.happen(What::Op(Op::Record(Box::new(news))));
}

#[test]
fn the_list_of_sources_tells_what_is_in_use_what_is_not_and_what_it_cost() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = reading(width, height);
        let why = Safe::new("the job still runs");
        let tried = vec![
            Tried { source: LogSource::SessionLog, why: Safe::new("switched off by copilot_api = \"off\"") },
            Tried { source: LogSource::JobLog, why },
        ];
        let steps = "2026-11-20T14:02:00.0000000Z copilot: in progress\n";
        say(&mut console, LogNews { tried, ..news(LogOrigin::JobSteps, Format::JobLog, steps) });
        for received in [0, 0, 120_000] {
            let look = LogLook { session: SessionId::new("s-2"), choice: SourceChoice::Auto, received };
            console.good(Source::Log(SessionId::new("s-2")), News::LogSame(look));
        }
        console.keys("sj");
        insta::assert_snapshot!(format!("sources_{width}x{height}"), text(&console.model));
    }
}

#[test]
fn a_source_chosen_by_hand_stays_for_its_session_until_another_is_chosen() {
    let mut console = reading(80, 24);
    console.keys("sjj");
    console.press(Key::Enter);
    assert_eq!(shown(&console).choice, SourceChoice::Only(LogSource::JobLog));
    assert!(text(&console.model).contains("Loading the log"), "nothing of the source before is shown as this one's");
    // Late news of the wish before are not taken for the new one's.
    say(&mut console, news(LogOrigin::CopilotApi, Format::SessionLog, &log()));
    assert!(shown(&console).transcript.entries().is_empty());
    let job = "2026-11-20T14:02:03.0000000Z all is well\n";
    let chosen =
        LogNews { choice: SourceChoice::Only(LogSource::JobLog), ..news(LogOrigin::JobLog, Format::JobLog, job) };
    say(&mut console, chosen);
    assert!(text(&console.model).contains("all is well") && text(&console.model).contains("job log"));
    console.keys("Sj");
    console.press(Key::Enter);
    assert_eq!(
        (shown(&console).session.clone(), shown(&console).choice),
        (Some(SessionId::new("s-0")), SourceChoice::Auto)
    );
    console.keys("Sk");
    console.press(Key::Enter);
    assert_eq!(shown(&console).choice, SourceChoice::Only(LogSource::JobLog), "it was chosen for this session");
    console.keys("sa");
    assert_eq!(shown(&console).choice, SourceChoice::Auto);
}

#[test]
fn a_source_chosen_by_hand_that_fails_says_so_and_is_not_left() {
    let mut console = reading(80, 24);
    console.keys("sjjjj");
    console.press(Key::Enter);
    let fault =
        Fault::new(FaultKind::Permission, "the token may not read this pull request", "give it Pull requests: read");
    console.bad(Source::Log(SessionId::new("s-2")), fault);
    assert_eq!(shown(&console).choice, SourceChoice::Only(LogSource::Timeline));
    assert!(
        text(&console.model).contains("No log: the token may not read this pull request"),
        "{}",
        text(&console.model)
    );
    console.keys("s");
    assert!(
        line_of(&console, "pull request timeline").contains("fails: the token may not"),
        "{}",
        text(&console.model)
    );
}

#[test]
fn who_reads_further_up_stands_at_the_nearest_time_in_another_source() {
    let job = |n: i64| {
        let at = now() + TimeDelta::seconds(n - 100);
        format!("{} line {n}\n", at.format("%Y-%m-%dT%H:%M:%S.0000000Z"))
    };
    let mut console = reading(80, 24);
    console.keys("[[");
    let at = shown(&console).transcript.entries()[shown(&console).reader.cursor].at.unwrap();
    console.keys("sjj");
    console.press(Key::Enter);
    let choice = SourceChoice::Only(LogSource::JobLog);
    let whole: String = (0..100).map(job).collect();
    say(&mut console, LogNews { choice, ..news(LogOrigin::JobLog, Format::JobLog, &whole) });
    let reader = &shown(&console).reader;
    assert_eq!(shown(&console).transcript.entries()[reader.cursor].at, Some(at));
    assert!(!reader.follow);
}

#[test]
fn the_list_of_sessions_is_newest_first_with_the_shown_one_marked() {
    for (width, height) in [(80, 24), (160, 45)] {
        let sessions = vec![session(0, State::Failed), session(1, State::Completed), session(2, State::InProgress)];
        let mut console = with_sessions(width, height, sessions);
        console.keys("Sj");
        insta::assert_snapshot!(format!("sessions_{width}x{height}"), text(&console.model));
        console.press(Key::Enter);
        assert_eq!(shown(&console).session, Some(SessionId::new("s-1")));
    }
}

#[test]
fn a_task_with_one_session_or_none_says_so_instead_of_a_list() {
    let mut console = with_sessions(80, 24, vec![session(2, State::InProgress)]);
    console.keys("S");
    assert!(console.model.log.list.is_none() && text(&console.model).contains("this task has one session"));
    let mut console = with_sessions(80, 24, Vec::new());
    console.keys("S");
    assert!(text(&console.model).contains("this task has no session yet"));
    console.keys("s");
    assert!(console.model.log.list.is_none() && text(&console.model).contains("no session's log is shown"));
}

#[test]
fn sessions_that_come_while_the_list_is_open_do_not_move_its_cursor() {
    let mut console = reading(80, 24);
    console.keys("Sj");
    let mut one = task(ID, "api", "Fix flaky retry test in scheduler", State::InProgress, 60, 0);
    one.sessions = Some(vec![session(0, State::Failed), session(2, State::Completed), session(3, State::InProgress)]);
    console.good(Source::Task(TaskId::new(ID)), News::Task(Box::new(one)));
    assert!(line_of(&console, "✗ failed").starts_with('▌'), "{}", text(&console.model));
    console.press(Key::Enter);
    assert_eq!(shown(&console).session, Some(SessionId::new("s-0")));
}

#[test]
fn a_click_takes_a_row_and_one_beside_the_list_closes_it() {
    let mut console = reading(80, 24);
    console.keys("S");
    let screen = text(&console.model);
    let row = screen.lines().position(|line| line.contains("✗ failed")).unwrap();
    let click =
        |row: usize| What::Mouse(Mouse { kind: MouseKind::Click, column: 10, row: u16::try_from(row).unwrap() });
    console.happen(click(row));
    assert_eq!(
        (shown(&console).session.clone(), console.model.log.list.is_none()),
        (Some(SessionId::new("s-0")), true)
    );
    console.keys("S");
    console.happen(click(5));
    assert!(console.model.log.list.is_none());
    assert_eq!(shown(&console).session, Some(SessionId::new("s-0")));
}

#[test]
fn the_record_behind_an_entry_is_asked_for_once_and_shown_as_it_came() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = reading(width, height);
        let effects = console.keys("v");
        let (of, request) = wished(&effects);
        assert_eq!((of.origin, of.log.session.raw(), of.complete), (LogOrigin::CopilotApi, "s-2", false));
        let all = log();
        let raw: Vec<&str> = all.lines().collect();
        answer(&mut console, request, Ok((lines(&[(3, raw[2]), (5, raw[4])]), From::Served(now()))));
        let screen = text(&console.model);
        assert!(screen.contains("as served now, 14:03:00") && screen.contains("line 3 of the log"), "{screen}");
        insta::assert_snapshot!(format!("record_{width}x{height}"), screen);
        console.keys("G");
        assert!(text(&console.model).contains("exited with exit code 0"), "{}", text(&console.model));
        let effects = console.keys("y");
        assert_eq!(effects, [Effect::Copy(format!("{}\n{}", raw[2], raw[4]).into())], "copied as it came");
        console.press(Key::Esc);
        assert!(shown(&console).record.is_none() && text(&console.model).contains("cargo test"));
        assert_eq!(shown(&console).cost.received, all.len() as u64 + 1000);
    }
}

#[test]
fn a_record_of_a_log_that_was_replaced_says_so() {
    let mut console = reading(80, 24);
    let (_, request) = wished(&console.keys("v"));
    let gone = RawLines { missing: true, ..RawLines::default() };
    answer(&mut console, request, Ok((gone, From::Served(now()))));
    assert!(text(&console.model).contains("no longer there: the log was replaced"), "{}", text(&console.model));
    console.press(Key::Esc);
    let (_, request) = wished(&console.keys("v"));
    answer(&mut console, request, Ok((lines(&[(3, "data: {}"), (5, "data: {}")]), From::Served(now()))));
    assert!(text(&console.model).contains("this is what stands there now"), "{}", text(&console.model));
    console.press(Key::Esc);
    let (_, request) = wished(&console.keys("v"));
    let fault = Fault::new(FaultKind::Offline, "no connection", "look at the network");
    answer(&mut console, request, Err(fault));
    assert!(text(&console.model).contains("The record cannot be read: no connection"));
}

#[test]
fn nothing_of_a_record_acts_on_the_terminal_and_every_escape_is_spelled() {
    let mut console = reading(80, 24);
    let (_, request) = wished(&console.keys("v"));
    let evil = "data: \u{1b}]0;pwned\u{7} \u{202e}x";
    answer(&mut console, request, Ok((lines(&[(3, evil)]), From::Served(now()))));
    let screen = text(&console.model);
    assert!(screen.contains("^[]0;pwned^G") && screen.contains("<U+202E>"), "{screen}");
    assert!(!screen.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn the_bytes_of_a_followed_log_are_saved_as_they_came() {
    let mut console = reading(80, 24);
    console.keys(":save");
    console.happen(What::Paste(" log.raw raw".into()));
    match console.press(Key::Enter).as_slice() {
        [Effect::RawLog(of, rawlog::Wish::Save { to })] => {
            assert_eq!((to.as_str(), of.format), ("log.raw", Format::SessionLog));
        }
        other => panic!("{other:?}"),
    }
}
