//! The queue: one row a task. State, name and age are always there; the rest as far as there is room.

use ratatui::buffer::Buffer;

use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::queue::Row as Line;
use crate::console::state::tone::Words;
use crate::console::state::words::{checks_sign, checks_within, pull_state};
use crate::console::state::world::{Known, PullOf};
use crate::domain::{Column, age};
use crate::text::{Safe, width};

/// Columns of the checks in words.
const CHECKS: u16 = 18;
/// Columns of the state's word.
const WORD: u16 = 10;
/// Marker, glyph, space, word, space, flag, space: there the name begins, later where the time in the state stands
/// after the word.
const NAME_AT: u16 = WORD + 6;
const AGE: u16 = 4;
/// The name keeps at least this much when columns are added.
const NAME_LEAST: u16 = 30;
/// From this width on an owner that all repositories share is written out, too.
const OWNER_FROM: u16 = 100;
/// Wider than this no name needs to be; the rest is left between the columns.
const NAME_MOST: u16 = 64;

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let focused = model.place.focus == Pane::Queue && model.dialog.is_none();
    rule::draw(buffer, theme, area, &title(model), focused, &status(model).0);
    if model.queue.rows.is_empty() {
        return empty::queue(model, theme, area, buffer);
    }
    let columns = Columns::new(model, area.width);
    let shown = model.queue.rows.iter().enumerate().skip(model.queue.top).take(area.body_rows());
    for (y, (index, line)) in (area.y + 1..).zip(shown) {
        let area = Area { y, height: 1, ..area };
        if let Some(known) = model.known_at(*line) {
            Row { model, theme, known, selected: index == model.queue.index }.draw(&columns, area, buffer);
        } else if let Line::Heading(n) = line {
            heading(model, theme, *n, area, buffer);
        }
    }
}

fn heading(model: &Model, theme: &Theme, n: usize, area: Area, buffer: &mut Buffer) {
    let Some(heading) = model.queue.headings.get(n) else { return };
    let words = Words::one(Tone::Plain, heading.title.as_str()).with(Tone::Dim, format!(" {}", heading.count));
    put_words(buffer, area, area.x + 1, area.y, &words, theme);
}

fn title(model: &Model) -> Safe {
    let queue = &model.queue;
    let saved = model.settings.views.get(queue.view);
    let view = saved.map_or("", |view| view.name.as_str());
    let counts = if queue.tally().all == 0 {
        // Nothing read yet, or nothing there: the pane says which.
        String::new()
    } else if saved.is_some_and(|view| view.query.is_empty()) && queue.typed.text.is_empty() {
        queue.listed().to_string()
    } else {
        format!("{} of {}", queue.listed(), queue.tally().all)
    };
    let filter = if queue.typed.text.is_empty() { String::new() } else { format!(" · /{}", queue.typed.text) };
    let name = if model.place.is_dashboard() { "Queue · " } else { "" };
    Safe::new(format!("{name}{}{filter}", format!("{view} {counts}").trim_end()))
}

/// What is not fresh, what could not be read, how it is sorted.
fn status(model: &Model) -> Words {
    let trust = model.queue_trust();
    let mut words = Words::new();
    if let Some((tone, _)) = trust.0.first() {
        words.push(*tone, trust.plain());
    }
    let unreadable: u32 = model.world.unreadable.values().sum();
    if unreadable > 0 {
        words.push(Tone::Warn, format!("{unreadable} unreadable"));
    }
    let order = model.queue.order();
    let arrow = if order.reversed { "▴" } else { "▾" };
    words.push(Tone::Dim, format!("sorted by {} {arrow}", order.by.word()));
    words
}

/// Which columns there are at a width, and where. Zero: the column is left out.
#[derive(Debug, Default)]
struct Columns {
    name: u16,
    repo: u16,
    /// The repository's own name, without its owner.
    short_repo: bool,
    pull: u16,
    /// The checks in words instead of one sign.
    checks: u16,
    agent: u16,
    creator: u16,
    sessions: u16,
    cost: u16,
    /// The time in the state, right after its word.
    in_state: u16,
}

