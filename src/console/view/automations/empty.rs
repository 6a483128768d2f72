//! Why there are no rows, and what to do about it. That there are none and that there can be none are two answers.

use ratatui::buffer::Buffer;

use crate::console::state::Model;
use crate::console::state::automations::pane::AutomationsPane;
use crate::console::state::automations::rows::{NOT_HERE, notes};
use crate::console::state::layout::Area;
use crate::console::view::empty::{failures_of, paragraphs};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::freshness::Verdict;
use crate::domain::{RepoName, Source};

pub fn draw(model: &Model, pane: &AutomationsPane, theme: &Theme, area: Area, buffer: &mut Buffer) {
    paragraphs(&why(model, pane), theme, area, buffer);
}

fn why(model: &Model, pane: &AutomationsPane) -> Vec<(Tone, String)> {
    let repos = &model.settings.repos;
    if repos.is_empty() {
        return vec![
            (Tone::Plain, "No repositories yet.".to_owned()),
            (Tone::Dim, ":repo add owner/name adds one here; or start with atc --repo owner/name.".to_owned()),
        ];
    }
    if !pane.entries.is_empty() {
        return nothing_fits(model, pane);
    }
    if !model.settings.automations {
        return vec![
            (Tone::Plain, "Automations are not asked for.".to_owned()),
            (Tone::Dim, "The configuration says so; automations = true has their lists read.".to_owned()),
        ];
    }
    let lists: Vec<Source> = repos.iter().cloned().map(Source::Automations).collect();
    let faults = failures_of(model, &lists);
    if !faults.is_empty() {
        return faults;
    }
    let is_known = |repo: &&RepoName| model.world.automations.lists.contains_key(*repo);
    let waiting: Vec<&str> = repos.iter().filter(|repo| !is_known(repo)).map(RepoName::as_str).collect();
    let loading = lists.iter().any(|list| model.verdict(list) == Verdict::Loading);
    if !waiting.is_empty() && loading {
        return vec![(Tone::Dim, format!("loading the automations of {} …", waiting.join(", ")))];
    }
    let not_here = |repo: &RepoName| model.world.automations.lists.get(repo).is_some_and(|list| list.not_here);
    if repos.iter().all(not_here) {
        return vec![
            (Tone::Plain, format!("{}{}.", NOT_HERE[..1].to_uppercase(), &NOT_HERE[1..])),
            (
                Tone::Dim,
                "GitHub answers 404 for them: they are in preview, first for private and internal repositories."
                    .to_owned(),
            ),
        ];
    }
    let names: Vec<&str> = repos.iter().filter(|repo| !not_here(repo)).map(RepoName::as_str).collect();
    let mut lines = vec![(Tone::Plain, format!("No automations in {}.", names.join(", ")))];
    lines.extend(notes(model).into_iter().map(|(tone, text)| (tone, text.to_string())));
    if !model.settings.read_only {
        lines.push((Tone::Dim, model.filled("{automations.new} makes one, from a template or without.")));
    }
    lines
}

fn nothing_fits(model: &Model, pane: &AutomationsPane) -> Vec<(Tone, String)> {
    if !pane.habits.text.is_empty() {
        return vec![
            (Tone::Plain, format!("No automation matches “{}”.", pane.habits.text)),
            (Tone::Dim, model.filled("{automations.back} clears the filter.")),
        ];
    }
    let empty = model.automation_view().and_then(|view| view.empty.as_ref());
    let mut why = vec![(Tone::Plain, empty.map_or("Nothing is in this view.", |text| text.as_str()).to_owned())];
    if !pane.unknown.is_empty() {
        why.push((Tone::Dim, "Of some it is not known yet: they are being asked for.".to_owned()));
    }
    why.push((Tone::Dim, model.filled("{automations.next-view} goes to the next view.")));
    why
}
