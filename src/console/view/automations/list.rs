//! The list: a line of heads, a row each, and what is told of the one under the cursor.

use ratatui::buffer::Buffer;

use super::columns::{Cell, Columns, NAME_AT, head, is_number, one_owner};
use super::{calendar, empty, foot, page};
use crate::console::state::Model;
use crate::console::state::automations::Known;
use crate::console::state::automations::page::{ahead, amount, costs, outcome};
use crate::console::state::automations::pane::{AutomationsPane, split};
use crate::console::state::automations::rows::{Entry, Group, Row, Spent, Strain};
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::view::rule;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::automation::{Column, Owner, Scope, Switch};
use crate::domain::listing::Named as _;
use crate::domain::{Automation, Source};
use crate::text::{Safe, Untrusted, width};

pub fn draw(model: &Model, pane: &AutomationsPane, theme: &Theme, body: Area, buffer: &mut Buffer) {
    match (&pane.page, &pane.calendar) {
        (Some(page), _) => page::draw(model, page, theme, body, buffer),
        (None, Some(calendar)) => calendar::draw(model, pane, calendar, theme, body, buffer),
        (None, None) => list(model, pane, theme, body, buffer),
    }
}

fn list(model: &Model, pane: &AutomationsPane, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let (area, below) = split(body);
    let query = if pane.habits.text.is_empty() { String::new() } else { format!(" · {}", pane.habits.text) };
    let view = model.automation_view().map_or("", |view| view.name.as_str());
    let title = Safe::new(format!("Automations · {view}{query}"));
    if pane.rows.is_empty() {
        rule::draw(buffer, theme, body, &title, model.dialog.is_none(), &trust(model));
        return empty::draw(model, pane, theme, body, buffer);
    }
    rule::draw(buffer, theme, area, &title, model.dialog.is_none(), &words(model, pane));
    let columns = Columns::new(model, pane, area.width);
    heads(&columns, theme, Area { y: area.y + 1, height: 1, ..area }, buffer);
    for (y, (row, what)) in (area.y + 2..area.bottom()).zip(pane.rows.iter().enumerate().skip(pane.top)) {
        let line = Area { y, height: 1, ..area };
        match what {
            Row::Heading(group) => heading(group, theme, line, buffer),
            Row::Note(tone, text) => {
                let text = Safe::new(width::cut_end(text, usize::from(line.width.saturating_sub(3))));
                put(buffer, line, line.x + 2, y, &text, theme.style(*tone));
            }
            Row::One(entry) => {
                let Some(entry) = pane.entries.get(*entry) else { continue };
                let Some(known) = model.world.automations.known.get(&entry.at) else { continue };
                let drawn = Drawn { model, theme, known, entry, under: row == pane.index };
                drawn.draw(&columns, line, buffer);
            }
        }
    }
    if let (Some(below), Some(entry)) = (below, pane.chosen()) {
        foot::draw(model, entry, theme, below, buffer);
    }
}

/// Freshness first: it must not be cut off. Then what all of it cost, and how it is sorted.
fn words(model: &Model, pane: &AutomationsPane) -> Vec<(Tone, Safe)> {
    let mut words = trust(model);
    if let Some(why) = no_policy(model) {
        words.push((Tone::Bad, Safe::new(why)));
    }
    let order = pane.habits.views.order();
    let arrow = if order.reversed { "▴" } else { "▾" };
    words.push((Tone::Dim, Safe::new(format!("by {} {arrow}", order.by.word()))));
    if let Some(costs) = costs(&pane.totals.costs, pane.totals.is_part) {
        words.push((Tone::Dim, Safe::new(costs)));
    }
    words.push((Tone::Dim, Safe::new("next: computed")));
    words
}

/// What is to be said where there is no policy to hold them to.
pub fn no_policy(model: &Model) -> Option<&'static str> {
    let policy = model.world.automations.policy.as_ref();
    policy.is_some_and(|in_force| in_force.policy.is_err()).then_some("the policy cannot be read")
}

