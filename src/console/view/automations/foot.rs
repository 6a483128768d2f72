//! What is told of the automation under the cursor, below the list: what no column has room for.

use ratatui::buffer::Buffer;

use super::columns::STRIP;
use crate::console::state::Model;
use crate::console::state::automations::page::{limit, owner, switch};
use crate::console::state::automations::rows::{Entry, strain_of};
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::view::rule;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Automation, Scope, Switch};
use crate::text::{Safe, Untrusted, width};

/// Columns of the labels.
const LABEL: u16 = 8;

pub fn draw(model: &Model, entry: &Entry, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let Some(known) = model.world.automations.known.get(&entry.at) else { return };
    let one = &known.automation;
    let runs = known.track.as_ref().map(|track| track.strip(usize::from(STRIP))).filter(|strip| !strip.is_empty());
    let right: Vec<_> = runs.map(|strip| (Tone::Dim, Safe::new(format!("runs {strip}")))).into_iter().collect();
    rule::draw(buffer, theme, area, &entry.name, false, &right);
    let lines = [
        ("starts", starts(model, entry, &one.switch)),
        ("does", does(one)),
        ("limit", limits(model, one)),
        ("said", said(entry)),
        ("where", Words::one(Tone::Dim, one.at.repo.as_str()).with(Tone::Dim, format!(" · id {}", one.at.id.show()))),
    ];
    for (y, (label, words)) in (area.y + 1..area.bottom()).zip(lines) {
        put(buffer, area, area.x + 1, y, label, theme.style(Tone::Dim));
        put_words(buffer, Area { width: area.width - 1, ..area }, area.x + LABEL, y, &words, theme);
    }
}

/// Its triggers, and the next run; where it is off, that first.
fn starts(model: &Model, entry: &Entry, state: &Switch) -> Words {
    let mut words = Words::new();
    if !state.is_on() {
        let (tone, text) = switch(model, state);
        words = words.with(tone, text).with(Tone::Dim, " · ");
    }
    words.push(Tone::Plain, &entry.triggers);
    if let Some(next) = entry.next {
        words = words.with(Tone::Dim, " · next ").with(Tone::Plain, next_words(next, &model.settings.zone));
    }
    words
}

fn does(one: &Automation) -> Words {
    let scope = match &one.write_scope {
        Some(Scope::Repository) => Words::one(Tone::Warn, "writes to the whole repository"),
        Some(Scope::Trigger) => Words::one(Tone::Plain, "writes to what sets it off"),
        Some(scope) => Words::one(Tone::Plain, format!("writes: {}", scope.word())),
        None => Words::one(Tone::Dim, "what it may write to is not told"),
    };
    let name = one.model.as_ref().map_or_else(|| Safe::new("automatic"), Untrusted::show_line);
    let mut words = scope.with(Tone::Dim, " · owner ");
    words.extend(owner(one));
    words.with(Tone::Dim, " · model ").with(Tone::Plain, width::cut_end(&name, 30))
}

/// The limits, the most strained first.
fn limits(model: &Model, one: &Automation) -> Words {
    let mut all: Vec<_> = one.limits.iter().flatten().collect();
    all.sort_by_key(|limit| std::cmp::Reverse(strain_of(limit)));
    let mut words = Words::new();
    for status in all {
        let (tone, text) = limit(model, status);
        words.gap("   ");
        words.push(tone, text);
    }
    if !words.is_empty() {
        return words;
    }
    match one.has_limit() {
        Some(false) => Words::one(Tone::Warn, "nothing limits what it may spend"),
        Some(true) => Words::one(Tone::Plain, "there is one; how much of it is used is not told"),
        None => Words::one(Tone::Dim, "not told"),
    }
}

fn said(entry: &Entry) -> Words {
    let mut words = Words::new();
    for finding in &entry.findings {
        words.gap(" · ");
        words.push(Tone::Bad, format!("✗ {} (rule {})", finding.says, finding.rule));
    }
    for concern in &entry.concerns {
        words.gap(" · ");
        words.push(Tone::Warn, format!("▲ {}", concern.says()));
    }
    if words.is_empty() { Words::one(Tone::Dim, "nothing to be pointed out") } else { words }
}
