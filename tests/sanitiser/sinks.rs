//! Every place where a stranger's words come out, in one table, and every corpus through each of them: T-01 to T-15.
//!
//! ```text
//! corpus ─> a screen's model ─draw─> cells ─Painter─> bytes ─> our grammar, and an emulator that must notice nothing
//!        └> a way out beside the cells ─────────────> bytes ─┘
//! ```
//!
//! A pane, dialog or line that is new has its own context, and a context that no sink leads to fails.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use atc::console::event::{Event, GrepNews, Local, LogNews, LogOrigin, News, Op, Tried, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::found;
use atc::console::state::tone::Tone;
use atc::console::update::update;
use atc::console::view::{Theme, draw};
use atc::console::{Effect, doctor, issue, ledger, rawlog, reviews};
use atc::domain::capability::{self, Answer};
use atc::domain::policy::Fact;
use atc::domain::pull_look::{Change, ChangedFile, ChangedFiles};
use atc::domain::{
    Artifact, CancelPhase, CancelProgress, Fault, FaultKind, Issue, IssueRef, Issues, LogSource, NodeId, Person,
    PullDiff, PullId, PullLook, PullRef, PullTarget, SessionId, Source, SourceChoice, State, Task, UserId,
};
use atc::runtime::terminal::Painter;
use atc::text::{Safe, Untrusted, sink};
use atc::transcript::raw::{RawLine, RawLines};
use atc::transcript::{Format, Transcript, export};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::corpus;
use crate::judge::{Noticed, forbidden};
use crate::world::{Console, ago, now, pull, repo, task, with_session};

const WIDTH: u16 = 200;

/// Where words come out.
enum Way {
    /// On a screen that shows so many of them at once, in this context.
    Screen { rows: usize, context: Context, build: fn(&[String]) -> Console },
    /// Beside the cells: what goes out, which must be plain.
    Bytes { ascii: bool, give: fn(&str) -> String },
}

