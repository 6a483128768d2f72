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

use atc::console::event::{Event, What};
use atc::console::keys::Context;
use atc::console::update::update;
use atc::console::view::{Theme, draw};
use atc::domain::{Fault, FaultKind};
use atc::runtime::terminal::Painter;
use atc::text::{Untrusted, sink};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::corpus::{corpora, text};
use crate::judge::{Noticed, forbidden};
use crate::stage::*;
use crate::starters;
use crate::world::Console;

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
    screen("automations", 80, Context::Automations, starters::list),
    screen("automations: triggers, people, models beside each other", 80, Context::Automations, starters::flat),
    screen("page of an automation", 20, Context::Automation, starters::page),
    screen("calendar", 80, Context::Calendar, starters::calendar),
    screen("page of an automation on one line each", 90, Context::Automation, automation_page),
    screen("form of an automation", 90, Context::AutomationForm, automation_form),
    screen("event an automation is run with", 90, Context::AutomationForm, automation_run),
    screen("question about an automation", 40, Context::Dialog, automation_question),
    screen("an automation in both versions", 60, Context::Dialog, automation_versions),
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
    screen("palette", 90, Context::Palette, palette),
    screen("tour round a screen", 90, Context::Tour, tour),
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
    Context::Automations,
    Context::Automation,
    Context::Calendar,
    Context::AutomationForm,
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
    Context::Palette,
    Context::Tour,
];

/// What goes to the terminal for this screen.
fn painted(console: &mut Console) -> (Vec<u8>, u16, u16) {
    update(&mut console.model, Event { at: console.at, what: What::Wake });
    let size = console.model.place.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    let cursor = draw(&console.model, &Theme::default(), &mut buffer);
    let mut bytes = Vec::new();
    Painter::new(true).frame(&buffer, cursor, &mut bytes);
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
            | Context::Automations
            | Context::Automation
            | Context::Calendar
            | Context::AutomationForm
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
            | Context::Line
            | Context::Palette
            | Context::Tour => {}
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
