//! What an operator must know first, the gravest first, each with its evidence.

use super::pieces::{duration, run_of};
use crate::console::state::Model;
use crate::console::state::evidence::{Deadline, LimitFrom, Start};
use crate::console::state::tone::{Tone, Words};
use crate::console::state::trust::clock;
use crate::console::state::words::cancel_life;
use crate::console::state::world::Known;
use crate::domain::Condition;
use crate::domain::stuck::{Kind, Stuck};

pub(super) struct Alert {
    pub(super) label: &'static str,
    pub(super) words: Words,
    /// Leaves room for more on its line.
    pub(super) is_short: bool,
}

pub(super) fn alerts(model: &Model, known: &Known) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if !known.cancel_steps.is_empty() {
        alerts.push(Alert { label: "cancel", words: cancel_life(known, &model.settings), is_short: false });
    }
    let orphaned = known.condition(model.now) == Condition::Orphaned;
    if orphaned && known.cancel.is_none() {
        let ended = run_of(known).map(|run| format!(" at {}", clock(&model.settings, run.updated_at)));
        let ended = ended.unwrap_or_default();
        let words = Words::one(Tone::Odd, format!("⚠ its run ended{ended}, the task did not"));
        alerts.push(Alert { label: "orphan", words: words.and(frees_itself(model, known)), is_short: false });
    }
    if let Some(error) = known.task.latest_session().and_then(|session| session.error.as_ref()) {
        alerts.push(Alert { label: "error", words: Words::one(Tone::Bad, error.show_line()), is_short: false });
    }
    // An orphan is told above, whichever way it was found out.
    let stuck = known.stuck(&model.settings, model.now).filter(|stuck| !matches!(stuck, Stuck::OrphanedSince(_)));
    if let Some(stuck) = stuck {
        let words = Words::one(Tone::Warn, format!("▲ {}", stuck.says(model.now))).and(limit(model, known, stuck));
        alerts.push(Alert { label: "stuck", words, is_short: true });
    }
    let sides = known.sides(Some(&model.world));
    for differs in known.disagreements(&model.world, model.now).filter(|_| !orphaned) {
        let words = Words::one(Tone::Warn, format!("≠ {}", differs.says(&sides, model.now)));
        alerts.push(Alert { label: "differ", words, is_short: true });
    }
    alerts
}

/// The limit that was passed and where it is from.
fn limit(model: &Model, known: &Known, stuck: Stuck) -> Words {
    let repo = &known.task.at.repo;
    let text = match stuck.kind() {
        None => return Words::new(),
        Some(Kind::SessionLimit) => {
            format!(", {}", deadline_says(&known.deadline(&model.settings)))
        }
        Some(kind) => {
            let limit = model.settings.stuck.of(repo).get(kind);
            format!(", limit {} ({})", duration(limit), model.settings.stuck.whence(repo, kind))
        }
    };
    Words::one(Tone::Dim, text)
}

/// Its length, what it counts from and who says so: `59m from its run's start (default)`.
pub(super) fn deadline_says(deadline: &Deadline<'_>) -> String {
    let limit = duration(deadline.limit);
    match (deadline.start, deadline.whence) {
        (Start::Log, LimitFrom::Log) => format!("{limit} as its log says"),
        (start, whence) => format!("{limit} from its {}'s start ({whence})", start.word()),
    }
}

/// When the service ends the session of an orphan.
fn frees_itself(model: &Model, known: &Known) -> Words {
    let deadline = known.deadline(&model.settings).at;
    if deadline <= model.now {
        let at = clock(&model.settings, deadline);
        return Words::one(Tone::Dim, format!("; its time was up at {at}, and it has not ended"));
    }
    Words::one(Tone::Dim, format!("; frees itself at {}", clock(&model.settings, deadline)))
}
