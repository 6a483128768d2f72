//! The two lists over a log: where it can be read, and which sessions the task has. What is under the cursor is kept by
//! what it is, not by its row: sessions that come while the list is open move nothing.

use super::Model;
use super::condition::look;
use super::detail::duration;
use super::layout::Area;
use super::log::{Cost, Shown};
use super::tone::{Tone, Words};
use crate::console::event::LogOrigin;
use crate::domain::{Condition, LogSource, Session, SessionId, SourceChoice, Task, age};
use crate::text::{Safe, Untrusted, width};

/// A list that is open, and what is under its cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    Sources(SourceChoice),
    Sessions(SessionId),
}

/// A row: what it stands for, and how it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub is: List,
    /// It is what the log shows now.
    pub current: bool,
    pub words: Words,
}

/// Rows of a list at most; the rest is scrolled to.
const MOST: usize = 12;

impl List {
    pub fn title(&self, model: &Model) -> Safe {
        match self {
            Self::Sources(_) => Safe::new("Where this log is read"),
            Self::Sessions(_) => {
                let name = model.selected().map(|known| known.task.name.show_line()).unwrap_or_default();
                Safe::new(format!("Sessions of {name}"))
            }
        }
    }

    pub fn rows(&self, model: &Model) -> Vec<Row> {
        match self {
            Self::Sources(_) => sources(model),
            Self::Sessions(_) => sessions(model),
        }
    }

    /// What is said below the rows.
    pub fn foot(&self, model: &Model) -> Option<Safe> {
        match self {
            Self::Sources(_) => model.log.shown.as_ref().map(|shown| costs(&shown.cost)),
            Self::Sessions(_) => None,
        }
    }

    /// Where it stands, and the first of so many rows that is in sight.
    pub fn place(&self, model: &Model, rows: &[Row]) -> (Area, usize) {
        let foot = usize::from(self.foot(model).is_some());
        // Half of a small screen stays with the log.
        let most = MOST.min(usize::from(model.place.size.height / 2)).max(1);
        let shown = rows.len().min(most);
        let area = model.place.over(u16::try_from(shown + foot + 1).unwrap_or(u16::MAX));
        let held = usize::from(area.height).saturating_sub(foot + 1).max(1);
        let at = rows.iter().position(|row| row.is == *self).unwrap_or(0);
        (area, at.saturating_sub(held - 1))
    }
}

fn sources(model: &Model) -> Vec<Row> {
    let Some(shown) = &model.log.shown else { return Vec::new() };
    let row = |choice: SourceChoice, name: &str, tone: Tone, state: &str| {
        let current = shown.choice == choice;
        let name = width::pad_right(name, 23);
        let words = Words::one(if current { Tone::Strong } else { Tone::Plain }, name).with(tone, state);
        Row { is: List::Sources(choice), current, words }
    };
    let auto = row(SourceChoice::Auto, "automatic", Tone::Dim, "the best that answers, in this order");
    let each = LogSource::ALL.into_iter().map(|source| {
        let (tone, state) = state_of(model, shown, source);
        row(SourceChoice::Only(source), source.name(), tone, &state)
    });
    std::iter::once(auto).chain(each).collect()
}

/// What is known of a source: that it is read, why it is not, or that nobody asked it.
fn state_of(model: &Model, shown: &Shown, source: LogSource) -> (Tone, String) {
    if let Some(tried) = shown.tried.iter().find(|tried| tried.source == source) {
        return (Tone::Warn, format!("not now: {}", tried.why));
    }
    let by_hand = shown.choice == SourceChoice::Only(source);
    let fault = shown.freshness(&model.world).and_then(|freshness| freshness.fault.as_ref());
    // By itself it is the best of those that were not tried in vain that failed.
    let tried = |source: LogSource| shown.tried.iter().any(|tried| tried.source == source);
    let asked = by_hand
        || shown.choice == SourceChoice::Auto && LogSource::ORDER.into_iter().find(|one| !tried(*one)) == Some(source);
    if let Some(fault) = fault.filter(|_| asked) {
        return (Tone::Bad, format!("fails: {}", fault.what));
    }
    if shown.origin.and_then(LogOrigin::source) == Some(source) {
        return (Tone::Good, in_use(model, shown, by_hand));
    }
    let state = match source {
        LogSource::Kept => "the copy on this machine, if the log was kept",
        _ if by_hand => "asking …",
        _ => "not asked",
    };
    (Tone::Dim, state.to_owned())
}

