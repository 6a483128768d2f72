//! The four lines under the queue, of the task or the pull request under the cursor.

use super::alerts::{Alert, alerts};
use super::found;
use super::pieces::{agent_words, branch_words, labelled, opening, pull_told, run_told, spread, started_by};
use crate::console::state::Model;
use crate::console::state::tone::{Tone, Words};
use crate::console::state::words::{blocked, checks, pull_state, verdict};
use crate::console::state::world::Known;
use crate::domain::Pull;

const LABEL: usize = 8;

/// What it asks or what is wrong (else the prompt), who works, the pull request, the run.
pub fn compact(model: &Model, known: &Known) -> Vec<Words> {
    let (pull, found) = pull_told(model, known);
    let mut pull = vec![pull];
    if let Some(found) = found {
        pull.push(match &found.checks {
            Some(found) => Words::one(Tone::Dim, "checks ").and(checks(Some(found))),
            None => checks(None),
        });
        pull.push(verdict(found));
    }
    let branch = branch_words(known).map(|branch| Words::one(Tone::Dim, "branch ").and(branch));
    let run: Vec<Words> = [run_told(model, known)].into_iter().chain(branch).collect();
    let mut agent = agent_words(model, known);
    agent.extend(started_by(model, known).into_iter().next());
    let lines = [headline(model, known), ("agent", spread(&agent)), ("pr", spread(&pull)), ("run", spread(&run))];
    lines.into_iter().map(|(label, words)| labelled(label, LABEL, words)).collect()
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
    let verdict = verdict(pull);
    let mut review = vec![if verdict.is_empty() { Words::one(Tone::Dim, "over") } else { verdict }];
    if let Some(on) = model.blocked(pull) {
        let (tone, _) = blocked(&on);
        review.insert(0, Words::one(tone, format!("waits on {}", on.whom.word())));
    }
    let branch = Words::one(Tone::Dim, "branch ").with(Tone::Plain, pull.head_ref.show_line());
    let place = [
        Words::one(Tone::Plain, pull.url.show_line()),
        branch.with(Tone::Dim, " → ").with(Tone::Plain, pull.base_ref.show_line()),
    ];
    let lines =
        [("pr", spread(&own)), ("checks", spread(&all_checks)), ("review", spread(&review)), ("link", spread(&place))];
    lines.into_iter().map(|(label, words)| labelled(label, LABEL, words)).collect()
}

/// The first line: what it asks, what is wrong, all of it as far as there is room; the prompt where nothing is, or behind
/// what leaves it readable.
fn headline(model: &Model, known: &Known) -> (&'static str, Words) {
    let asks = known.question(model.now).map(|question| Alert {
        label: "asks",
        words: Words::one(Tone::Plain, format!("“{}”", opening(question))),
        is_short: false,
    });
    let mut alerts: Vec<Alert> = asks.into_iter().chain(alerts(model, known)).collect();
    alerts.extend(found::alert(model, known));
    let Some(first) = alerts.first() else { return ("prompt", prompt(known)) };
    let label = first.label;
    let mut words: Vec<Words> = alerts.iter().map(|alert| alert.words.clone()).collect();
    if alerts.iter().all(|alert| alert.is_short) && known.task.latest_session().is_some() {
        words.push(prompt(known));
    }
    (label, spread(&words))
}

fn prompt(known: &Known) -> Words {
    let Some(session) = known.task.latest_session() else { return Words::one(Tone::Dim, "loading …") };
    match &session.prompt {
        Some(prompt) if !prompt.is_empty() => Words::one(Tone::Plain, format!("“{}”", opening(prompt))),
        _ => Words::one(Tone::Dim, "not recorded"),
    }
}
