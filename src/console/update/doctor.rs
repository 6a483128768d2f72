//! `:doctor`: what can be done here, what cannot, and why. Asked for, or begun by itself when the service first refuses
//! something for want of a permission.
//!
//! ```text
//! never ──:doctor, or a first refusal──> asking ──rows fill in──> done ──r──> asking
//! ```

use super::{actions, scroll};
use crate::console::doctor::{News, Told, Wish};
use crate::console::effect::Effect;
use crate::console::event::{Op, What};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::doctor::{DoctorPane, Line, Progress, list_rows};
use crate::domain::capability::{Answer, ReadOnly, Row, Topic};
use crate::domain::{CancelPhase, Fault, FaultKind, RepoName, Source};
use crate::text::Safe;

/// `:doctor`.
pub fn command(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err("“doctor” takes nothing after it".to_owned());
    }
    open(model, effects);
    Ok(())
}

pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let focus = model.place.focus;
    // Whatever stands over the panes goes.
    actions::focus(model, focus);
    model.place.doctor.pane = Some(Box::default());
    // What only one repository was asked about by itself is asked about all of them now.
    let known: Vec<&RepoName> = model.place.doctor.matrix.repos().collect();
    let all = model.settings.repos.iter().take(1).all(|repo| known.contains(&repo));
    let done = matches!(model.place.doctor.progress, Progress::Done { .. });
    let repos = model.settings.repos.clone();
    if !done || !all || known.len() < repos.len().min(2) {
        ask(model, repos, false, effects);
    }
    model.dirty = true;
}

fn ask(model: &mut Model, repos: Vec<RepoName>, anew: bool, effects: &mut Vec<Effect>) {
    let doctor = &mut model.place.doctor;
    doctor.wishes += 1;
    doctor.progress = Progress::Asking { words: Safe::default(), left: 0 };
    effects.push(Effect::Examine(Wish { id: doctor.wishes, repos, anew }));
    model.dirty = true;
}

/// A refusal for want of a permission is worth a look at what else is missing there. Once: later ones say nothing new.
pub(super) fn hear(model: &mut Model, what: &What, effects: &mut Vec<Effect>) {
    if model.place.doctor.progress != Progress::Never || model.place.log_only {
        return;
    }
    let refused = |fault: &Fault| fault.kind == FaultKind::Permission;
    let repo = match what {
        What::Net(net) if net.result.as_ref().is_err_and(refused) => match &net.source {
            Source::Tasks(repo) => Some(repo.clone()),
            Source::Task(id) | Source::Run(id) => model.world.tasks.get(id).map(|known| known.task.at.repo.clone()),
            Source::OwnTasks => None,
            _ => return,
        },
        What::Op(Op::Started { result: Err(fault), .. }) if refused(fault) => {
            model.compose.form.as_ref().and_then(crate::console::state::compose::Form::repo)
        }
        What::Op(Op::Cancel(progress)) => match &progress.phase {
            CancelPhase::Refused(fault) if refused(fault) => Some(progress.task.repo.clone()),
            _ => return,
        },
        _ => return,
    };
    ask(model, repo.into_iter().collect(), false, effects);
}

pub fn news(model: &mut Model, news: News) {
    let now = model.now;
    let doctor = &mut model.place.doctor;
    if news.id != doctor.wishes {
        return;
    }
    match news.told {
        Told::Asking { words, left } => doctor.progress = Progress::Asking { words, left },
        Told::Rows(rows) => {
            let under = doctor.selected().map(|row| (row.topic, row.repo.clone()));
            for row in rows {
                doctor.matrix.take(row);
            }
            // Rows that come in above do not move the cursor off its own, once it was moved at all.
            let at = under.and_then(|(topic, repo)| {
                doctor.matrix.rows().iter().position(|row| row.topic == topic && row.repo == repo)
            });
            if let (Some(pane), Some(at)) = (doctor.pane.as_mut().filter(|pane| pane.cursor > 0), at) {
                pane.cursor = at;
            }
        }
        Told::Done { not_asked } => doctor.progress = Progress::Done { at: now, not_asked },
    }
    model.dirty |=
        model.place.doctor.pane.is_some() || model.place.focus == crate::console::state::place::Pane::Compose;
}