fn trust(model: &Model) -> Vec<(Tone, Safe)> {
    if !model.settings.automations {
        return Vec::new();
    }
    let lists: Vec<Source> = model.settings.repos.iter().cloned().map(Source::Automations).collect();
    let trust = model.trust_of(&lists);
    let tone = trust.0.first().map_or(Tone::Dim, |(tone, _)| *tone);
    Some((tone, Safe::new(trust.plain()))).filter(|(_, text)| !text.is_empty()).into_iter().collect()
}

fn heads(columns: &Columns, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let dim = theme.style(Tone::Dim);
    put(buffer, line, line.x + NAME_AT, line.y, "name", dim);
    for cell in &columns.cells {
        let head = head(cell.column);
        let free = usize::from(cell.width).saturating_sub(head.len());
        let x = if is_number(cell.column) { cell.x + u16::try_from(free).unwrap_or(0) } else { cell.x };
        put(buffer, line, line.x + x, line.y, head, dim);
    }
}

fn heading(group: &Group, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let mut told = Words::one(Tone::Strong, group.repo.as_str()).with(Tone::Dim, format!("  {}", group.count));
    if group.off > 0 {
        told.push(Tone::Dim, format!(" · {} off", group.off));
    }
    if group.pointed_out > 0 {
        told.push(Tone::Warn, format!("  ▲{}", group.pointed_out));
    }
    put_words(buffer, line, line.x + 1, line.y, &told, theme);
    let Some(costs) = costs(&group.totals.costs, group.totals.is_part) else { return };
    let costs = Words::one(Tone::Dim, costs);
    let free = usize::from(line.width).saturating_sub(told.width() + 4);
    if costs.width() <= free {
        let x = line.right().saturating_sub(u16::try_from(costs.width() + 1).unwrap_or(u16::MAX));
        put_words(buffer, line, x, line.y, &costs, theme);
    }
}

/// One automation being drawn.
struct Drawn<'a> {
    model: &'a Model,
    theme: &'a Theme,
    known: &'a Known,
    entry: &'a Entry,
    under: bool,
}

impl Drawn<'_> {
    fn draw(&self, columns: &Columns, line: Area, buffer: &mut Buffer) {
        let theme = self.theme;
        if self.under {
            let bar = theme.bar();
            put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
        }
        let (glyph, word, tone) = switch(&self.known.automation.switch);
        put(buffer, line, line.x + 1, line.y, glyph, theme.style(tone));
        put(buffer, line, line.x + 3, line.y, word, theme.style(tone));
        if let Some((sign, tone)) = sign(self.model, self.entry) {
            put(buffer, line, line.x + NAME_AT - 2, line.y, sign, theme.style(tone));
        }
        let name = Safe::new(width::cut_end(&self.entry.name, usize::from(columns.name)));
        let tone = if self.under { Tone::Strong } else { Tone::Plain };
        put(buffer, line, line.x + NAME_AT, line.y, &name, theme.style(tone));
        for cell in &columns.cells {
            let area = Area { x: line.x + cell.x, width: cell.width, ..line };
            let words = self.cell(*cell);
            let free = usize::from(cell.width).saturating_sub(words.width());
            let x = if is_number(cell.column) { area.x + u16::try_from(free).unwrap_or(0) } else { area.x };
            put_words(buffer, area, x, area.y, &words, theme);
        }
    }

    fn cell(&self, cell: Cell) -> Words {
        let (one, room) = (&self.known.automation, usize::from(cell.width));
        let text = |text: &str| Words::one(Tone::Dim, width::cut_end(text, room));
        match cell.column {
            Column::Repo => {
                let repo = &one.at.repo;
                let name = if one_owner(self.model) { repo.name() } else { repo.as_str() };
                Words::one(Tone::Dim, width::cut_middle(name, room))
            }
            Column::Triggers => Words::one(Tone::Plain, width::cut_end(&self.entry.triggers, room)),
            Column::Next => match self.entry.next {
                Some(at) => Words::one(Tone::Plain, ahead(at, self.model.now)),
                None => Words::one(Tone::Dim, "–"),
            },
            Column::Runs => self.runs(),
            Column::Success => self.good(),
            Column::CostDay | Column::CostWeek | Column::CostMonth => {
                let spent = cell.column.period().and_then(|n| self.entry.spent.get(n));
                spent.map(|spent| cost(*spent)).unwrap_or_default()
            }
            Column::Pulls => self.pulls(),
            // They stand before all others.
            Column::Name | Column::State => Words::default(),
            Column::Writes => match &one.write_scope {
                Some(Scope::Repository) => Words::one(Tone::Warn, "repository"),
                Some(scope) => text(&scope.word()),
                None => text("?"),
            },
            Column::Owner => text(&short_owner(one)),
            Column::Model => text(&one.model.as_ref().map_or_else(|| Safe::new("automatic"), Untrusted::show_line)),
        }
    }

    /// The newest outcomes, the newest at the right.
    fn runs(&self) -> Words {
        let Some(track) = &self.known.track else { return Words::one(Tone::Dim, "…") };
        let most = usize::from(super::columns::STRIP);
        let from = track.outcomes.len().saturating_sub(most);
        if track.outcomes.is_empty() {
            return Words::one(Tone::Dim, "none yet");
        }
        let mut words = Words::new();
        for one in track.outcomes.iter().skip(from) {
            let (glyph, tone) = outcome(*one);
            words.push(tone, glyph);
        }
        words
    }

    fn good(&self) -> Words {
        let Some(track) = &self.known.track else { return Words::one(Tone::Dim, "…") };
        match track.success_percent() {
            Some(good) if good < 50 => Words::one(Tone::Bad, format!("{good} %")),
            Some(good) => Words::one(Tone::Plain, format!("{good} %")),
            None => Words::one(Tone::Dim, "–"),
        }
    }

    fn pulls(&self) -> Words {
        let Some(track) = &self.known.track else { return Words::one(Tone::Dim, "…") };
        let pulls = track.pulls;
        if pulls.opened == 0 {
            return Words::one(Tone::Dim, "–");
        }
        let tone = if pulls.unreviewed > 0 { Tone::Warn } else { Tone::Plain };
        // What is not known of some makes the others a least.
        let least = if pulls.unknown > 0 { "+" } else { "" };
        Words::one(Tone::Plain, format!("{}/{}/", pulls.opened, pulls.merged))
            .with(tone, format!("{}{least}", pulls.unreviewed))
    }
}

