//! What is done to a pull request: asked first, pinned by id and commit, one order of one pull request at a time.

use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::reviews::Wish;
use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::line::{Line, LineKind};
use crate::console::update::{dialog, follow_up};
use crate::domain::pull_order::{PullAct, PullOrder, reviewers};
use crate::domain::{Fault, FaultKind, Instant, Pull, PullState, PullTarget};
use crate::text::{Safe, Untrusted, width};

/// Lines of a comment that are shown before it is sent.
const PREVIEW: usize = 8;

/// False: no key that does something to a pull request.
pub fn intent(model: &mut Model, intent: Intent) -> bool {
    let act = match intent {
        Intent::MarkReady => PullAct::MarkReady,
        Intent::ApproveRuns => PullAct::ApproveRuns,
        Intent::Approve => PullAct::Approve,
        Intent::Close => PullAct::Close,
        Intent::Comment => {
            if let Some(target) = target(model) {
                let title = model.reviewed_pull().map(|pull| pull.title.show_line()).unwrap_or_default();
                follow_up::on_pull(model, target, title);
            }
            return true;
        }
        Intent::RequestReview => {
            write(model, LineKind::Reviewers);
            return true;
        }
        _ => return false,
    };
    let Some(target) = target(model) else { return true };
    ask(model, target, act);
    true
}

/// The pull request that is looked at, if something may be done to it now.
fn target(model: &mut Model) -> Option<PullTarget> {
    let Some(pull) = model.reviewed_pull() else {
        model.notes.say(model.now, true, "no pull request is selected");
        return None;
    };
    let why = refused(model, pull);
    let target = PullTarget::of(pull);
    match why {
        Some(why) => {
            model.notes.say(model.now, true, why);
            None
        }
        None => Some(target),
    }
}

/// Why nothing may be done to it now.
pub(in crate::console::update) fn refused(model: &Model, pull: &Pull) -> Option<&'static str> {
    if !pull.is_open() {
        Some("it is merged or closed: nothing is left to be done to it here")
    } else if model.reviews.acting.iter().any(|(_, (repo, id))| *repo == pull.repo && *id == pull.id) {
        Some("what was asked for it before is still under way")
    } else {
        None
    }
}

/// Opens the line for what must be written.
fn write(model: &mut Model, kind: LineKind) {
    if let Some(target) = target(model) {
        model.reviews.writing = Some(target);
        model.line = Some(Line::new(kind, String::new()));
        model.dirty = true;
    }
}

/// What was written is accepted: it is shown once more, and asked for. `Err`: the line stays open and says why.
pub fn written(model: &mut Model, text: &str) -> Result<(), String> {
    let act = reviewers(text)?;
    if let Some(target) = model.reviews.writing.take() {
        ask(model, target, act);
    }
    Ok(())
}

/// A comment was written: it is shown once more, and asked for. The text stays until the answer.
pub fn comment(model: &mut Model, target: PullTarget, text: String) {
    ask(model, target, PullAct::Comment(text));
}

fn ask(model: &mut Model, target: PullTarget, act: PullAct) {
    let key = (target.at.repo.clone(), target.at.id);
    let Some(Some(pull)) = model.world.pulls.get(&key) else { return };
    if let Some(why) = pointless(pull, &target, &act) {
        let why = model.filled(why);
        return model.notes.say(model.now, true, why);
    }
    let dialog = question(model, pull, target, act);
    dialog::open(model, dialog);
}

/// Why it makes no sense to ask.
fn pointless(pull: &Pull, target: &PullTarget, act: &PullAct) -> Option<&'static str> {
    let waiting = pull.checks.as_ref().map_or(0, |checks| checks.needs_approval);
    match act {
        _ if act.is_about_a_commit() && target.head.is_none() => {
            Some("the commit it stands at is not known yet — {reviews.refresh} asks for it")
        }
        PullAct::MarkReady if pull.state != PullState::Draft => Some("it is no draft"),
        PullAct::ApproveRuns if waiting == 0 => Some("no workflow of it waits for approval"),
        _ => None,
    }
}

