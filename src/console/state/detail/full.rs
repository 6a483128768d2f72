//! The whole detail.

use super::alerts::{alerts, deadline_says};
use super::found;
use super::page::Page;
use super::pieces::{agent_words, branch_words, duration, pull_told, run_of, started_by};
use super::sides::sides;
use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::followed;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::trust::clock;
use crate::console::state::words::{checks, verdict};
use crate::console::state::world::{Known, PullOf};
use crate::domain::{Artifact, Conclusion, Condition, Cost, Session, State};
use crate::text::{Safe, Untrusted, width};

/// The whole detail for a width. What it says of the screen's bottom, the view only cuts out.
pub fn full(model: &Model, known: &Known, columns: u16) -> Vec<Words> {
    let mut page = Page { columns: usize::from(columns).saturating_sub(1), lines: Vec::new() };
    let task = &known.task;
    let name = task.name.show_line();
    // The rule above has room for most names.
    if width::width(&name) + 32 > page.columns {
        page.text("name", Tone::Strong, &name);
    }
    sides(&mut page, model, known);
    let question = known.question(model.now).map(Untrusted::show_block).unwrap_or_default();
    for (i, line) in question.iter().enumerate() {
        page.text(if i == 0 { "asks" } else { "" }, Tone::Plain, line);
    }
    let mut label = "";
    for alert in alerts(model, known) {
        page.words(if alert.label == label { "" } else { alert.label }, alert.words);
        label = alert.label;
    }
    found::found(&mut page, model, known);
    evidence(&mut page, model, known);
    page.blank();
    about(&mut page, model, known);
    jobs(&mut page, known);
    sessions(&mut page, model, known);
    follow_ups(&mut page, model, known);
    found::facts(&mut page, model, known);
    artifacts(&mut page, known);
    links(&mut page, model, known);
    page.blank();
    match task.latest_session().and_then(|s| s.prompt.as_ref()) {
        Some(prompt) => {
            for (i, line) in prompt.show_block().iter().enumerate() {
                page.text(if i == 0 { "prompt" } else { "" }, Tone::Plain, line);
            }
        }
        None if task.sessions.is_none() => page.text("prompt", Tone::Dim, &Safe::new("loading …")),
        None if found::prompt(&mut page, known) => {}
        None => page.text("prompt", Tone::Dim, &Safe::new("not recorded")),
    }
    page.lines
}

/// What the verdicts on a running task rest on: its last signs of work and its deadline.
fn evidence(page: &mut Page, model: &Model, known: &Known) {
    if known.task.state != State::InProgress {
        return;
    }
    let at = |label: &str, time| Words::one(Tone::Dim, label).with(Tone::Plain, clock(&model.settings, time));
    let log = match known.last_sign {
        Some(sign) => at("last log line ", sign),
        None => Words::one(Tone::Dim, "log not read"),
    };
    page.flow("signs", &[at("last update ", known.task.touched_at()), log]);
    let deadline = known.deadline(&model.settings);
    page.flow("deadline", &[at("", deadline.at), Words::one(Tone::Dim, deadline_says(&deadline))]);
}

fn about(page: &mut Page, model: &Model, known: &Known) {
    let task = &known.task;
    page.flow(
        "repo",
        &[
            Words::one(Tone::Plain, task.at.repo.as_str()),
            Words::one(Tone::Dim, "created ").with(Tone::Plain, model.day_and_clock(task.created_at)),
            Words::one(Tone::Dim, "updated ").with(Tone::Plain, model.day_and_clock(task.touched_at())),
        ],
    );
    if let Some(at) = task.archived_at {
        page.flow("archived", &[Words::one(Tone::Plain, model.day_and_clock(at))]);
    }
    page.flow("agent", &agent_words(model, known));
    let started_by = started_by(model, known);
    if !started_by.is_empty() {
        page.flow("begun by", &started_by);
    }
    if let Some(pull) = pull_told(model, known).1 {
        page.flow("checks", &[checks(pull.checks.as_ref()), verdict(pull)]);
    }
    if let Some(branch) = branch_words(known) {
        page.flow("branch", &[branch]);
    }
}

