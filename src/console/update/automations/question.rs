//! The questions before anything is done to an automation: what it is, what follows, what the policy says, what is sent.

use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog};
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Act, Definition, Pinned, Switch, Trigger};
use crate::domain::policy::{Judgement, Verdict};
use crate::domain::{Automation, AutomationOrder, Instant};
use crate::template::lint;
use crate::text::{Safe, Untrusted, width};

/// A name longer than this is not typed: its id is.
const LONGEST_NAME: usize = 60;
/// Lines of a request a question shows.
const PREVIEW: usize = 12;

/// The question about an order that the policy lets through.
pub(super) fn of(model: &Model, order: AutomationOrder, judged: &Judgement) -> Dialog {
    let (name, repo) = (order.name().show_line(), order.repo.clone());
    let known = order.at().and_then(|at| model.world.automations.known.get(&at));
    let known = known.map(|known| &known.automation);
    // What the policy says stands first, so that it is never what is left out.
    let mut body = vec![judged.line()];
    let (title, yes) = match &order.act {
        Act::Switch(pinned, true) => {
            body.extend(switching_on(model, pinned, known));
            (format!("Switch on “{name}” in {repo}?"), "Yes, switch it on")
        }
        Act::Switch(pinned, false) => {
            body.extend(switching_off(model, pinned));
            (format!("Switch off “{name}” in {repo}?"), "Yes, switch it off")
        }
        Act::Run(pinned, run) => {
            body.push(Safe::new(format!("runs {}", run.words())));
            if known.is_some_and(|known| !known.switch.is_on()) || pinned.seen.flag("enabled") == Some(false) {
                body.push(Safe::new("it is switched off: the service may refuse"));
            }
            body.push(Safe::new("starts a task, which costs; the service says no more than that it took the wish"));
            (format!("Run “{name}” in {repo} now?"), "Yes, run it")
        }
        Act::Delete(pinned) => {
            body.push(set_off_by(&pinned.seen));
            body.push(Safe::new("It cannot be brought back. Its tasks and their pull requests stay."));
            (format!("Delete “{name}” in {repo}?"), "Yes, delete it")
        }
        Act::Edit(pinned, wanted) => {
            body.extend(wanted.changes_from(&pinned.seen).iter().map(crate::domain::automation::Change::words));
            if wanted.changes_from(&pinned.seen).iter().any(|change| change.field == "triggers") {
                body.extend(coming(model, wanted));
            }
            body.extend(advice(wanted));
            (format!("Change “{name}” in {repo}?"), "Yes, change it")
        }
        Act::Create(wanted) => {
            body.push(set_off_by(wanted));
            body.extend(coming(model, wanted));
            body.extend(advice(wanted));
            (format!("Create “{name}” in {repo}?"), "Yes, create it")
        }
    };
    body.extend(request(&order));
    let word = match &order.act {
        Act::Delete(pinned) => Some(word_of(pinned)),
        _ => None,
    };
    let reason = judged.verdict() == Verdict::NeedsReason;
    Dialog { word, reason, ..Dialog::new(model.now, title, body, yes, Ask::Automation(Box::new(order))) }
}

/// What has to be typed to delete it: its name as it is shown, where a person can type that.
fn word_of(pinned: &Pinned) -> Safe {
    let name = pinned.name.show_line();
    let can_be_typed = name.trim() == name.as_str()
        && (1..=LONGEST_NAME).contains(&width::width(&name))
        && name.chars().all(|c| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ')
        && !name.contains("  ");
    if can_be_typed { name } else { pinned.id.show() }
}

fn set_off_by(definition: &Definition) -> Safe {
    let triggers = definition.triggers().unwrap_or_default();
    let words: Vec<String> = triggers.iter().map(|trigger| trigger.words().to_string()).collect();
    Safe::new(if words.is_empty() {
        "set off by hand only".to_owned()
    } else {
        format!("set off by: {}", words.join("; "))
    })
}

/// When it runs next, computed. `None`: no schedule tells.
fn next_run(definition: &Definition, after: Instant) -> Option<Instant> {
    let triggers = definition.triggers().unwrap_or_default();
    triggers.iter().filter_map(Trigger::schedule).filter_map(|schedule| schedule.next(after)).min()
}

fn coming(model: &Model, definition: &Definition) -> Option<Safe> {
    let next = next_run(definition, model.now)?;
    Some(Safe::new(format!("next run {}", next_words(next, &model.settings.zone))))
}

fn switching_on(model: &Model, pinned: &Pinned, known: Option<&Automation>) -> Vec<Safe> {
    let mut lines = vec![set_off_by(&pinned.seen)];
    let triggers = pinned.seen.triggers().unwrap_or_default();
    lines.push(match coming(model, &pinned.seen) {
        Some(next) => next,
        None if triggers.is_empty() => Safe::new("nothing sets it off by itself: it is run by hand"),
        None => Safe::new("from then on it runs whenever that happens"),
    });
    if let Some(Switch::Off(off)) = known.map(|known| &known.switch)
        && off.reason.is_some()
    {
        let switch = Switch::Off(off.clone());
        lines.push(Safe::new(format!("the service had switched it {}", switch.words())));
    }
    if known.and_then(Automation::has_limit) == Some(false) {
        lines.push(Safe::new("nothing limits what it may spend"));
    }
    lines
}

fn switching_off(model: &Model, pinned: &Pinned) -> Vec<Safe> {
    let next = next_run(&pinned.seen, model.now).map(|next| next_words(next, &model.settings.zone));
    let first = match next {
        Some(next) => format!("nothing runs by it any more, not at {next} either"),
        None => "nothing runs by it any more".to_owned(),
    };
    vec![Safe::new(first), Safe::new("tasks that are under way go on")]
}

/// What is to be said of its prompt.
fn advice(wanted: &Definition) -> Vec<Safe> {
    let prompt = wanted.prompt();
    let findings = lint::prompt(prompt.raw_for_match(), true);
    findings.into_iter().map(|finding| Safe::new(format!("prompt: {}", finding.message))).collect()
}

/// What is sent, to the letter; of a long one the beginning, and the form shows the whole.
fn request(order: &AutomationOrder) -> Vec<Safe> {
    let text = order.body_text();
    let lines = Untrusted::from(text.as_str()).show_spelled();
    let count = lines.len();
    let mut shown: Vec<Safe> = Vec::new();
    for line in lines.into_iter().take(PREVIEW) {
        shown.push(Safe::new(format!("  │ {}", width::cut_end(&line, 200))));
    }
    if count > PREVIEW {
        shown.push(Safe::new(format!("  … {} more lines", count - PREVIEW)));
    }
    shown
}
