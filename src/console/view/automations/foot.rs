//! What is told of the automation under the cursor, below the list: what no column has room for.

use ratatui::buffer::Buffer;

use crate::console::state::Model;
use crate::console::state::automations::Known;
use crate::console::state::automations::page::{costs, limit, owner, switch};
use crate::console::state::automations::rows::{Entry, strain_of};
use crate::console::state::detail::took;
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::view::rule;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::Automation;
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Scope, Switch, total_spending};
use crate::text::{Safe, Untrusted, width};

/// Columns of the labels.
const LABEL: u16 = 8;

pub fn draw(model: &Model, entry: &Entry, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let Some(known) = model.world.automations.known.get(&entry.at) else { return };
    let one = &known.automation;
    let right = (Tone::Dim, Safe::new(one.at.repo.as_str()));
    rule::draw(buffer, theme, area, &entry.name, false, &[right]);
    let lines = [
        ("starts", starts(model, entry, &one.switch)),
        ("does", does(one)),
        ("cost", cost(known)),
        ("limit", limits(model, one)),
        ("said", said(model, entry)),
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

/// What it cost, and what came of it.
fn cost(known: &Known) -> Words {
    let one = &known.automation;
    let mut words = match costs(&total_spending(one.spending()), false) {
        Some(costs) => Words::one(Tone::Plain, costs),
        None if one.detail.is_none() => Words::one(Tone::Dim, "not read yet …"),
        None => Words::one(Tone::Dim, "not told"),
    };
    let Some(track) = &known.track else { return words };
    if let Some(typical) = track.typical {
        words.push(Tone::Dim, format!(" · a run takes {}", took(typical)));
    }
    let pulls = track.pulls;
    if pulls.opened > 0 {
        words.push(Tone::Dim, format!(" · PRs {} opened, {} merged, ", pulls.opened, pulls.merged));
        let tone = if pulls.unreviewed > 0 { Tone::Warn } else { Tone::Dim };
        words.push(tone, format!("{} unreviewed", pulls.unreviewed));
    }
    words
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

fn said(model: &Model, entry: &Entry) -> Words {
    let all = &model.world.automations;
    let mut words = Words::new();
    for finding in all.violations(&entry.at) {
        words.gap(" · ");
        words.push(Tone::Bad, format!("✗ {} (rule {})", finding.says, finding.rule));
    }
    for concern in all.concerns(&entry.at) {
        words.gap(" · ");
        words.push(Tone::Warn, format!("▲ {}", concern.says()));
    }
    if words.is_empty() { Words::one(Tone::Dim, "nothing to be pointed out") } else { words }
}
