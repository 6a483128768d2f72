//! All that is known of one task, as lines: four of them under the queue, or the whole to scroll through.

use std::fmt::Write;

use chrono::TimeDelta;

use super::Model;
use super::condition::look;
use super::reviews::{Waits, waits};
use super::tone::{Tone, Words, wrap};
use super::trust::clock;
use super::words::{cancel_life, checks, pull_state, says, verdict};
use super::world::{Known, PullOf, RunJoin};
use crate::domain::Condition;
use crate::domain::cancel::Matched;
use crate::domain::{Artifact, Cost, Instant, Pull, Run, Session, Source, age};
use crate::text::{Safe, Untrusted, width};

/// Columns of the labels in the compact detail and in the full one.
const COMPACT_LABEL: usize = 8;
const FULL_LABEL: usize = 11;

/// The four lines under the queue: what is wrong (else the prompt), who works, the pull request, the run.
pub fn compact(model: &Model, known: &Known) -> Vec<Words> {
    let lines = [
        headline(model, known),
        ("agent", spread(&agent_words(model, known))),
        ("pr", spread(&pull_words(model, known))),
        ("run", spread(&run_words(model, known, false))),
    ];
    lines.into_iter().map(|(label, words)| labelled(label, COMPACT_LABEL, words)).collect()
}

/// The four lines of a pull request: itself, its checks, what it waits for, where it is.
pub fn compact_pull(model: &Model, pull: &Pull) -> Vec<Words> {
    let (tone, word) = pull_state(pull.state);
    let mut own = vec![
        Words::one(Tone::Plain, format!("{}#{} ", pull.repo, pull.number)).with(tone, word),
        Words::one(Tone::Good, format!("+{}", pull.additions)).with(Tone::Bad, format!(" −{}", pull.deletions)),
        Words::one(Tone::Dim, format!("opened {}", model.day_and_clock(pull.created_at))),
    ];
    own.extend(pull.author.as_ref().map(|a| Words::one(Tone::Dim, "by ").with(Tone::Plain, a.show_line())));
    let mut all_checks = vec![checks(pull.checks.as_ref())];
    let failing = pull.checks.as_ref().map(|c| c.failing.as_slice()).unwrap_or_default();
    all_checks.extend(failing.iter().skip(1).map(|name| Words::one(Tone::Bad, name.show_line())));
    let waiting = waits(pull, model.world.viewer.as_ref());
    let verdict = verdict(pull);
    let mut review = vec![if verdict.is_empty() { Words::one(Tone::Dim, "over") } else { verdict }];
    if waiting.is_some_and(|w| w != Waits::Approval) {
        review.insert(0, says(pull, waiting));
    }
    let branch = Words::one(Tone::Dim, "branch ").with(Tone::Plain, pull.head_ref.show_line());
    let place = [
        Words::one(Tone::Plain, pull.url.show_line()),
        branch.with(Tone::Dim, " → ").with(Tone::Plain, pull.base_ref.show_line()),
    ];
    let lines =
        [("pr", spread(&own)), ("checks", spread(&all_checks)), ("review", spread(&review)), ("link", spread(&place))];
    lines.into_iter().map(|(label, words)| labelled(label, COMPACT_LABEL, words)).collect()
}

/// The first line of the compact detail.
fn headline(model: &Model, known: &Known) -> (&'static str, Words) {
    if let Some(alert) = alerts(model, known).into_iter().next() {
        return alert;
    }
    let Some(session) = known.task.latest_session() else {
        return ("prompt", Words::one(Tone::Dim, "loading …"));
    };
    match &session.prompt {
        Some(prompt) if !prompt.is_empty() => ("prompt", Words::one(Tone::Plain, format!("“{}”", opening(prompt)))),
        _ => ("prompt", Words::one(Tone::Dim, "not recorded")),
    }
}

/// A prompt's first words on one line. Only as much of it is read as any screen can show.
fn opening(prompt: &Untrusted) -> String {
    let start: String = prompt.raw_for_match().chars().take(600).collect();
    let lines = Untrusted::new(start).show_block();
    let lines: Vec<&str> = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty()).collect();
    lines.join(" ")
}