fn in_use(model: &Model, shown: &Shown, by_hand: bool) -> String {
    let chosen = if by_hand { ", chosen by hand" } else { "" };
    let old = match shown.origin {
        Some(LogOrigin::Kept { at }) => Some((at, "kept")),
        _ => shown.good_at(&model.world).map(|at| (at, "read")),
    };
    let old = old.map(|(at, verb)| match age::coarse(model.now - at).as_str() {
        "now" => format!(", {verb} just now"),
        old => format!(", {verb} {old} ago"),
    });
    format!("in use{chosen}{}", old.unwrap_or_default())
}

/// `12 looks, 9 unchanged (3 free: 304), 1.2 MB received, 84 KB parsed, anew 1×`: within 80 columns.
pub fn costs(cost: &Cost) -> Safe {
    let looks = if cost.looks == 1 { "1 look".to_owned() } else { format!("{} looks", cost.looks) };
    let free = if cost.proved > 0 { format!(" ({} free: 304)", cost.proved) } else { String::new() };
    let anew = if cost.anew > 0 { format!(", anew {}×", cost.anew) } else { String::new() };
    Safe::new(format!(
        "{looks}, {} unchanged{free}, {} received, {} parsed{anew}",
        cost.same,
        bytes(cost.received),
        bytes(cost.parsed)
    ))
}

/// `812 B`, `84 KB`, `1.2 MB`.
fn bytes(count: u64) -> String {
    match count {
        0..1000 => format!("{count} B"),
        1000..1_000_000 => format!("{} KB", (count + 500) / 1000),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

/// Newest first.
pub fn in_order(task: &Task) -> Vec<&Session> {
    let mut sessions: Vec<&Session> = task.sessions.iter().flatten().collect();
    sessions.sort_by_key(|session| std::cmp::Reverse((session.created_at, &session.id)));
    sessions
}

fn sessions(model: &Model) -> Vec<Row> {
    let Some(known) = model.selected() else { return Vec::new() };
    let ordered = in_order(&known.task);
    let shown = model.log.shown.as_ref().and_then(|shown| shown.session.as_ref());
    let count = ordered.len();
    let each = ordered.into_iter().enumerate().map(|(at, session)| {
        let current = shown == Some(&session.id);
        let words = session_words(model, session, count - at, current);
        Row { is: List::Sessions(session.id.clone()), current, words }
    });
    each.collect()
}

fn session_words(model: &Model, session: &Session, number: usize, current: bool) -> Words {
    let (glyph, tone) = look(&Condition::State(&session.state));
    let pad = |text: &str, columns| format!("{} ", width::pad_right(&width::cut_end(text, columns), columns));
    let strength = if current { Tone::Strong } else { Tone::Plain };
    let end = session.completed_at.unwrap_or(if session.state.is_active() {
        model.now
    } else {
        session.updated_at.unwrap_or(session.created_at)
    });
    let name = session.model_name().map(|name| name.show_line()).unwrap_or_default();
    let cost: crate::domain::Cost = session.usage.into_iter().collect();
    let cost = if cost.is_zero() { "–".to_owned() } else { cost.to_string() };
    let about = session.name.as_ref().or(session.prompt.as_ref()).map(Untrusted::show_line).unwrap_or_default();
    Words::one(strength, format!("{number:>2} "))
        .with(tone, pad(&format!("{glyph} {}", session.state.word()), 11))
        .with(Tone::Dim, pad(&model.day_and_clock(session.created_at), 12))
        .with(Tone::Plain, pad(&duration(end - session.created_at), 7))
        .with(Tone::Plain, pad(&name, 17))
        .with(Tone::Plain, pad(&cost, 7))
        .with(strength, about)
}