struct Sink(&'static str, Way);

const fn screen(name: &'static str, rows: usize, context: Context, build: fn(&[String]) -> Console) -> Sink {
    Sink(name, Way::Screen { rows, context, build })
}

const fn ascii(name: &'static str, give: fn(&str) -> String) -> Sink {
    Sink(name, Way::Bytes { ascii: true, give })
}

const fn lines(name: &'static str, give: fn(&str) -> String) -> Sink {
    Sink(name, Way::Bytes { ascii: false, give })
}

const SINKS: &[Sink] = &[
    screen("queue: names, people, agents", 90, Context::Queue, queue),
    screen("detail of a task", 90, Context::Detail, detail),
    screen("log of a session", 90, Context::Log, session_log),
    screen("log of a job", 90, Context::Log, job_log),
    screen("record behind an entry", 90, Context::Record, record),
    screen("sources of a log", 90, Context::List, sources),
    screen("wall", 40, Context::Wall, wall),
    screen("lines found in kept logs", 90, Context::Found, found_lines),
    screen("ledger", 90, Context::Ledger, ledger_rows),
    screen("cancels", 90, Context::Cancels, cancels),
    screen("what is written to the agent", 90, Context::FollowUp, follow_up),
    screen("doctor", 90, Context::Doctor, examined),
    screen("inbox", 90, Context::Inbox, inbox),
    screen("reviews", 90, Context::Reviews, review_list),
    screen("page of a pull request", 90, Context::Pull, page),
    screen("diff", 90, Context::Diff, diff),
    screen("templates", 90, Context::Templates, templates),
    screen("issues", 90, Context::Issues, issues),
    screen("form: prompt and request", 90, Context::Form, form),
    screen("repositories of a prompt", 90, Context::Repos, repos),
    screen("plan", 90, Context::Plan, plan),
    screen("question", 40, Context::Dialog, dialog),
    screen("help over a screen", 90, Context::Help, help),
    screen("command line", 40, Context::Line, line),
    screen("footer and why nothing may be changed", 40, Context::Queue, note),
    screen("title of a pane: a file's name", 40, Context::Log, file_name_on_screen),
    ascii("plain line of a verb, journal, panic report", sink::plain),
    ascii("window title, OSC 9 and OSC 777", sink::title),
    ascii("argument of a notifier", sink::argument),
    ascii("cell of a CSV export", sink::csv_cell),
    ascii("file name", sink::file_name),
    ascii("clipboard, OSC 52", |raw| sink::clipboard(raw).unwrap_or_default()),
    ascii("address to open, OSC 8", |raw| {
        sink::link(&format!("https://github.com/{raw}"), &["github.com"]).unwrap_or_default()
    }),
    lines("error text", |raw| Fault::new(FaultKind::Local, raw, raw).to_string()),
    lines("saved log as text", |raw| exported(raw, false)),
    lines("saved log as Markdown", |raw| exported(raw, true)),
    lines("reveal view", |raw| joined(&Untrusted::from(raw).show_spelled())),
];

/// Those that show only what the operator chose, or the program's own words.
const OWN_WORDS: &[Context] = &[Context::Global];

const EVERY_CONTEXT: &[Context] = &[
    Context::Global,
    Context::Queue,
    Context::Detail,
    Context::Log,
    Context::List,
    Context::Record,
    Context::Wall,
    Context::Found,
    Context::Ledger,
    Context::Cancels,
    Context::FollowUp,
    Context::Doctor,
    Context::Inbox,
    Context::Reviews,
    Context::Pull,
    Context::Diff,
    Context::Templates,
    Context::Issues,
    Context::Form,
    Context::Repos,
    Context::Plan,
    Context::Dialog,
    Context::Help,
    Context::Line,
];

fn joined(lines: &[Safe]) -> String {
    lines.iter().map(Safe::as_str).collect::<Vec<_>>().join("\n")
}

fn exported(raw: &str, markdown: bool) -> String {
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(format!("2026-11-20T12:00:00.0000000Z {raw}\n").as_bytes());
    transcript.finish();
    export::entries(transcript.entries(), markdown)
}

fn console() -> Console {
    Console::new(WIDTH, 100)
}

fn small() -> Console {
    Console::new(WIDTH, 14)
}

fn a_task(n: usize, words: &str, state: State) -> Task {
    let mut new = with_session(task(&format!("t{n:03}"), "api", words, state, 60, 5), words);
    new.creator = Some(Person { id: UserId(n as u64), login: Some(words.into()) });
    new.custom_agent = Some(words.into());
    for session in new.sessions.iter_mut().flatten() {
        session.error = Some(words.into());
        session.model = Some(words.into());
        session.head_ref = Some(words.into());
    }
    new
}

fn with_tasks(mut console: Console, words: &[String], state: &State) -> Console {
    let tasks = words.iter().enumerate().map(|(n, words)| a_task(n, words, state.clone())).collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    console.keys("g");
    console
}

fn command(console: &mut Console, words: &str) -> Vec<Effect> {
    console.keys(":");
    console.keys(words);
    console.press(Key::Enter)
}

fn queue(words: &[String]) -> Console {
    with_tasks(console(), words, &State::InProgress)
}

fn detail(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &[words.join("\n")], &State::Failed);
    console.keys("d");
    console
}

fn log(mut console: Console, format: Format, bytes: Vec<u8>, why: &str) -> Console {
    let session = SessionId::new("s-t000");
    let news = LogNews {
        session: session.clone(),
        choice: SourceChoice::Auto,
        origin: if format == Format::JobLog { LogOrigin::JobLog } else { LogOrigin::CopilotApi },
        format,
        reset: true,
        bytes,
        complete: false,
        because: Some(Safe::new(why)),
        tried: vec![Tried { source: LogSource::JobLog, why: Safe::new(why) }],
        received: 0,
    };
    console.keys("l");
    console.good(Source::Log(session), News::Log(news));
    console
}

