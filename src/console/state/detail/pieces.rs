//! The words that the compact and the full detail share.

use chrono::TimeDelta;

use crate::console::state::Model;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::words::pull_state;
use crate::console::state::world::{Known, PullOf, RunJoin};
use crate::domain::automation::{Switch, Took};
use crate::domain::{Artifact, Conclusion, Fault, Pull, Run, Session, Source, age};
use crate::text::{Safe, Untrusted};

pub(super) fn agent_words(model: &Model, known: &Known) -> Vec<Words> {
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

/// What started it by itself: `automation “Nightly deps”`, and what is known of that. Empty: nothing did.
pub(super) fn started_by(model: &Model, known: &Known) -> Vec<Words> {
    let Some(id) = &known.task.automation else { return Vec::new() };
    let named = Words::one(Tone::Dim, "automation ");
    let Some(of_it) = model.world.automation_of(&known.task) else {
        let read = model.world.automations.lists.contains_key(&known.task.at.repo);
        let why = if read { "not in the list of the repository" } else { "its name is not known yet" };
        return vec![named.with(Tone::Plain, id.show()), Words::one(Tone::Dim, why)];
    };
    let automation = &of_it.automation;
    let triggers: Vec<String> = automation.trigger_list().iter().map(|one| one.words().to_string()).collect();
    let when = match &automation.triggers {
        None => String::new(),
        Some(_) if triggers.is_empty() => " (by hand only)".to_owned(),
        Some(_) => format!(" ({})", triggers.join("; ")),
    };
    let name = named.with(Tone::Plain, format!("“{}”", automation.name.show_line())).with(Tone::Dim, when);
    let off = matches!(automation.switch, Switch::Off(_)).then(|| Words::one(Tone::Warn, automation.switch.words()));
    let pointed = model.world.automations.pointed_at(&automation.at).and_then(|pointed| pointed.says().next());
    let pointed = pointed.map(|worst| Words::one(Tone::Warn, format!("▲ {worst}")));
    std::iter::once(name).chain(off).chain(pointed).collect()
}

/// What is known of the task's pull request, and the pull request where it is known.
pub(super) fn pull_told<'a>(model: &'a Model, known: &Known) -> (Words, Option<&'a Pull>) {
    match model.world.pull_of(&known.task) {
        None => (Words::one(Tone::Dim, "none"), None),
        Some(PullOf::Loading) => (Words::one(Tone::Dim, "loading …"), None),
        Some(PullOf::Gone) => (Words::one(Tone::Dim, "gone, or not visible to this token"), None),
        Some(PullOf::Known(pull)) => {
            let (tone, word) = pull_state(pull.state);
            (Words::one(Tone::Plain, format!("#{} ", pull.number)).with(tone, word), Some(pull))
        }
    }
}

/// Why the run could not be read.
fn fault_of_run<'a>(model: &'a Model, known: &Known) -> Option<&'a Fault> {
    model.world.freshness.get(&Source::Run(known.task.at.id.clone()))?.fault.as_ref()
}

/// Number, state and time of the run, or why there is none.
pub(super) fn run_told(model: &Model, known: &Known) -> Words {
    match known.run.as_deref() {
        None => match known.task.latest_session().and_then(|s| s.run) {
            Some(id) => Words::one(Tone::Plain, id.to_string()).with(Tone::Dim, " loading …"),
            None => match fault_of_run(model, known) {
                Some(fault) => Words::one(Tone::Bad, "? ").with(Tone::Dim, fault.what.clone()),
                None => Words::one(Tone::Dim, "not looked for yet"),
            },
        },
        Some(RunJoin { run: None, .. }) => Words::one(Tone::Dim, "none found"),
        Some(RunJoin { run: Some(run), .. }) => {
            let mut state = Words::one(Tone::Plain, format!("{} ", run.id));
            state.push(run_tone(run), run_state(run));
            state.with(Tone::Dim, format!(" {}", elapsed(model, known, run)))
        }
    }
}

/// `copilot/migrate-tax → main`.
pub(super) fn branch_words(known: &Known) -> Option<Words> {
    let head = known.task.head_ref()?;
    let words = Words::one(Tone::Plain, head.show_line());
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

pub(super) fn run_of(known: &Known) -> Option<&Run> {
    known.run.as_ref()?.run.as_ref()
}

fn run_state(run: &Run) -> Safe {
    match &run.conclusion {
        Some(conclusion) if run.is_completed() => conclusion.word(),
        _ => run.status.word(),
    }
}

fn run_tone(run: &Run) -> Tone {
    match &run.conclusion {
        Some(Conclusion::Failure | Conclusion::TimedOut | Conclusion::StartupFailure) => Tone::Bad,
        Some(Conclusion::ActionRequired) => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// `41m of 59m` while it runs, `12m` afterwards.
fn elapsed(model: &Model, known: &Known, run: &Run) -> String {
    let start = run.started_at.unwrap_or(run.created_at);
    if run.is_completed() {
        return duration(run.updated_at - start);
    }
    format!("{} of {}", age::coarse(model.now - start), duration(known.deadline(&model.settings).limit))
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

/// The same of a run; `<59m`: at most that long.
pub fn took(took: Took) -> String {
    let most = if took.is_exact { "" } else { "<" };
    format!("{most}{}", duration(took.time))
}

impl Words {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.extend(other);
        self
    }
}

/// The first words of a prompt or a question on one line. Only as much of it is read as any screen can show.
pub fn opening(text: &Untrusted) -> String {
    let start: String = text.raw_for_match().chars().take(600).collect();
    let lines = Untrusted::new(start).show_block();
    let lines: Vec<&str> = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty()).collect();
    lines.join(" ")
}

/// Pieces in one line, three columns apart.
pub(super) fn spread(pieces: &[Words]) -> Words {
    let mut line = Words::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        line.gap("   ");
        line.extend(piece.clone());
    }
    line
}

pub(super) fn labelled(label: &'static str, columns: usize, words: Words) -> Words {
    Words::one(Tone::Dim, format!(" {label:<columns$}", columns = columns - 1)).and(words)
}