impl Columns {
    fn new(model: &Model, width: u16) -> Self {
        let mut columns = Self::default();
        // One column between name and age, one at the right end.
        let mut spare = width.saturating_sub(NAME_AT + 1 + AGE + 1);
        let spend = |wanted: u16, spare: &mut u16| {
            let fits = *spare > NAME_LEAST + wanted;
            if fits {
                *spare -= wanted + 1;
            }
            if fits { wanted } else { 0 }
        };
        let pull = 1 + u16::try_from(model.reviews.digits.max(2)).unwrap_or(2) + 1 + 6 + 2;
        let (full, short) = repo_widths(model);
        for column in by_worth(model.queue.order().by) {
            match column {
                Column::Pull => columns.pull = spend(pull, &mut spare),
                Column::Repo => {
                    // Where all have one owner, a narrow screen has better use for its columns.
                    columns.short_repo = width < OWNER_FROM && one_owner(model);
                    columns.repo = spend(if columns.short_repo { short } else { full }, &mut spare);
                    if columns.repo == 0 {
                        columns.repo = spend(short, &mut spare);
                        columns.short_repo = true;
                    }
                }
                Column::InState => columns.in_state = spend(AGE, &mut spare),
                Column::Creator => columns.creator = spend(12, &mut spare),
                Column::Sessions => columns.sessions = spend(3, &mut spare),
                Column::Agent => columns.agent = spend(14, &mut spare),
                Column::Cost => columns.cost = spend(8, &mut spare),
                Column::State | Column::Name | Column::Age | Column::Checks | Column::Model | Column::Updated => {}
            }
        }
        columns.checks = spend(CHECKS, &mut spare);
        if columns.checks > 0 && columns.pull > 0 {
            // The sign stands in the longer column now.
            columns.pull -= 2;
            spare += 2;
        }
        if columns.in_state > 0 {
            // It brings its own blank before it.
            spare += 1;
        }
        columns.name = spare.min(NAME_MOST.max(width / 3));
        columns
    }
}

/// The columns that may be left out, the last one first. What the rows are sorted by must be seen: it comes first.
fn by_worth(sort: Column) -> impl Iterator<Item = Column> {
    let worth =
        [Column::Pull, Column::Repo, Column::InState, Column::Creator, Column::Sessions, Column::Agent, Column::Cost];
    std::iter::once(sort).chain(worth.into_iter().filter(move |column| *column != sort))
}

fn one_owner(model: &Model) -> bool {
    model.settings.repos.windows(2).all(|pair| matches!(pair, [a, b] if a.owner() == b.owner()))
}

/// What the widest watched repository needs: with its owner, and without.
fn repo_widths(model: &Model) -> (u16, u16) {
    let widest = |len: fn(&crate::domain::RepoName) -> usize, most: usize| {
        let widest = model.settings.repos.iter().map(len).max().unwrap_or(8);
        u16::try_from(widest.min(most)).unwrap_or(u16::MAX)
    };
    (widest(|r| r.as_str().len(), 22), widest(|r| r.name().len(), 12))
}

/// One task being drawn.
struct Row<'a> {
    model: &'a Model,
    theme: &'a Theme,
    known: &'a Known,
    selected: bool,
}

