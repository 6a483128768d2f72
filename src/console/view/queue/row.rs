//! One task, or the heading of a group, in its row.

use chrono::TimeDelta;
use ratatui::buffer::Buffer;

use super::columns::{AGE, Cell, Columns, SIGN, WORD, WORD_AT, number_width};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::queue::Heading;
use crate::console::state::tone::Words;
use crate::console::state::words::{checks_sign, checks_within, pull_state};
use crate::console::state::world::{Known, PullOf};
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::{Checks, Column, age};
use crate::text::{Safe, Untrusted, width};

/// A name that is cut for the evidence of what is wrong keeps at least this much.
const NAME_BESIDE: usize = 16;
/// Between a name and the evidence, and behind that: else it would read as one with what follows.
const APART: usize = 2;

/// One task being drawn.
pub struct Row<'a> {
    pub model: &'a Model,
    pub theme: &'a Theme,
    pub known: &'a Known,
    pub marked: bool,
    pub selected: bool,
}

impl Row<'_> {
    pub fn draw(&self, columns: &Columns, area: Area, buffer: &mut Buffer) {
        let (model, theme, task) = (self.model, self.theme, &self.known.task);
        let condition = self.known.condition(model.now);
        let (glyph, tone) = theme.condition(&condition);
        let y = area.y;
        if self.selected {
            put(buffer, area, area.x, y, "▌", theme.style(Tone::Accent));
        }
        if self.marked {
            put(buffer, area, area.x + 1, y, "•", theme.style(Tone::AccentStrong));
        }
        // With the blank between them: where a theme fills what is loud, sign and word are one.
        let word = Safe::new(width::cut_end(&condition.word(), usize::from(WORD)));
        let said = Safe::new(format!("{:<gap$}{word}", glyph, gap = usize::from(WORD_AT) - 2));
        put(buffer, area, area.x + 2, y, &said, theme.style(tone));
        if columns.in_state {
            let since = self.age(model.now - self.known.condition_since(model.now));
            put_right(buffer, Area { x: area.x + WORD_AT + WORD, width: AGE, ..area }, &since, theme);
        }
        let name_at = area.x + columns.name_at;
        if let Some((sign, tone)) = self.known.sign(&model.world, &model.settings, model.now) {
            put(buffer, area, name_at - 2, y, sign, theme.style(tone));
        }
        self.name(columns, Area { x: name_at, width: columns.name, ..area }, buffer);
        for cell in &columns.cells {
            self.cell(columns, *cell, Area { x: area.x + cell.x, width: cell.width, ..area }, buffer);
        }
        let created = self.age(model.now - task.created_at);
        put_right(buffer, Area { x: area.x + columns.age_at, width: AGE, ..area }, &created, theme);
    }

    /// The name, and at its end in words what the sign before it stands for, as much of it as there is room for.
    fn name(&self, columns: &Columns, area: Area, buffer: &mut Buffer) {
        let (model, theme) = (self.model, self.theme);
        let mut room = usize::from(area.width);
        let name = self.known.task.name.show_line();
        let least = width::width(&name).min(NAME_BESIDE);
        // A blank follows the name in any case.
        let taken = |words: &String| width::width(words) + 2 * APART - 1;
        let told = self.known.short_evidence(&model.world, &model.settings, model.now, columns.in_state);
        if let Some(words) = told.into_iter().flatten().find(|words| least + taken(words) <= room) {
            room -= taken(&words);
            let area = Area { width: area.width.saturating_sub(1), ..area };
            put_right(buffer, area, &Words::one(Tone::Dim, words), theme);
        }
        let tone = if self.selected { Tone::Strong } else { Tone::Plain };
        put(buffer, area, area.x, area.y, Safe::new(width::cut_end(&name, room)), theme.style(tone));
    }

    fn cell(&self, columns: &Columns, cell: Cell, area: Area, buffer: &mut Buffer) {
        let (task, room) = (&self.known.task, usize::from(cell.width));
        let text = |text: Option<String>| Words::one(Tone::Dim, width::cut_end(&text.unwrap_or_default(), room));
        let (right, words) = match cell.column {
            Column::Repo => {
                let repo = if columns.short_repo { task.at.repo.name() } else { task.at.repo.as_str() };
                (false, Words::one(Tone::Dim, width::cut_middle(repo, room)))
            }
            Column::Pull => (false, self.pull(columns)),
            Column::Checks => (false, self.checks(cell.width)),
            Column::Agent => (false, text(task.custom_agent.as_ref().map(|agent| agent.show_line().to_string()))),
            Column::Model => {
                let model = task.latest_session().and_then(crate::domain::Session::model_name);
                (false, text(model.map(|model| model.show_line().to_string())))
            }
            Column::Creator => (false, text(self.started_by())),
            Column::Sessions => (true, text(self.known.sessions().filter(|n| *n > 1).map(|n| format!("×{n}")))),
            Column::Cost => (true, text(task.cost().filter(|cost| !cost.is_zero()).map(|cost| cost.to_string()))),
            Column::Updated => {
                let ago = age::coarse(self.model.now - task.touched_at());
                (true, Words::one(Tone::Dim, format!("upd {ago:>width$}", width = usize::from(AGE))))
            }
            Column::State | Column::Name | Column::InState | Column::Age => return,
        };
        if right {
            put_right(buffer, area, &words, self.theme);
        } else {
            put_words(buffer, area, area.x, area.y, &words, self.theme);
        }
    }

    /// The person whose it is, as everywhere; of one nobody knows the automation that started it.
    fn started_by(&self) -> Option<String> {
        let (world, task) = (&self.model.world, &self.known.task);
        let by = |name: &Untrusted| format!("by {}", name.show_line());
        world.login(task).map(by).or_else(|| Some(format!("↻ {}", world.automation_name(task)?.show_line())))
    }

    /// Number and state of the pull request, and where the checks have no column of their own their sign.
    fn pull(&self, columns: &Columns) -> Words {
        let digits = usize::from(number_width(self.model));
        match self.model.world.pull_of(&self.known.task) {
            Some(PullOf::Known(pull)) => {
                let (tone, word) = pull_state(pull.state);
                let number = Words::one(Tone::Plain, format!("{:>digits$} ", format!("#{}", pull.number)));
                let words = number.with(tone, format!("{word:<6}"));
                if columns.sign { sign(words.with(Tone::Plain, " "), pull.checks.as_ref()) } else { words }
            }
            Some(PullOf::Loading) => Words::one(Tone::Dim, format!("{:>digits$}", "…")),
            Some(PullOf::Gone) => Words::one(Tone::Dim, format!("{:>digits$} gone", "?")),
            None => Words::one(Tone::Dim, format!("{:>digits$}", "–")),
        }
    }

    fn checks(&self, room: u16) -> Words {
        match self.model.world.pull_of(&self.known.task) {
            Some(PullOf::Known(pull)) if room == SIGN => sign(Words::new(), pull.checks.as_ref()),
            Some(PullOf::Known(pull)) => checks_within(pull.checks.as_ref(), usize::from(room)),
            _ => Words::new(),
        }
    }

    fn age(&self, age: TimeDelta) -> Words {
        let quiet = !self.known.task.state.is_active();
        Words::one(if quiet { Tone::Dim } else { Tone::Plain }, age::coarse(age))
    }
}

