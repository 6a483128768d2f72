//! Task, session, run and pull request, a line each: what it says, from which source, how old that is.

use super::page::Page;
use super::pieces::{pull_told, run_told};
use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::trust::clock;
use crate::console::state::world::{Known, PullOf};
use crate::domain::cancel::Matched;
use crate::domain::disagreement::Side;
use crate::domain::freshness::Verdict;
use crate::domain::{Condition, Source, age};

pub(super) fn sides(page: &mut Page, model: &Model, known: &Known) {
    let at = &known.task.at;
    let in_repo = model.settings.repos.contains(&at.repo);
    let list = if in_repo { Source::Tasks(at.repo.clone()) } else { Source::OwnTasks };
    let details = Source::Task(at.id.clone());
    let condition = known.condition(model.now);
    let (glyph, tone) = look(&condition);
    let since = age::coarse(model.now - known.condition_since(model.now));
    let task = Words::one(tone, format!("{glyph} {}", condition.word())).with(Tone::Dim, format!(" for {since}"));
    let good = |source: &Source| model.world.freshness.get(source).and_then(|freshness| freshness.good_at);
    let whose = if good(&details) >= good(&list) { "details" } else { "list" };
    page.told("task", task, seen(model, known, Side::Task, whose));
    failed(page, model, &[&list, &details]);

    let mut details_seen = seen(model, known, Side::Session, "details");
    if !details_seen.is_empty() && known.task.sessions.is_some() && !known.sides(None).told_together {
        details_seen.push(Tone::Dim, ", older than the task");
    }
    page.told("session", session(model, known), details_seen);

    let run = Source::Run(at.id.clone());
    let by_branch = known.run.as_ref().is_some_and(|join| join.matched == Some(Matched::ByBranch));
    let whose = if by_branch { "Actions by branch" } else { "Actions" };
    page.told("run", run_told(model, known), seen(model, known, Side::Run, whose));
    failed(page, model, &[&run]);

    let is_named = model.world.pull_of(&known.task).is_some();
    let pull_seen = if is_named { seen(model, known, Side::Pull, "GraphQL") } else { Words::new() };
    page.told("pr", pull_told(model, known).0, pull_seen);
    let waits = matches!(model.world.pull_of(&known.task), Some(PullOf::Known(_) | PullOf::Loading));
    if waits {
        failed(page, model, &[&Source::Pulls]);
    }
}

fn session(model: &Model, known: &Known) -> Words {
    let count = known.sessions().unwrap_or_default();
    let Some(session) = known.task.latest_session() else {
        let count = if count > 0 { format!("{count}, ") } else { String::new() };
        let none = if known.task.sessions.is_some() { "none" } else { "loading …" };
        return Words::one(Tone::Dim, format!("{count}{none}"));
    };
    let (glyph, tone) = look(&Condition::State(&session.state));
    let since = session.completed_at.unwrap_or(session.created_at);
    let word = if session.completed_at.is_some() { "since" } else { "begun" };
    let words = Words::one(tone, format!("{glyph} {}", session.state.word()));
    let words = words.with(Tone::Dim, format!(" {word} {}", model.day_and_clock(since)));
    match known.task.sessions.as_ref().map_or(0, Vec::len) as u64 {
        held if held < count => words.with(Tone::Dim, format!(", {held} of {count} known")),
        _ if count > 1 => words.with(Tone::Dim, format!(", {count} of {count}")),
        _ => words,
    }
}

/// `Actions, seen 20s ago`.
fn seen(model: &Model, known: &Known, side: Side, source: &str) -> Words {
    let Some(at) = model.world.read_at(known, side) else { return Words::new() };
    let age = age::coarse(model.now - at);
    let ago = if age == "now" { "just now".to_owned() } else { format!("{age} ago") };
    Words::one(Tone::Dim, format!("{source}, seen {ago}"))
}

/// Why a source could not be read, in full: the rules above have no room for that.
fn failed(page: &mut Page, model: &Model, sources: &[&Source]) {
    for source in sources {
        if let Verdict::Failed(fault, at) = model.verdict(source) {
            let name = match source {
                Source::Tasks(_) => "list",
                Source::OwnTasks => "your own tasks",
                Source::Task(_) => "details",
                Source::Run(_) => "Actions",
                _ => "GraphQL",
            };
            page.words("", Words::one(Tone::Bad, format!("{name} failed {}: {fault}", clock(&model.settings, at))));
        }
    }
}