/// From here on nothing can be changed.
pub fn read_only(model: &mut Model, why: ReadOnly) {
    if model.settings.read_only {
        return;
    }
    model.settings.read_only = true;
    model.notes.say(model.now, true, format!("read-only from here on: {} — {}", why.why, why.next));
    model.settings.why_read_only = Some(why);
    if model.dialog.as_ref().is_some_and(|dialog| dialog.ask.writes()) {
        model.dialog = None;
    }
    model.dirty = true;
}

pub(super) fn settle(model: &mut Model) {
    if let Some(body) = model.place.panes().body {
        model.place.doctor.settle(body);
    }
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, list_rows).max(2) - 1;
    let repos = model.settings.repos.clone();
    let doctor = &mut model.place.doctor;
    let rows = doctor.matrix.rows().len();
    let text = doctor.selected().map(words);
    let from = doctor.pane.as_ref().map_or(0, |pane| pane.cursor);
    let is_off = |n: &usize| doctor.matrix.rows().get(*n).is_some_and(Row::is_off);
    let next_off = (from + 1..rows).find(is_off);
    let previous_off = (0..from).rev().find(is_off);
    let Some(pane) = doctor.pane.as_mut() else { return false };
    match intent {
        Intent::Top => **pane = DoctorPane::default(),
        Intent::NextError | Intent::PreviousError => {
            let (found, way) = if intent == Intent::NextError { (next_off, "below") } else { (previous_off, "above") };
            match found {
                Some(row) => pane.cursor = row,
                None => model.notes.say(model.now, false, format!("no ability {way} is off; settings may be")),
            }
        }
        Intent::Refresh => ask(model, repos, true, effects),
        Intent::Copy => {
            if let Some(text) = text {
                effects.push(Effect::Copy(text.into()));
                model.notes.say(model.now, false, "copied the row");
            }
        }
        Intent::Back => doctor.pane = None,
        moved => match scroll::through(moved, from, page, rows) {
            Some(row) => pane.cursor = row,
            None => return false,
        },
    }
    model.dirty = true;
    true
}

fn words(row: &Row) -> String {
    let repo = row.repo.as_ref().map(|repo| format!("{repo}: ")).unwrap_or_default();
    format!("{repo}{}: {}, {} ({})", row.topic.title, row.answer.word(), row.says, row.evidence)
}

pub fn wheel(model: &mut Model, by: isize) -> bool {
    let Some(pane) = &mut model.place.doctor.pane else { return false };
    pane.cursor = pane.cursor.saturating_add_signed(by);
    model.dirty = true;
    true
}

/// A click puts the cursor on a row.
pub fn click(model: &mut Model, row: usize) {
    let Some(body) = model.place.panes().body else { return };
    let doctor = &mut model.place.doctor;
    let Some(top) = doctor.pane.as_ref().map(|pane| pane.top).filter(|_| row < list_rows(body)) else { return };
    let found = match doctor.lines().get(top + row) {
        Some(Line::Row(n, _)) => *n,
        _ => return,
    };
    if let Some(pane) = &mut doctor.pane {
        pane.cursor = found;
    }
    model.dirty = true;
}

/// Why something is off in a repository, as far as it was found out: for the place where it would have been.
pub fn why_off(model: &Model, topics: &[&'static Topic], repo: &RepoName) -> Option<String> {
    let row = model.place.doctor.matrix.off(topics, repo)?;
    let next = if row.next.is_empty() { String::new() } else { format!(" — {}", row.next) };
    let says = if row.says.is_empty() { row.answer.word() } else { &row.says };
    Some(format!("{} in {repo}: {says}{next}", row.topic.title))
}

/// How an answer is drawn: sign and meaning.
pub fn sign(row: &Row) -> (&'static str, crate::console::state::tone::Tone) {
    use crate::console::state::tone::Tone;
    match (row.answer, row.topic.setting) {
        (Answer::Yes, true) => ("✓", Tone::Plain),
        (Answer::Yes, false) => ("✓", Tone::Good),
        (Answer::No, true) => ("·", Tone::Plain),
        (Answer::No, false) if row.needed => ("✗", Tone::BadStrong),
        (Answer::No, false) => ("✗", Tone::Bad),
        (Answer::Unknown, _) => ("?", Tone::Warn),
        (Answer::Untestable, _) => ("–", Tone::Dim),
    }
}