fn question(model: &Model, pull: &Pull, target: PullTarget, act: PullAct) -> Dialog {
    let name = target.name();
    let commit = target.head.as_ref().map(|head| head.show_line().chars().take(7).collect::<String>());
    let commit = commit.unwrap_or_default();
    let line = |text: String| Safe::new(text);
    let mut body = vec![Safe::new(width::cut_end(&pull.title.show_line(), 120))];
    let (title, yes) = match &act {
        PullAct::Comment(text) => {
            body.extend(preview(text));
            if text.contains("@copilot") {
                body.push(line("@copilot takes this for an order: it may start a session, which costs.".to_owned()));
            }
            (format!("Comment on {name}?"), "Yes, send it")
        }
        PullAct::RequestReview { people, teams } => {
            let names = people.iter().cloned().chain(teams.iter().map(|team| format!("team {team}")));
            body.push(line(format!("asks {}; they are told by mail", names.collect::<Vec<_>>().join(", "))));
            (format!("Ask for a review of {name}?"), "Yes, ask them")
        }
        PullAct::MarkReady => {
            body.push(line(format!("at {commit}; its reviewers are told by mail")));
            (format!("Mark {name} ready for review?"), "Yes, mark it ready")
        }
        PullAct::ApproveRuns => {
            let waiting = pull.checks.as_ref().map_or(0, |checks| checks.needs_approval);
            body.push(line(format!("{waiting} waiting, of commit {commit} and no other")));
            let code = "They run code the agent wrote, with what the workflows may see: say no, and {reviews.diff} shows the diff.";
            body.push(line(model.filled(code)));
            (format!("Let the workflows of {name} run?"), "Yes, let them run")
        }
        PullAct::Approve => {
            body.push(line(format!("approves commit {commit} into {}", pull.base_ref.show_line())));
            if let Some(on) = model.blocked(pull) {
                body.push(line(format!("waits on {}: {}", on.whom.word(), on.why.words())));
            }
            body.push(line(if model.reviews.is_agent_merge(pull) {
                "An agent was told to merge this by itself: with this it may.".to_owned()
            } else {
                "It is not merged: nothing here does that.".to_owned()
            }));
            (format!("Approve {name}?"), "Yes, approve it")
        }
        PullAct::Close => {
            body.push(line(format!(
                "closes it without a merge, at {commit}; the branch {} stays",
                pull.head_ref.show_line()
            )));
            (format!("Close {name}?"), "Yes, close it")
        }
    };
    let typed = matches!(act, PullAct::Approve | PullAct::Close).then(|| Safe::new(format!("#{}", target.number)));
    let order = PullOrder { id: uuid::Uuid::nil(), target, act };
    Dialog { word: typed, ..Dialog::new(model.now, title, body, yes, Ask::Pull(Box::new(order))) }
}

/// What is about to be sent, with everything in it spelled out.
fn preview(text: &str) -> Vec<Safe> {
    let lines = Untrusted::from(text).show_spelled();
    let all = lines.len();
    let mut shown: Vec<Safe> = lines.into_iter().take(PREVIEW).map(|line| Safe::new(format!("  │ {line}"))).collect();
    if all > PREVIEW {
        shown.push(Safe::new(format!("  … {} more lines", all - PREVIEW)));
    }
    shown
}

/// Yes was said.
pub fn confirmed(model: &mut Model, mut order: Box<PullOrder>, asked_at: Instant, effects: &mut Vec<Effect>) {
    order.id = dialog::made_id(asked_at, &order);
    let key = (order.target.at.repo.clone(), order.target.at.id);
    if matches!(order.act, PullAct::Comment(_)) {
        follow_up::draft::sent(model, order.id, effects);
    }
    model.reviews.acting.push((order.id, key));
    if let Some(page) = &mut model.reviews.page {
        page.said = None;
    }
    model.notes.say(model.now, false, format!("{}: {} …", order.target.name(), under_way(&order.act)));
    effects.push(Effect::Reviews(Wish::Act(order)));
}

fn under_way(act: &PullAct) -> &'static str {
    match act {
        PullAct::Comment(_) => "commenting",
        PullAct::RequestReview { .. } => "asking for a review",
        PullAct::MarkReady => "marking it ready",
        PullAct::ApproveRuns => "letting its workflows run",
        PullAct::Approve => "approving",
        PullAct::Close => "closing",
    }
}

/// What became of it.
pub fn done(model: &mut Model, order: &PullOrder, result: Result<Safe, Fault>, effects: &mut Vec<Effect>) {
    model.reviews.acting.retain(|(id, _)| *id != order.id);
    follow_up::draft::answered(model, order.id, &result, effects);
    match &result {
        Ok(done) => model.notes.say(model.now, false, done.as_str()),
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            let text = format!("{}: it may have happened, and does not show: {fault}", order.target.name());
            model.notes.say(model.now, true, text);
        }
        Err(fault) => {
            let text = format!("{}: could not {}: {fault}", order.target.name(), order.act.words());
            model.notes.say(model.now, true, text);
        }
    }
    let of_page = |page: &&mut crate::console::state::reviews::Page| {
        page.key.0 == order.target.at.repo && page.key.1 == order.target.at.id
    };
    if let Some(page) = model.reviews.page.as_mut().filter(of_page) {
        page.said = Some(result);
    }
}