fn session_log(words: &[String]) -> Console {
    let quoted = |words: &str| serde_json::to_string(words).unwrap();
    let record = |(n, words): (usize, &String)| {
        let arguments = quoted(&format!("{{\"command\":{}}}", quoted(words)));
        format!(
            "data: {{\"id\":\"r{n}\",\"created\":1757413049,\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":{0},\
             \"tool_calls\":[{{\"id\":\"c{n}\",\"index\":0,\"function\":{{\"name\":{0},\"arguments\":{arguments}}}}}]}},\
             \"finish_reason\":\"stop\"}}]}}\n\n",
            quoted(words)
        )
    };
    let bytes: String = words.iter().enumerate().map(record).collect();
    log(with_tasks(console(), &words[..1], &State::InProgress), Format::SessionLog, bytes.into_bytes(), &words[0])
}

fn job_bytes(words: &[String]) -> Vec<u8> {
    words.iter().map(|words| format!("2026-11-20T12:00:00.0Z {words}\n")).collect::<String>().into_bytes()
}

fn job_log(words: &[String]) -> Console {
    log(with_tasks(console(), &words[..1], &State::InProgress), Format::JobLog, job_bytes(words), &words[0])
}

fn record(words: &[String]) -> Console {
    let mut console = job_log(words);
    let effects = console.keys("v");
    let request = effects.iter().find_map(|effect| match effect {
        Effect::RawLog(_, rawlog::Wish::Lines { request, .. }) => Some(*request),
        _ => None,
    });
    let line = |(n, words): (usize, &String)| RawLine { number: u32::try_from(n).ok(), text: words.as_str().into() };
    let lines = RawLines { lines: words.iter().enumerate().map(line).collect(), ..RawLines::default() };
    let news = rawlog::News {
        request: request.expect("lines are wished"),
        result: Ok((lines, rawlog::From::File)),
        received: 0,
    };
    console.happen(What::Op(Op::Record(Box::new(news))));
    console
}

fn sources(words: &[String]) -> Console {
    let mut console =
        log(with_tasks(console(), words, &State::InProgress), Format::JobLog, job_bytes(words), &words.join("\n"));
    console.keys("s");
    console
}

fn wall(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::InProgress);
    command(&mut console, "wall");
    for n in 0..words.len() {
        let session = SessionId::new(format!("s-t{n:03}"));
        let news = LogNews {
            session: session.clone(),
            choice: SourceChoice::Auto,
            origin: LogOrigin::JobLog,
            format: Format::JobLog,
            reset: true,
            bytes: job_bytes(&words[n..=n]),
            complete: false,
            because: None,
            tried: Vec::new(),
            received: 0,
        };
        console.good(Source::Log(session), News::Log(news));
    }
    console
}

fn found_lines(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &words[..1], &State::InProgress);
    let effects = command(&mut console, "grep fix");
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Grep(Some((id, _))) => Some(*id),
        _ => None,
    });
    let line = |(n, words): (usize, &String)| found::Line {
        log: found::Log { session: None, name: words.as_str().into(), kept_at: now() },
        number: n as u64,
        text: words.as_str().into(),
    };
    let lines = words.iter().enumerate().map(line).collect();
    let progress = Some(found::Progress::Failed(Safe::new(&words[0])));
    console.happen(What::Op(Op::Grep(GrepNews { id: id.expect("a search"), lines, progress })));
    console
}

fn ledger_rows(words: &[String]) -> Console {
    let mut console = console();
    let effects = console.keys("A");
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Ledger(wish) => Some(wish.id),
        _ => None,
    });
    let row = |words: &String| ledger::Row {
        at: ago(5),
        unresolved: false,
        title: Safe::new(words),
        tone: Tone::Plain,
        repo: repo("api"),
        task: None,
        detail: Safe::new(words),
    };
    let told = Ok(ledger::Told::Page { rows: words.iter().map(row).collect(), more: None });
    console.happen(What::Op(Op::Ledger(ledger::News { id: id.expect("a page"), told })));
    console
}

