//! The inbox: one line for each thing that waits, and what the one under the cursor asks for.

use ratatui::buffer::Buffer;

use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::inbox::{self, Ask, Entry, InboxPane, Subject};
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::domain::age;
use crate::domain::freshness::Verdict;
use crate::text::{Safe, width};

/// Columns of what is asked, of the repository and of the age.
const ASK: usize = 17;
const REPO: usize = 22;
const AGE: usize = 4;
/// Columns of a name at least: where it has fewer, the repository is left out.
const NAME: usize = 16;
/// From this width on the repository has more room, and what is asked is told beside the name.
const WIDE: u16 = 110;

pub fn draw(model: &Model, pane: &InboxPane, theme: &Theme, body: Area, buffer: &mut Buffer) {
    rule::draw(buffer, theme, body, &Safe::new("Inbox"), model.dialog.is_none(), &words(model));
    let inbox = &model.place.inbox;
    if inbox.entries.is_empty() {
        return nothing(model, theme, body, buffer);
    }
    let rows = inbox::rows(body);
    let columns = Columns::new(&inbox.entries, body.width);
    let seen = inbox.entries.iter().enumerate().skip(pane.top).take(rows);
    for (y, (index, entry)) in (body.y + 1..body.bottom()).zip(seen) {
        let line = Area { y, height: 1, ..body };
        row(model, entry, theme, &columns, (index == pane.index, line), buffer);
    }
    if rows < body.body_rows()
        && let Some(entry) = inbox.selected()
    {
        let y = body.bottom() - 2;
        let what = Words::one(Tone::Dim, " asks ").with(Tone::Plain, cut(&entry.more, body, 8));
        put_words(buffer, body, body.x, y, &what, theme);
        let to = Words::one(Tone::Dim, model.filled(" {inbox.enter} ")).with(Tone::Dim, model.filled(leads_to(entry)));
        put_words(buffer, body, body.x, y + 1, &to, theme);
    }
}

fn cut(text: &Safe, body: Area, taken: usize) -> String {
    width::cut_end(text, usize::from(body.width).saturating_sub(taken + 1))
}

fn words(model: &Model) -> Vec<(Tone, Safe)> {
    let inbox = &model.place.inbox;
    let mut words = Vec::new();
    let (all, unread) = (inbox.entries.len(), inbox.unread());
    if all > 0 {
        words.push(if unread == 0 {
            (Tone::Dim, Safe::new(format!("{all}, all read")))
        } else {
            (Tone::Plain, Safe::new(format!("{unread} unread of {all}")))
        });
    }
    let trust = model.queue_trust();
    if !trust.is_empty() {
        let tone = if model.failing() > 0 { Tone::Bad } else { Tone::Dim };
        words.push((tone, Safe::new(trust.plain())));
    }
    words
}

const COMES: &str = "Questions of agents, failures, reviews and cancels that went wrong come here by themselves.";

fn nothing(model: &Model, theme: &Theme, body: Area, buffer: &mut Buffer) {
    // An empty list says nothing while what it is made of is not known.
    let loading = model.lists().iter().any(|list| matches!(model.verdict(list), Verdict::Loading));
    let lines: [&str; 2] = match (model.failing() > 0, loading) {
        (true, _) => {
            ["Nothing is known to need you: not every source can be read.", ":doctor says which one cannot, and why."]
        }
        (false, true) => ["Nothing is known to need you yet.", "The tasks are being read …"],
        (false, false) => ["Nothing needs you.", COMES],
    };
    empty::say(&lines, theme, body, buffer);
}

/// Columns of the parts of a line behind what is asked. They follow from all entries: nothing moves when the list scrolls.
struct Columns {
    name: usize,
    /// What is asked more closely; none: it is told below the list alone.
    more: usize,
    repo: usize,
}