impl Row<'_> {
    fn draw(&self, columns: &Columns, area: Area, buffer: &mut Buffer) {
        let (model, theme, task) = (self.model, self.theme, &self.known.task);
        let condition = self.known.condition(model.now);
        let (glyph, tone) = theme.condition(&condition);
        let y = area.y;
        if self.selected {
            put(buffer, area, area.x, y, "▌", theme.style(Tone::Accent));
        }
        let x = put(buffer, area, area.x + 1, y, glyph, theme.style(tone)) + 1;
        let word = Safe::new(width::cut_end(&condition.word(), usize::from(WORD)));
        put(buffer, area, x, y, &word, theme.style(tone));
        let name_at = area.x + NAME_AT + columns.in_state;
        let flag = name_at - 2;
        if columns.in_state > 0 {
            let since = model.now - self.known.condition_since(model.now);
            self.age(since, Area { x: x + WORD, width: AGE, ..area }, buffer);
        }
        if let Some((sign, tone)) = self.known.sign(&model.world, &model.settings, model.now) {
            put(buffer, area, flag, y, sign, theme.style(tone));
        }
        let name = Safe::new(width::cut_end(&task.name.show_line(), usize::from(columns.name)));
        let name_tone = if self.selected { Tone::Strong } else { Tone::Plain };
        put(buffer, area, name_at, y, &name, theme.style(name_tone));
        self.right(columns, area, buffer);
    }

    /// The columns after the name, each at its place, and the age at the end.
    fn right(&self, columns: &Columns, area: Area, buffer: &mut Buffer) {
        let (model, theme, task) = (self.model, self.theme, &self.known.task);
        let mut at = area.right() - 1 - AGE;
        self.age(model.now - task.created_at, Area { x: at, width: AGE, ..area }, buffer);
        // From the right, so that what is left over stays behind the name.
        let mut next = |wanted: u16| {
            at = at.saturating_sub(wanted + 1);
            Area { x: at, width: wanted, ..area }
        };
        if columns.cost > 0 {
            let cost = task.cost().filter(|c| !c.is_zero()).map(|c| c.to_string()).unwrap_or_default();
            put_right(buffer, next(columns.cost), &Words::one(Tone::Dim, cost), theme);
        }
        if columns.sessions > 0 {
            let count = self.known.sessions().filter(|n| *n > 1);
            let text = count.map(|n| format!("×{n}")).unwrap_or_default();
            put_right(buffer, next(columns.sessions), &Words::one(Tone::Dim, text), theme);
        }
        for (wanted, text) in [
            (columns.creator, model.world.login(task).map(|l| format!("by {}", l.show_line()))),
            (columns.agent, task.custom_agent.as_ref().map(|a| a.show_line().to_string())),
        ] {
            if wanted > 0 {
                let area = next(wanted);
                let text = Safe::new(width::cut_end(&text.unwrap_or_default(), usize::from(wanted)));
                put(buffer, area, area.x, area.y, &text, theme.style(Tone::Dim));
            }
        }
        self.pull(columns, &mut next, buffer);
        if columns.repo > 0 {
            let repo = if columns.short_repo { task.at.repo.name() } else { task.at.repo.as_str() };
            let area = next(columns.repo);
            let text = Safe::new(width::cut_middle(repo, usize::from(columns.repo)));
            put(buffer, area, area.x, area.y, &text, theme.style(Tone::Dim));
        }
    }

    /// Number and state of the pull request, and its checks.
    fn pull(&self, columns: &Columns, next: &mut dyn FnMut(u16) -> Area, buffer: &mut Buffer) {
        let theme = self.theme;
        let pull = self.model.world.pull_of(&self.known.task);
        if columns.checks > 0 {
            let area = next(columns.checks);
            if let Some(PullOf::Known(pull)) = pull {
                put_words(
                    buffer,
                    area,
                    area.x,
                    area.y,
                    &checks_within(pull.checks.as_ref(), usize::from(CHECKS)),
                    theme,
                );
            }
        }
        if columns.pull == 0 {
            return;
        }
        let area = next(columns.pull);
        let digits = self.model.reviews.digits.max(2);
        let words = match pull {
            Some(PullOf::Known(pull)) => {
                let (tone, word) = pull_state(pull.state);
                let number = Words::one(Tone::Plain, format!("{:>1$} ", format!("#{}", pull.number), digits + 1));
                let (sign, sign_tone) = checks_sign(pull.checks.as_ref());
                let words = number.with(tone, format!("{word:<6}"));
                if columns.checks > 0 { words } else { words.with(sign_tone, format!(" {sign}")) }
            }
            Some(PullOf::Loading) => Words::one(Tone::Dim, format!("{:>1$}", "…", digits + 1)),
            Some(PullOf::Gone) => Words::one(Tone::Dim, format!("{:>1$} gone", "?", digits + 1)),
            None => Words::one(Tone::Dim, format!("{:>1$}", "–", digits + 1)),
        };
        put_words(buffer, area, area.x, area.y, &words, theme);
    }

    fn age(&self, age: chrono::TimeDelta, area: Area, buffer: &mut Buffer) {
        let quiet = !self.known.task.state.is_active();
        let tone = if quiet { Tone::Dim } else { Tone::Plain };
        put_right(buffer, area, &Words::one(tone, age::coarse(age)), self.theme);
    }
}

/// Words at the right end of an area.
pub(super) fn put_right(buffer: &mut Buffer, area: Area, words: &Words, theme: &Theme) {
    let free = usize::from(area.width).saturating_sub(words.width());
    put_words(buffer, area, area.x + u16::try_from(free).unwrap_or(0), area.y, words, theme);
}
