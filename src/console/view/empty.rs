//! Empty panes say why they are empty and what to do next. An error is never an empty list.

use ratatui::buffer::Buffer;

use super::safe::put;
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::tone::{Words, wrap};
use crate::console::state::trust::{clock, list_name};
use crate::domain::Source;
use crate::domain::freshness::Verdict;
use crate::text::Safe;

pub fn queue(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    paragraphs(&why_no_tasks(model), theme, area, buffer);
}

pub fn reviews(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    paragraphs(&why_no_pulls(model), theme, area, buffer);
}

fn why_no_tasks(model: &Model) -> Vec<(Tone, String)> {
    let queue = &model.queue;
    let lists = model.lists();
    if lists.is_empty() {
        return vec![
            (Tone::Plain, "No repositories yet.".to_owned()),
            (Tone::Dim, ":repo add owner/name adds one here; or start with atc --repo owner/name.".to_owned()),
        ];
    }
    if queue.tally().all > 0 && !queue.typed.text.is_empty() {
        return vec![
            (Tone::Plain, format!("No task matches “{}”.", queue.typed.text)),
            (Tone::Dim, model.filled("{queue.back} clears the filter.")),
        ];
    }
    let faults = failures(model);
    if queue.tally().all == 0 && !faults.is_empty() {
        return faults;
    }
    if queue.tally().all == 0 {
        let loading = |list: &&Source| model.verdict(list) == Verdict::Loading;
        let waiting: Vec<String> = lists.iter().filter(loading).map(list_name).collect();
        if !waiting.is_empty() {
            return vec![(Tone::Dim, format!("loading {} …", waiting.join(", ")))];
        }
    }
    let view = model.settings.views.get(queue.views.at);
    let first = view.and_then(|view| view.empty.as_ref()).map_or("Nothing is in this view.", |text| text.as_str());
    let is_all = view.is_none_or(|view| view.query.is_empty());
    let next = match is_all {
        true if model.settings.read_only => "",
        true if model.settings.repos.is_empty() => {
            "{global.compose} writes one; :repo add owner/name watches a repository."
        }
        true => "{global.compose} writes one.",
        false => "{queue.next-view} goes to the next view.",
    };
    vec![(Tone::Plain, first.to_owned()), (Tone::Dim, model.filled(next))]
}

fn failures(model: &Model) -> Vec<(Tone, String)> {
    failures_of(model, &model.lists())
}

/// Which of these lists cannot be read, why, and what to do about it.
pub(super) fn failures_of(model: &Model, lists: &[Source]) -> Vec<(Tone, String)> {
    let mut lines = Vec::new();
    for list in lists {
        if let Verdict::Failed(fault, at) = model.verdict(list) {
            let next = model.next_try_words(model.world.freshness.get(list).and_then(|freshness| freshness.next_try));
            let when = clock(&model.settings, at);
            lines.push((Tone::Bad, format!("{}: {} ({when}{next})", list_name(list), fault.what)));
            lines.push((Tone::Plain, format!("→ {}", fault.next_step)));
        }
    }
    lines
}

fn why_no_pulls(model: &Model) -> Vec<(Tone, String)> {
    if let Verdict::Failed(fault, at) = model.verdict(&Source::Pulls) {
        return vec![
            (Tone::Bad, format!("pull requests: {} ({})", fault.what, clock(&model.settings, at))),
            (Tone::Plain, format!("→ {}", fault.next_step)),
        ];
    }
    let named = model.world.tasks.values().any(|k| model.world.pull_of(&k.task).is_some());
    let gone = model.world.pulls.values().filter(|p| p.is_none()).count();
    let still_loading = gone == 0 && model.lists().iter().any(|list| model.verdict(list) == Verdict::Loading);
    if (named && gone == 0) || still_loading {
        vec![(Tone::Dim, "loading pull requests …".to_owned())]
    } else if gone > 0 {
        vec![
            (Tone::Plain, "No pull request of an agent is visible to this token.".to_owned()),
            (Tone::Dim, format!("{gone} named by tasks are gone, or need the permission “Pull requests: read”.")),
        ]
    } else if !failures(model).is_empty() {
        vec![(
            Tone::Plain,
            "Which pull requests there are is not known: the tasks that name them cannot be read.".to_owned(),
        )]
    } else {
        vec![
            (Tone::Plain, "No pull requests by agents yet.".to_owned()),
            (Tone::Dim, "They appear here when a task opens one.".to_owned()),
        ]
    }
}

/// Why there is nothing, then what to do about it; the same place in every pane. What is still under way is dim.
pub fn say(lines: &[&str], theme: &Theme, area: Area, buffer: &mut Buffer) {
    let first = if lines.first().is_some_and(|line| line.ends_with('…')) { Tone::Dim } else { Tone::Plain };
    say_in(first, lines, theme, area, buffer);
}

/// The same of what went wrong, and what to do then.
pub fn complain(lines: &[&str], theme: &Theme, area: Area, buffer: &mut Buffer) {
    say_in(Tone::Bad, lines, theme, area, buffer);
}

fn say_in(first: Tone, lines: &[&str], theme: &Theme, area: Area, buffer: &mut Buffer) {
    let tones = std::iter::once(first).chain(std::iter::repeat(Tone::Dim));
    let lines: Vec<_> = tones.zip(lines).map(|(tone, line)| (tone, (*line).to_owned())).collect();
    paragraphs(&lines, theme, area, buffer);
}

pub(super) fn paragraphs(lines: &[(Tone, String)], theme: &Theme, area: Area, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(4));
    let rows = lines.iter().filter(|(_, text)| !text.is_empty()).flat_map(|(tone, text)| {
        wrap(&Safe::new(text), columns).into_iter().map(|line| (*tone, line)).collect::<Vec<_>>()
    });
    for (y, (tone, line)) in (area.y + 1..area.bottom()).zip(rows) {
        put(buffer, area, area.x + 2, y, &line, theme.style(tone));
    }
}

/// What a screen too small for any pane says instead.
pub fn too_small(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let size = model.place.size;
    let min = crate::console::state::layout::MIN;
    let area = Area { x: 0, y: 0, width: size.width, height: size.height };
    let text = format!("atc needs {}×{}, this is {}×{}", min.width, min.height, size.width, size.height);
    let words = Words::one(Tone::Plain, text);
    let columns = usize::from(size.width);
    for (y, line) in (0..size.height).zip(wrap(&Safe::new(words.plain()), columns)) {
        put(buffer, area, 0, y, &line, theme.style(Tone::Plain));
    }
}