/// What an operator must know first, the gravest first.
fn alerts(model: &Model, known: &Known) -> Vec<(&'static str, Words)> {
    let mut alerts = Vec::new();
    if !known.cancel_steps.is_empty() {
        alerts.push(("cancel", cancel_life(known, &model.settings)));
    }
    if known.condition(model.now) == Condition::Orphaned && known.cancel.is_none() {
        let run = known.run.as_ref().and_then(|j| j.run.as_ref());
        let ended = run.map(|r| format!(" at {}", clock(&model.settings, r.updated_at))).unwrap_or_default();
        alerts.push(("orphan", Words::one(Tone::Odd, format!("⚠ its run ended{ended}, the task did not"))));
    }
    if let Some(error) = known.task.latest_session().and_then(|s| s.error.as_ref()) {
        alerts.push(("error", Words::one(Tone::Bad, error.show_line())));
    }
    if let Some(stuck) = known.stuck(&model.settings, model.now) {
        alerts.push(("stuck", Words::one(Tone::Warn, format!("▲ {}", stuck.says(model.now)))));
    }
    if let Some(words) = disagreement(known) {
        alerts.push(("differ", words));
    }
    alerts
}

/// Task, session and run tell different stories: all are told. The task's state counts.
fn disagreement(known: &Known) -> Option<Words> {
    let task = &known.task.state;
    // Sessions older than the task's own answer are only late, not of another opinion.
    let told_together = known.sessions_as_of == Some(known.task.touched_at());
    let session =
        known.task.latest_session().filter(|_| told_together).map(|s| &s.state).filter(|state| *state != task);
    let run = run_of(known).filter(|run| {
        let over = run.is_completed();
        (over && matches!(task, crate::domain::State::InProgress)) || (!over && !task.is_active())
    });
    if session.is_none() && run.is_none() {
        return None;
    }
    let mut text = format!("the task says {}", task.word());
    if let Some(state) = session {
        let _ = write!(text, ", its session {}", state.word());
    }
    if let Some(run) = run {
        let _ = write!(text, ", its run {}", run_state(run));
    }
    Some(Words::one(Tone::Warn, text))
}

fn agent_words(model: &Model, known: &Known) -> Vec<Words> {
    let task = &known.task;
    let agent = task.custom_agent.as_ref().map_or_else(|| Safe::new("default"), Untrusted::show_line);
    let mut words = vec![Words::one(Tone::Plain, agent)];
    if let Some(model_name) = task.latest_session().and_then(Session::model_name) {
        words.push(Words::one(Tone::Dim, "model ").with(Tone::Plain, model_name.show_line()));
    }
    if let Some(login) = model.world.login(task) {
        words.push(Words::one(Tone::Dim, "by ").with(Tone::Plain, login.show_line()));
    }
    if let Some(cost) = task.cost().filter(|c| !c.is_zero()) {
        words.push(Words::one(Tone::Dim, "cost ").with(Tone::Plain, cost.to_string()));
    }
    words
}

fn pull_words(model: &Model, known: &Known) -> Vec<Words> {
    match model.world.pull_of(&known.task) {
        None => vec![Words::one(Tone::Dim, "none")],
        Some(PullOf::Loading) => vec![Words::one(Tone::Dim, "loading …")],
        Some(PullOf::Gone) => vec![Words::one(Tone::Dim, "gone, or not visible to this token")],
        Some(PullOf::Known(pull)) => {
            let (tone, word) = pull_state(pull.state);
            vec![
                Words::one(Tone::Plain, format!("#{} ", pull.number)).with(tone, word),
                match &pull.checks {
                    Some(found) => Words::one(Tone::Dim, "checks ").and(checks(Some(found))),
                    None => checks(None),
                },
                verdict(pull),
            ]
        }
    }
}

