//! What the log of the latest session was found to say, and what it tells of its run.

use chrono::TimeDelta;

use super::alerts::Alert;
use super::page::Page;
use super::pieces::duration;
use crate::console::state::Model;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::trust::clock;
use crate::console::state::words::severity;
use crate::console::state::world::Known;
use crate::domain::diagnosed::Found;
use crate::domain::{Diagnosed, Session};
use crate::text::{Safe, Untrusted, width};
use crate::transcript::RunFacts;

/// Columns of the evidence where all of it stands on one line.
const EVIDENCE: usize = 60;

/// The worst of it on one line. A note is not worth it.
pub(super) fn alert(model: &Model, known: &Known) -> Option<Alert> {
    let found = model.world.diagnosed_of(&known.task).and_then(Diagnosed::worst)?;
    let line = width::cut_end(&found.line.show_line(), EVIDENCE);
    let words = title(found).with(Tone::Dim, format!("  {line}")).with(Tone::Plain, format!("  → {}", next(found)));
    Some(Alert { label: "found", words, is_short: false })
}

/// All of it, each with its evidence and what to do.
pub(super) fn found(page: &mut Page, model: &Model, known: &Known) {
    let Some(diagnosed) = model.world.diagnosed_of(&known.task) else { return };
    for (n, found) in diagnosed.found().iter().enumerate() {
        page.words(if n == 0 { "found" } else { "" }, title(found));
        let often = if found.count > 1 { format!(" ({} entries)", found.count) } else { String::new() };
        let line = found.line.show_line();
        if !line.is_empty() {
            page.below(Tone::Dim, "", &Safe::new(format!("{line}{often}")));
        }
        page.below(Tone::Plain, "→ ", &next(found));
    }
}

fn title(found: &Found) -> Words {
    let (tone, word) = severity(found.severity);
    Words::one(tone, format!("∴ {word}")).with(Tone::Plain, format!(" {}", found.title.show_line()))
}

fn next(found: &Found) -> Safe {
    found.next.show_line()
}

/// What the job log tells of the run. Every part of it may be missing.
pub(super) fn facts(page: &mut Page, model: &Model, known: &Known) {
    let Some(told) = &known.evidence.log else { return };
    let facts = &told.facts;
    let mut pieces = clocks(model, known, facts);
    let mut piece = |label: &str, text: Option<Safe>| {
        pieces.extend(text.map(|text| Words::one(Tone::Dim, label).with(Tone::Plain, text)));
    };
    let line = |text: &Option<Untrusted>| text.as_ref().map(Untrusted::show_line);
    piece("runtime ", line(&facts.runtime_version));
    piece("agent ", facts.no_custom_agent.then(|| Safe::new("no custom one")));
    piece("model ", line(&facts.model));
    piece("turns ", facts.turns.map(|turns| Safe::new(turns.to_string())));
    piece("action ", line(&facts.action));
    piece("started by ", line(&facts.actor));
    piece("goes on from ", line(&facts.resumed));
    piece("issue #", facts.issue.map(|number| Safe::new(number.to_string())));
    piece("pr #", facts.pull.map(|number| Safe::new(number.to_string())));
    piece("base ", line(&facts.base_commit).map(|sha| Safe::new(width::cut_end(&sha, 12))));
    piece("firewall ", facts.firewall.map(|on| Safe::new(if on { "on" } else { "off" })));
    let which = session_of(known, told.session.raw());
    pieces.push(Words::one(Tone::Dim, format!("from the job log{which}")));
    page.flow("log tells", &pieces);
}

/// When it began and how much of its time it took: `began 12:24`, `took 41m of 59m`.
fn clocks(model: &Model, known: &Known, facts: &RunFacts) -> Vec<Words> {
    let piece = |label: &str, text: &str| Words::one(Tone::Dim, label).with(Tone::Plain, text);
    let began = facts.started_at.map(|at| piece("began ", &clock(&model.settings, at)));
    let end = known.task.latest_session().and_then(|session| session.completed_at);
    let took = facts.started_at.zip(end).map(|(start, end)| duration((end - start).max(TimeDelta::zero())));
    let limit = facts.timeout.map(duration);
    let clock = match (took, limit) {
        (Some(took), Some(limit)) => Some(piece("took ", &format!("{took} of {limit}"))),
        (Some(took), None) => Some(piece("took ", &took)),
        (None, Some(limit)) => Some(piece("limit ", &limit)),
        (None, None) => None,
    };
    began.into_iter().chain(clock).collect()
}

/// ` of session 1`, where it is not the latest.
fn session_of(known: &Known, id: &str) -> String {
    let mut sessions: Vec<&Session> = known.task.sessions.iter().flatten().collect();
    sessions.sort_by_key(|session| session.created_at);
    match sessions.iter().position(|session| session.id.raw() == id) {
        Some(at) if at + 1 < sessions.len() => format!(" of session {}", at + 1),
        _ => String::new(),
    }
}

/// What it was asked to do as its log has it, where the service did not say.
pub(super) fn prompt(page: &mut Page, known: &Known) -> bool {
    let Some(facts) = known.evidence.log.as_ref().map(|told| &told.facts) else { return false };
    let Some(prompt) = &facts.prompt else { return false };
    for (n, line) in prompt.show_block().iter().enumerate() {
        page.text(if n == 0 { "prompt" } else { "" }, Tone::Plain, line);
    }
    let cut = if facts.prompt_cut { "as far as the job log has it" } else { "from the job log" };
    page.text("", Tone::Dim, &Safe::new(cut));
    true
}