fn cancels(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::InProgress);
    for n in 0..words.len() {
        let at = a_task(n, "", State::InProgress).at;
        console.happen(What::Op(Op::Cancel(CancelProgress::new(at, CancelPhase::Looking, now()))));
    }
    console.keys("K");
    console
}

fn paste(console: &mut Console, words: &[String]) {
    console.happen(What::Paste(Untrusted::from(words.join("\n").as_str())));
}

fn follow_up(words: &[String]) -> Console {
    let mut console = console();
    let mut one = a_task(0, &words[0], State::Idle);
    one.artifacts.push(Artifact::Pull { id: PullId(1), node: Some(NodeId::new("PR_1")), state: None });
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![one], unreadable: 0 });
    a_pull(&mut console, &words[..1]);
    console.keys("gf");
    paste(&mut console, words);
    console
}

fn examined(words: &[String]) -> Console {
    let mut console = console();
    command(&mut console, "doctor");
    let id = console.model.place.doctor.wishes;
    let row = |words: &String| {
        capability::Row::new(&capability::PULLS_READ, Answer::No, words, now()).because(words).next(words)
    };
    let told = doctor::Told::Rows(words.iter().map(row).collect());
    console.happen(What::Op(Op::Examined(doctor::News { id, told })));
    console
}

fn inbox(words: &[String]) -> Console {
    let mut console = with_tasks(console(), words, &State::WaitingForUser);
    console.keys("I");
    console
}

/// Pull requests in these words, the first of them with its branch, its people and its files.
fn a_pull(console: &mut Console, words: &[String]) -> PullTarget {
    let pulls: Vec<_> = words
        .iter()
        .enumerate()
        .map(|(n, words)| {
            let mut pull = pull(n as u64 + 1, "api", n as u64 + 1, words);
            pull.head_ref = words.as_str().into();
            pull.base_ref = words.as_str().into();
            pull.author = Some(words.as_str().into());
            pull.requested = vec![words.as_str().into()];
            pull
        })
        .collect();
    let target = PullTarget::of(&pulls[0]);
    let news =
        pulls.into_iter().map(|p| (PullRef { repo: p.repo.clone(), id: p.id, node: Some(p.node.clone()) }, Some(p)));
    console.good(Source::Pulls, News::Pulls(news.collect()));
    target
}

fn review_list(words: &[String]) -> Console {
    let mut console = console();
    a_pull(&mut console, words);
    console.keys("p");
    console
}

fn page(words: &[String]) -> Console {
    let mut console = console();
    let target = a_pull(&mut console, &words[..1]);
    console.keys("p");
    console.press(Key::Enter);
    let file = |words: &String| ChangedFile {
        path: words.as_str().into(),
        before: Some(words.as_str().into()),
        change: Change::Renamed,
        added: 1,
        removed: 1,
    };
    let files = ChangedFiles { files: words.iter().map(file).collect(), more: false };
    let look = PullLook { head: target.head.clone(), files: Ok(files), owners: Ok(None), agent_merge: None };
    console.happen(What::Op(Op::Reviews(Box::new(reviews::News::Look(target, Box::new(look))))));
    console
}

fn diff(words: &[String]) -> Console {
    let mut console = console();
    let target = a_pull(&mut console, &words[..1]);
    console.keys("pD");
    let mut text = String::from("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,40 +1,40 @@\n");
    for (n, words) in words.iter().enumerate() {
        text.push_str(["+", "-", " "][n % 3]);
        text.push_str(words);
        text.push('\n');
    }
    let news = reviews::News::Diff(target, Ok(PullDiff { text: text.as_str().into(), cut: false }));
    console.happen(What::Op(Op::Reviews(Box::new(news))));
    console
}

fn templates(words: &[String]) -> Console {
    let mut console = console();
    let one = atc::template::shipped::shipped().remove(0);
    let templates = words
        .iter()
        .map(|words| {
            let mut template = one.clone();
            (template.title, template.description) = (words.clone(), words.clone());
            template
        })
        .collect();
    console.happen(What::Local(Local::Templates { templates, faults: Vec::new() }));
    console.keys("n");
    console
}