fn jobs(page: &mut Page, known: &Known) {
    let jobs = known.run.as_ref().map(|j| j.jobs.as_slice()).unwrap_or_default();
    for (i, job) in jobs.iter().enumerate() {
        let state = job.conclusion.as_ref().map_or_else(|| job.status.word(), Conclusion::word);
        let mut words = Words::one(Tone::Plain, job.name.show_line()).with(Tone::Dim, format!(" {state}"));
        let doing = job.steps.iter().find(|s| s.conclusion.is_none() && s.started_at.is_some());
        if let Some(step) = doing {
            words.push(Tone::Dim, format!(" · step {}: ", step.number));
            words.push(Tone::Plain, step.name.show_line());
        }
        page.flow(if i == 0 { "jobs" } else { "" }, &[words]);
    }
}

fn sessions(page: &mut Page, model: &Model, known: &Known) {
    let Some(sessions) = known.task.sessions.as_deref() else {
        let count = known.task.session_count.map(|n| format!("{n}, ")).unwrap_or_default();
        page.flow("sessions", &[Words::one(Tone::Dim, format!("{count}loading …"))]);
        return;
    };
    page.blank();
    let mut ordered: Vec<&Session> = sessions.iter().collect();
    ordered.sort_by_key(|s| s.created_at);
    for (i, session) in ordered.into_iter().enumerate() {
        let (glyph, tone) = look(&Condition::State(&session.state));
        let end = session.completed_at.unwrap_or(if session.state.is_active() {
            model.now
        } else {
            session.updated_at.unwrap_or(session.created_at)
        });
        let mut pieces = vec![
            Words::one(Tone::Dim, format!("{} ", i + 1)).with(tone, format!("{glyph} {}", session.state.word())),
            Words::one(Tone::Dim, model.day_and_clock(session.created_at)),
            Words::one(Tone::Plain, duration(end - session.created_at)),
        ];
        if session.is_mirrored() {
            pieces.push(Words::one(Tone::Dim, "no model, no usage: not a cloud run"));
        }
        pieces.extend(session.model_name().map(|name| Words::one(Tone::Plain, name.show_line())));
        let cost: Cost = session.usage.into_iter().collect();
        if !cost.is_zero() {
            pieces.push(Words::one(Tone::Plain, cost.to_string()));
        }
        page.flow(if i == 0 { "sessions" } else { "" }, &pieces);
        if let Some(error) = &session.error {
            for line in error.show_block() {
                page.text("", Tone::Bad, &line);
            }
        }
    }
    page.blank();
}

/// What was written to the agent from here, and what it did about it.
fn follow_ups(page: &mut Page, model: &Model, known: &Known) {
    let all = followed::told(model, known);
    let any = !all.is_empty();
    for (n, [text, story]) in all.into_iter().enumerate() {
        page.words(if n == 0 { "asked" } else { "" }, text);
        page.words("", story);
    }
    if any {
        page.blank();
    }
}

fn artifacts(page: &mut Page, known: &Known) {
    for (i, artifact) in known.task.artifacts.iter().enumerate() {
        let words = match artifact {
            Artifact::Pull { id, .. } => {
                Words::one(Tone::Plain, "pull request").with(Tone::Dim, format!(" (database id {id})"))
            }
            Artifact::Branch { head_ref, base_ref } => {
                let words = Words::one(Tone::Plain, format!("branch {}", head_ref.show_line()));
                match base_ref {
                    Some(base) => words.with(Tone::Dim, format!(" → {}", base.show_line())),
                    None => words,
                }
            }
        };
        page.flow(if i == 0 { "artifacts" } else { "" }, &[words]);
    }
}

fn links(page: &mut Page, model: &Model, known: &Known) {
    let pull = match model.world.pull_of(&known.task) {
        Some(PullOf::Known(pull)) => Some(&pull.url),
        _ => None,
    };
    let run = run_of(known).map(|r| &r.html_url);
    let all = [known.task.html_url.as_ref(), pull, run];
    for (i, url) in all.into_iter().flatten().filter(|u| !u.is_empty()).enumerate() {
        page.text(if i == 0 { "links" } else { "" }, Tone::Plain, &url.show_line());
    }
}