/// Sign, word and tone. Off by hand is quiet; off by the service is not.
pub fn switch(switch: &Switch) -> (&'static str, &'static str, Tone) {
    match switch {
        Switch::On => ("●", "on", Tone::Plain),
        Switch::Untold => ("?", "?", Tone::Dim),
        Switch::Off(off) if off.reason.is_some() => ("✗", "off", Tone::BadStrong),
        Switch::Off(_) => ("○", "off", Tone::Dim),
    }
}

/// `user mona`, `repo`.
fn short_owner(one: &Automation) -> String {
    let kind = match &one.owner {
        None => "?".to_owned(),
        Some(Owner::Repository) => "repo".to_owned(),
        Some(owner) => owner.word().to_string(),
    };
    let login = one.creator.as_ref().and_then(|person| person.login.as_ref());
    login.map_or(kind.clone(), |login| format!("{kind} {}", login.show_line()))
}

/// The loudest of what is to be said about it.
fn sign(model: &Model, entry: &Entry) -> Option<(&'static str, Tone)> {
    if !model.world.automations.violations(&entry.at).is_empty() {
        Some(("✗", Tone::Bad))
    } else if entry.strain == Strain::Reached {
        Some(("▲", Tone::BadStrong))
    } else if entry.pointed_out > 0 || entry.strain == Strain::Near {
        Some(("▲", Tone::Warn))
    } else {
        None
    }
}

/// The number, and behind it a sign where its limit is near or reached: `34.1!`.
fn cost(spent: Spent) -> Words {
    let text = amount(spent.nano);
    match spent.strain {
        Strain::Reached => Words::one(Tone::BadStrong, format!("{text}!")),
        Strain::Near => Words::one(Tone::WarnStrong, format!("{text}▲")),
        Strain::None if spent.nano.nano().is_none() => Words::one(Tone::Dim, format!("{text} ")),
        Strain::None => Words::one(Tone::Plain, format!("{text} ")),
    }
}