fn issues(words: &[String]) -> Console {
    let mut console = console();
    command(&mut console, "issue acme/api");
    let issue = |(n, words): (usize, &String)| Issue {
        at: IssueRef { repo: repo("api"), number: n as u64 },
        title: words.as_str().into(),
        body: words.as_str().into(),
        open: true,
        labels: vec![words.as_str().into()],
        assignees: Vec::new(),
        author: Some(words.as_str().into()),
        created_at: None,
        html_url: None,
    };
    let all = Issues { issues: words.iter().enumerate().map(issue).collect(), unreadable: 0, more: false };
    let news = issue::News::List { repo: repo("api"), result: Ok(all), enabled: Fact::Known(true) };
    console.happen(What::Op(Op::Issue(news)));
    console
}

fn blank_form() -> Console {
    let mut console = console();
    console.keys("nG");
    console.press(Key::Enter);
    console
}

fn form(words: &[String]) -> Console {
    let mut console = blank_form();
    paste(&mut console, words);
    console
}

fn ctrl(console: &mut Console, c: char) {
    console.happen(What::Key(Chord::ctrl(c)));
}

fn repos(words: &[String]) -> Console {
    let mut console = form(words);
    ctrl(&mut console, 'f');
    paste(&mut console, &words[..1]);
    console
}

fn plan(words: &[String]) -> Console {
    let mut console = form(words);
    ctrl(&mut console, 'f');
    for _ in 0..2 {
        console.press(Key::Down);
        console.keys(" ");
    }
    console.press(Key::Enter);
    ctrl(&mut console, 's');
    console
}

fn dialog(words: &[String]) -> Console {
    let mut console = with_tasks(console(), &[words.join("\n")], &State::InProgress);
    console.keys("x");
    console
}

fn help(words: &[String]) -> Console {
    let mut console = queue(words);
    console.keys("?");
    console
}

fn line(words: &[String]) -> Console {
    let mut console = with_tasks(small(), words, &State::InProgress);
    console.keys("/");
    paste(&mut console, words);
    console
}

fn note(words: &[String]) -> Console {
    let mut console = small();
    console.happen(What::Op(Op::Note { bad: true, text: Safe::new(words.join("\n")) }));
    let fault = Fault::new(FaultKind::Authentication, words.join("\n"), words.join("\n"));
    console.bad(Source::Tasks(repo("api")), fault);
    console
}

fn file_name_on_screen(words: &[String]) -> Console {
    let mut console = small();
    console.model.place.log_only = true;
    let name = Untrusted::from(words.join("\n").as_str()).show_line();
    let bytes = job_bytes(words);
    console.happen(What::Local(Local::LogFile { name, format: Format::JobLog, bytes }));
    console
}

/// What goes to the terminal for this screen.
fn painted(console: &mut Console) -> (Vec<u8>, u16, u16) {
    update(&mut console.model, Event { at: console.at, what: What::Wake });
    let size = console.model.place.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    let cursor = draw(&console.model, &Theme::default(), &mut buffer);
    let mut bytes = Vec::new();
    Painter::new(true).frame(&mut buffer, cursor, &mut bytes);
    (bytes, size.width, size.height)
}

/// Only what the painter itself is made of: colours, moves, erasing, regions, two modes; and text without a forbidden
/// class in it.
fn foreign(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                let mut sequence = String::from(rest.next()?);
                if sequence == "[" {
                    while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || matches!(c, ';' | '?')) {
                        sequence.push(c);
                    }
                    sequence.push(rest.next()?);
                }
                let known = match sequence.as_str() {
                    "M" | "[?25h" | "[?25l" | "[?2026h" | "[?2026l" => true,
                    other => !other.contains('?') && other.ends_with(['m', 'H', 'J', 'K', 'A', 'B', 'C', 'D', 'r']),
                };
                if !known {
                    return Some(format!("ESC {sequence}"));
                }
            }
            '\n' | '\r' | '\u{8}' => {}
            c => {
                if let Some(class) = forbidden(c) {
                    return Some(format!("{class} U+{:04X}", u32::from(c)));
                }
            }
        }
    }
    None
}