fn run_words(model: &Model, known: &Known, whole: bool) -> Vec<Words> {
    let mut words = match &known.run {
        None => vec![match known.task.latest_session().and_then(|s| s.run) {
            Some(id) => Words::one(Tone::Plain, id.to_string()).with(Tone::Dim, " loading …"),
            None => Words::one(Tone::Dim, "not looked for yet"),
        }],
        Some(RunJoin { run: None, .. }) => vec![Words::one(Tone::Dim, "none found")],
        Some(RunJoin { run: Some(run), matched, .. }) => {
            // Said where there is room for it, beside the whole.
            let how = if whole && *matched == Some(Matched::ByBranch) { ", found by its branch" } else { "" };
            let mut state = Words::one(Tone::Plain, format!("{} ", run.id));
            state.push(run_tone(run), run_state(run));
            state.push(Tone::Dim, format!(" {}{how}", elapsed(model, run)));
            vec![state]
        }
    };
    words.extend(branch_words(known));
    words
}

/// `copilot/migrate-tax → main`.
fn branch_words(known: &Known) -> Option<Words> {
    let head = known.task.head_ref()?;
    let words = Words::one(Tone::Dim, "branch ").with(Tone::Plain, head.show_line());
    Some(match base_ref(known) {
        Some(base) => words.with(Tone::Dim, " → ").with(Tone::Plain, base.show_line()),
        None => words,
    })
}

/// The branch the work goes into: the latest session's, else the branch artifact's.
pub fn base_ref(known: &Known) -> Option<&Untrusted> {
    let of_session = known.task.latest_session().and_then(|s| s.base_ref.as_ref());
    of_session.or_else(|| {
        known.task.artifacts.iter().find_map(|a| match a {
            Artifact::Branch { base_ref, .. } => base_ref.as_ref(),
            Artifact::Pull { .. } => None,
        })
    })
}

fn run_of(known: &Known) -> Option<&Run> {
    known.run.as_ref()?.run.as_ref()
}

fn run_state(run: &Run) -> Safe {
    match &run.conclusion {
        Some(conclusion) if run.is_completed() => conclusion.word(),
        _ => run.status.word(),
    }
}

fn run_tone(run: &Run) -> Tone {
    use crate::domain::Conclusion;
    match &run.conclusion {
        Some(Conclusion::Failure | Conclusion::TimedOut | Conclusion::StartupFailure) => Tone::Bad,
        Some(Conclusion::ActionRequired) => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// `41m of 59m` while it runs, `12m` afterwards.
fn elapsed(model: &Model, run: &Run) -> String {
    let start = run.started_at.unwrap_or(run.created_at);
    if run.is_completed() {
        return duration(run.updated_at - start);
    }
    format!("{} of {}", age::coarse(model.now - start), duration(model.settings.stuck.session_limit))
}

/// How long something took: `42s`, `12m`, `1h 5m`.
pub fn duration(time: TimeDelta) -> String {
    let s = time.num_seconds().max(0);
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m", s / 60),
        _ if s % 3600 < 60 => format!("{}h", s / 3600),
        _ => format!("{}h {}m", s / 3600, s % 3600 / 60),
    }
}

impl Words {
    fn and(mut self, other: Self) -> Self {
        self.extend(other);
        self
    }
}

/// Pieces in one line, three columns apart.
fn spread(pieces: &[Words]) -> Words {
    let mut line = Words::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        line.gap("   ");
        line.extend(piece.clone());
    }
    line
}

fn labelled(label: &'static str, columns: usize, words: Words) -> Words {
    Words::one(Tone::Dim, format!(" {label:<columns$}", columns = columns - 1)).and(words)
}

/// The whole detail for a width. What it says of the screen's bottom, the view only cuts out.
pub fn full(model: &Model, known: &Known, columns: u16) -> Vec<Words> {
    let mut page = Page { columns: usize::from(columns).saturating_sub(1), lines: Vec::new() };
    let task = &known.task;
    head(&mut page, model, known);
    for (label, words) in alerts(model, known) {
        page.words(label, words);
    }
    page.flow("agent", &agent_words(model, known));
    page.flow("pr", &pull_words(model, known));
    page.flow("run", &run_words(model, known, true));
    jobs(&mut page, known);
    sessions(&mut page, model, known);
    artifacts(&mut page, known);
    links(&mut page, model, known);
    sources(&mut page, model, known);
    page.blank();
    match task.latest_session().and_then(|s| s.prompt.as_ref()) {
        Some(prompt) => {
            for (i, line) in prompt.show_block().iter().enumerate() {
                page.text(if i == 0 { "prompt" } else { "" }, Tone::Plain, line);
            }
        }
        None if task.sessions.is_none() => page.text("prompt", Tone::Dim, &Safe::new("loading …")),
        None => page.text("prompt", Tone::Dim, &Safe::new("not recorded")),
    }
    page.lines
}