fn sign(words: Words, checks: Option<&Checks>) -> Words {
    let (sign, tone) = checks_sign(checks);
    words.with(tone, sign)
}

/// Title, count, and in few signs what matters inside.
pub fn heading(heading: &Heading, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let inside = &heading.inside;
    let mut words = Words::new();
    for (tone, sign, count) in [
        (Tone::WarnStrong, "◆", inside.needs_me),
        (Tone::Accent, "●", inside.running),
        (Tone::Bad, "✗", inside.failed),
        (Tone::Warn, "▲", inside.stuck),
        (Tone::AccentStrong, "•", inside.marked),
    ] {
        if count > 0 {
            words.push(tone, format!(" {sign}{count}"));
        }
    }
    let count = format!(" {} ", heading.count);
    let room = usize::from(area.width.saturating_sub(2)).saturating_sub(count.len() + words.width());
    let title = Words::one(Tone::Strong, width::cut_end(&heading.title, room)).with(Tone::Dim, count);
    let x = put_words(buffer, area, area.x + 1, area.y, &title, theme);
    put_words(buffer, area, x, area.y, &words, theme);
}

/// Words at the right end of an area.
pub fn put_right(buffer: &mut Buffer, area: Area, words: &Words, theme: &Theme) {
    let free = usize::from(area.width).saturating_sub(words.width());
    put_words(buffer, area, area.x + u16::try_from(free).unwrap_or(0), area.y, words, theme);
}