impl Columns {
    fn new(entries: &[Entry], width: u16) -> Self {
        let is_wide = width >= WIDE;
        let widest = |of: &dyn Fn(&Entry) -> usize| entries.iter().map(of).max().unwrap_or(0);
        // Cursor, mark, sign, the age and what parts them.
        let free = usize::from(width).saturating_sub(6 + ASK + AGE + 2);
        let repo = widest(&|entry| width::width(&about(&entry.subject, usize::MAX)));
        let repo = repo.min(if is_wide { REPO + 8 } else { REPO });
        // Where there is no room for both, the name stays.
        let repo = if free < repo + NAME { 0 } else { repo };
        let room = free.saturating_sub(repo + 1);
        if !is_wide {
            return Self { name: room, more: 0, repo };
        }
        // Each has half of it, and what the other does not need.
        let name = widest(&|entry| width::width(&entry.name));
        let more = widest(&|entry| width::width(&entry.more));
        let name = name.min((room / 2).max(room.saturating_sub(more + 1)));
        Self { name, more: room.saturating_sub(name + 1), repo }
    }
}

fn row(
    model: &Model,
    entry: &Entry,
    theme: &Theme,
    columns: &Columns,
    (under, line): (bool, Area),
    buffer: &mut Buffer,
) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let is_read = model.place.inbox.is_read(entry);
    if !is_read {
        let dot = if theme.ascii { "*" } else { "•" };
        put(buffer, line, line.x + 1, line.y, dot, theme.style(Tone::Accent));
    }
    let (glyph, tone) = look(entry.ask);
    let x = put(buffer, line, line.x + 3, line.y, glyph, theme.style(tone));
    if !is_read {
        // Where a theme fills what is loud, sign and word are one.
        put(buffer, line, x, line.y, " ", theme.style(tone));
    }
    let mut x =
        column(buffer, line, line.x + 5, entry.ask.word(), ASK, theme.style(if is_read { Tone::Dim } else { tone }));
    let style = theme.style(if is_read { Tone::Plain } else { Tone::Strong });
    x = column(buffer, line, x, &entry.name, columns.name, style);
    if columns.more > 0 {
        x = column(buffer, line, x, &entry.more, columns.more, theme.style(Tone::Dim));
    }
    column(buffer, line, x, &about(&entry.subject, columns.repo), columns.repo, theme.style(Tone::Dim));
    let age = format!("{:>AGE$}", age::short(model.now - entry.since));
    let at = line.right().saturating_sub(u16::try_from(AGE + 1).unwrap_or(u16::MAX));
    put(buffer, line, at, line.y, Safe::new(age), theme.style(Tone::Dim));
}

fn column(buffer: &mut Buffer, line: Area, x: u16, text: &str, columns: usize, style: ratatui::style::Style) -> u16 {
    let text = Safe::new(width::cut_end(text, columns));
    put(buffer, line, x, line.y, &text, style);
    x.saturating_add(u16::try_from(columns + 1).unwrap_or(u16::MAX)).min(line.right())
}

/// Where it is: the number of a pull request is never cut away.
fn about(subject: &Subject, columns: usize) -> String {
    let number = match subject {
        Subject::Pull { number, .. } => format!("#{number}"),
        Subject::Task(_) | Subject::Line(_) | Subject::Automation { .. } => String::new(),
    };
    format!("{}{number}", width::cut_middle(subject.repo().as_str(), columns.saturating_sub(number.len())))
}

fn look(ask: Ask) -> (&'static str, Tone) {
    match ask {
        Ask::Answer => ("◆", Tone::WarnStrong),
        Ask::Orphaned => ("⚠", Tone::Odd),
        Ask::Unresolved => ("?", Tone::WarnStrong),
        Ask::Failed => ("✗", Tone::BadStrong),
        Ask::Approval => ("◌", Tone::Warn),
        Ask::Review => ("○", Tone::Accent),
        Ask::Merge => ("✓", Tone::Good),
        Ask::Automation => ("↻", Tone::Warn),
    }
}

fn leads_to(entry: &Entry) -> &'static str {
    match entry.ask {
        Ask::Answer => "leads to its log",
        Ask::Orphaned => "leads to its log; {inbox.detail} tells when its time is up",
        Ask::Unresolved => "leads to its line in the ledger",
        Ask::Failed => "leads to the evidence in its log",
        Ask::Approval | Ask::Review | Ask::Merge => "leads to its row in the reviews",
        Ask::Automation => "leads to it among the automations",
    }
}