fn judge(name: &str, words: &[String], bytes: &[u8], width: u16, height: u16) {
    assert!(std::str::from_utf8(bytes).is_ok(), "{name}: not text: {words:?}");
    if let Some(what) = foreign(bytes) {
        panic!("{name} let {what} through: {words:?}");
    }
    let size = |n: u16| NonZeroU16::new(n).unwrap();
    let mut terminal = vt100::Parser::new_with_callbacks(size(height), size(width), 0, Noticed::default());
    terminal.process(bytes);
    // The frame's own mode, which this emulator does not know, and what stands for a byte that is no text.
    let noticed: Vec<&String> =
        terminal.callbacks().0.iter().filter(|n| !matches!(n.as_str(), "csi h" | "csi l")).collect();
    assert!(noticed.is_empty(), "{name}: the terminal noticed {noticed:?} of {words:?}");
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.application_cursor(), "{name}");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "{name}");
    // No cell may cost a frame's worth of bytes.
    assert!(bytes.len() <= 64 * usize::from(width) * usize::from(height), "{name}: {} bytes", bytes.len());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The corpora, by what they are about.
fn corpora() -> Vec<(&'static str, Vec<String>)> {
    let all: Vec<String> = corpus::plain().iter().map(|bytes| text(bytes)).collect();
    let between = |c: u32| char::from_u32(c).map(|c| format!("a{c}b {c} login{c}"));
    let bidi = [0x061c, 0x200e, 0x200f].into_iter().chain(0x202a..=0x202e).chain(0x2066..=0x2069);
    let frames =
        ["{}txt.exe", "acme/{}api", "if (admin{}) {", "{}", "/* } {} if */", "a{}b{}c", "\u{5d0}{}\u{5d1}", "{}\n{}"];
    let bidi = bidi.filter_map(char::from_u32).flat_map(|c| frames.map(|frame| frame.replace("{}", &c.to_string())));
    let invisible = [0x00ad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xfeff, 0xffa0, 0xe000, 0xf8ff, 0x10_fffd]
        .into_iter()
        .chain(0x200b..=0x200d)
        .chain(0x2060..=0x206f)
        .chain(0x180b..=0x180f)
        .chain(0xfe00..=0xfe0f)
        .chain(0xfff0..=0xfffb)
        .chain((0xe0000..=0xe007f).step_by(2))
        .chain(0x2028..=0x2029);
    let heavy = [
        format!("a{}b", "\u{301}".repeat(5000)),
        "👩\u{200d}".repeat(500),
        "\u{1f3fb}".repeat(500),
        "\u{fe0f}".repeat(500),
        "x".repeat(100_000),
        "漢".repeat(5000),
        "word\u{7} ".repeat(5000),
        "\u{1b}]0;".repeat(2000),
        format!("\u{1b}]0;{}", "y".repeat(10_000)),
        format!("\u{1b}[{}mx", "1;".repeat(1000)),
        format!("\u{1b}[38;5;{}mx", "9".repeat(500)),
        "\u{1b}[8mhidden\u{1b}[0m \u{1b}[30;40msame\u{1b}[0m \u{1b}[5mblink".to_owned(),
    ];
    let overwriting = [
        "10%\r20%\r30%",
        "a\u{8}\u{8}\u{8}b",
        "x\u{b}y\u{c}z",
        "a\u{85}b",
        "a\u{2028}b\u{2029}c",
        "n\0u\0l",
        "\r\r\r",
        "tab\there",
    ];
    let awkward = [
        "",
        " ",
        "-",
        "--help",
        "-rf /",
        "NULL",
        "undefined",
        "NaN",
        "1e309",
        "../../etc/passwd",
        "C:\\con\\aux",
        "'; DROP TABLE x; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "{% include 'x' %}",
        "${HOME}",
        "$(id)",
        "`id`",
        "%s%n%p",
        "=1+1",
        "@SUM(A1)",
        "+1",
        "|calc",
        "https://github.com@evil.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "\\u001b[31m",
        "\\x1b]0;x\\x07",
        "^[[2J",
        "&#27;[2J",
        "\u{feff}bom",
        "Ω≈ç√∫˜µ",
        "田中さん",
        "ÅÍÎÏ˝ÓÔ",
        "()()()",
        "\\\\\\",
        "\"\"\"",
        "''''",
        "a\u{0}b",
        "𝒳𝓎",
        "ﬁ",
        "İ",
        "ß",
        "ǅ",
    ];
    let people = [
        "Größe ändern – „schön“",
        "修复不稳定的测试",
        "שלום",
        "مرحباً",
        "नमस्ते क्षत्रिय",
        "ภาษาไทย",
        "한국어",
        "👍🏽 🇪🇸",
        "é e\u{301}",
    ];
    vec![
        ("T-01 control sequences", all),
        ("T-03 named", corpus::named().iter().map(|(_, sequence)| format!("before {sequence} after")).collect()),
        ("T-07 directions", bidi.collect()),
        ("T-08 invisible", invisible.filter_map(between).collect()),
        ("T-05, T-09, T-10 heavy", heavy.to_vec()),
        ("T-11 overwriting", overwriting.map(str::to_owned).to_vec()),
        ("T-12 awkward", awkward.map(str::to_owned).to_vec()),
        ("T-15 what people write", people.map(str::to_owned).to_vec()),
    ]
}

/// How much of the large corpus: by day two of three strings, each on two of three screens.
#[derive(Clone, Copy, PartialEq)]
enum Much {
    Day,
    Night,
}

/// Every corpus through these sinks; gives how many strings came out where, and hands over all that went to a terminal.
fn every_corpus(much: Much, which: impl Fn(&Sink) -> bool, mut written: impl FnMut(&[u8], u16, u16)) -> usize {
    let mut checks = 0;
    for (corpus, mut strings) in corpora() {
        let thin = much == Much::Day && strings.len() > 1000;
        if thin {
            let mut n = 0;
            strings.retain(|_| {
                n += 1;
                n % 3 != 0
            });
            assert!(strings.len() >= 3695, "{} strings", strings.len());
        }
        for (place, Sink(name, way)) in SINKS.iter().enumerate().filter(|(_, sink)| which(sink)) {
            let name = format!("{corpus} in {name}");
            match way {
                Way::Screen { rows, context, build } => {
                    for (n, words) in strings.chunks(*rows).enumerate() {
                        if thin && (n + place).is_multiple_of(3) {
                            continue;
                        }
                        checks += words.len();
                        let mut console = build(words);
                        assert_eq!(console.model.context(), *context, "{name}");
                        let (bytes, width, height) = painted(&mut console);
                        judge(&name, words, &bytes, width, height);
                        written(&bytes, width, height);
                    }
                }
                Way::Bytes { ascii, give } => {
                    checks += strings.len();
                    for words in &strings {
                        let out = give(words);
                        let bad = out.chars().find(|c| match c {
                            '\n' => *ascii,
                            c => forbidden(*c).is_some() || (*ascii && !(' '..='~').contains(c)),
                        });
                        assert!(bad.is_none(), "{name} let {bad:?} through: {words:?} gave {out:?}");
                    }
                }
            }
        }
    }
    checks
}

#[test]
fn every_context_has_its_sink() {
    // A context that is new is missing here first: this is no longer a match then.
    for context in EVERY_CONTEXT {
        match context {
            Context::Global
            | Context::Queue
            | Context::Detail
            | Context::Log
            | Context::List
            | Context::Record
            | Context::Wall
            | Context::Found
            | Context::Ledger
            | Context::Cancels
            | Context::FollowUp
            | Context::Doctor
            | Context::Inbox
            | Context::Reviews
            | Context::Pull
            | Context::Diff
            | Context::Templates
            | Context::Issues
            | Context::Form
            | Context::Repos
            | Context::Plan
            | Context::Dialog
            | Context::Help
            | Context::Line => {}
        }
    }
    let covered: BTreeSet<String> = SINKS
        .iter()
        .filter_map(|Sink(_, way)| match way {
            Way::Screen { context, .. } => Some(format!("{context:?}")),
            Way::Bytes { .. } => None,
        })
        .collect();
    for context in EVERY_CONTEXT.iter().filter(|context| !OWN_WORDS.contains(context)) {
        assert!(covered.contains(&format!("{context:?}")), "no sink leads to {context:?}");
    }
}

fn has_a_screen(sink: &Sink) -> bool {
    matches!(sink.1, Way::Screen { .. })
}

/// Half of the screens each, so that two processors share the work.
fn half(odd: usize) -> usize {
    let names: Vec<&str> = SINKS.iter().filter(|sink| has_a_screen(sink)).map(|sink| sink.0).collect();
    let mine = |sink: &Sink| names.iter().position(|name| *name == sink.0).is_some_and(|n| n % 2 == odd);
    every_corpus(Much::Day, mine, |_, _, _| {})
}

#[test]
fn no_corpus_does_anything_on_any_screen() {
    let checks = half(0);
    assert!(checks >= 3695 * 8, "{checks} checks");
}

#[test]
fn no_corpus_does_anything_on_any_other_screen() {
    let checks = half(1);
    assert!(checks >= 3695 * 8, "{checks} checks");
}

#[test]
fn no_corpus_does_anything_beside_the_cells() {
    let checks = every_corpus(Much::Night, |sink| !has_a_screen(sink), |_, _, _| {});
    assert!(checks >= 3695 * 8, "{checks} checks");
}

/// A second opinion: another emulator, another author, another language.
#[test]
#[ignore = "by night: it needs Python's pyte"]
fn another_emulator_notices_nothing_either() {
    const JUDGE: &str = r#"
import sys, pyte
class Watching(pyte.Screen):
    def write_process_input(self, data): raise SystemExit("it answered %r" % data)
    def set_title(self, title): raise SystemExit("its title became %r" % title)
    def set_icon_name(self, name): raise SystemExit("its icon became %r" % name)
    def bell(self, *args): raise SystemExit("it rang")
    def define_charset(self, *args, **kw): raise SystemExit("its characters changed")
    def alignment_display(self): raise SystemExit("it was tested")
data, frames = sys.stdin.buffer, 0
while True:
    head = data.readline()
    if not head: break
    width, height, length = map(int, head.split())
    screen = Watching(width, height)
    before = set(screen.mode)
    pyte.ByteStream(screen).feed(data.read(length))
    # Shown or not, the cursor is the painter's own; frames that are shown at once are unknown here.
    changed = (screen.mode ^ before) - {25 << 5, 2026 << 5}
    if changed: raise SystemExit("its modes changed: %r" % changed)
    frames += 1
print(frames)
"#;
    use std::io::Write;
    use std::process::{Command, Stdio};
    let python = ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|python| Command::new(python).args(["-c", "import pyte"]).status().is_ok_and(|status| status.success()))
        .expect("a Python with pyte");
    let mut child =
        Command::new(python).args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut frames = 0;
    every_corpus(Much::Night, has_a_screen, |bytes, width, height| {
        frames += 1;
        to.write_all(format!("{width} {height} {}\n", bytes.len()).as_bytes()).unwrap();
        to.write_all(bytes).unwrap();
    });
    drop(to);
    let run = child.wait_with_output().unwrap();
    assert!(run.status.success(), "see above");
    assert_eq!(text(&run.stdout).trim(), frames.to_string());
}