fn head(page: &mut Page, model: &Model, known: &Known) {
    let task = &known.task;
    let condition = known.condition(model.now);
    let (glyph, tone) = look(&condition);
    let name = task.name.show_line();
    // The rule above has room for most names.
    if width::width(&name) + 32 > page.columns {
        page.text("task", Tone::Strong, &name);
    }
    let since = age::coarse(model.now - known.condition_since(model.now));
    page.flow(
        "state",
        &[
            Words::one(tone, format!("{glyph} {}", condition.word())).with(Tone::Dim, format!(" for {since}")),
            Words::one(Tone::Dim, "created ").with(Tone::Plain, model.day_and_clock(task.created_at)),
            Words::one(Tone::Dim, "updated ").with(Tone::Plain, model.day_and_clock(task.touched_at())),
        ],
    );
    page.flow("repo", &[Words::one(Tone::Plain, task.at.repo.as_str())]);
    if let Some(at) = task.archived_at {
        page.flow("archived", &[Words::one(Tone::Plain, model.day_and_clock(at))]);
    }
}

fn jobs(page: &mut Page, known: &Known) {
    let jobs = known.run.as_ref().map(|j| j.jobs.as_slice()).unwrap_or_default();
    for (i, job) in jobs.iter().enumerate() {
        let state = job.conclusion.as_ref().map_or_else(|| job.status.word(), crate::domain::Conclusion::word);
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

/// How fresh each source of this page is, with the whole of a fault that a rule has no room for.
fn sources(page: &mut Page, model: &Model, known: &Known) {
    let at = &known.task.at;
    let all = [
        ("tasks of the repository", Source::Tasks(at.repo.clone())),
        ("this task", Source::Task(at.id.clone())),
        ("its run", Source::Run(at.id.clone())),
        ("pull requests", Source::Pulls),
    ];
    let mut first = true;
    for (name, source) in all {
        let Some(freshness) = model.world.freshness.get(&source) else { continue };
        let trust = model.trust(&source);
        let said = if trust.is_empty() {
            let at: Option<Instant> = freshness.good_at;
            Words::one(Tone::Dim, at.map(|at| format!("as of {}", clock(&model.settings, at))).unwrap_or_default())
        } else {
            trust
        };
        page.words(if first { "sources" } else { "" }, Words::one(Tone::Dim, format!("{name}: ")).and(said));
        first = false;
    }
}

/// Lines being filled, each with a label column.
struct Page {
    columns: usize,
    lines: Vec<Words>,
}

impl Page {
    fn blank(&mut self) {
        if self.lines.last().is_some_and(|l| !l.is_empty()) {
            self.lines.push(Words::new());
        }
    }

    fn room(&self) -> usize {
        self.columns.saturating_sub(FULL_LABEL).max(8)
    }

    /// Pieces beside each other, on as many lines as they need.
    fn flow(&mut self, label: &'static str, pieces: &[Words]) {
        let mut label = label;
        let mut line = Words::new();
        for piece in pieces.iter().filter(|p| !p.is_empty()) {
            if !line.is_empty() && line.width() + 3 + piece.width() > self.room() {
                self.words(label, std::mem::take(&mut line));
                label = "";
            }
            line.gap("   ");
            line.extend(piece.clone());
        }
        self.words(label, line);
    }

    /// One line of words; wrapped as text in the tone of its longest part when it is too long.
    fn words(&mut self, label: &'static str, words: Words) {
        if words.width() <= self.room() {
            self.lines.push(labelled(label, FULL_LABEL, words));
            return;
        }
        let longest = words.0.iter().max_by_key(|(_, text)| width::width(text));
        let tone = longest.map_or(Tone::Plain, |(tone, _)| *tone);
        self.text(label, tone, &Safe::new(words.plain()));
    }

    fn text(&mut self, label: &'static str, tone: Tone, text: &Safe) {
        for (i, line) in wrap(text, self.room()).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            self.lines.push(labelled(label, FULL_LABEL, Words::one(tone, line)));
        }
    }
}
