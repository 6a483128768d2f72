//! A line of the ledger in words, for people: in a list on the terminal and in the console's pane.

use super::line::{Line, Said};
use super::observed::{Kind, Observed};
use super::port::{Action, Intent, Outcome};
use crate::domain::{Cost, State};
use crate::text::{Safe, Untrusted};

/// How it went, as far as the line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Plain,
    Good,
    Bad,
    /// Nobody knows yet.
    Open,
}

/// What happened, in a word or two: `start`, `cancel confirmed`, `failed`.
pub fn title(line: &Line) -> Safe {
    match &line.said {
        Said::Intent(intent) => Safe::new(intent.action.word().replace('_', " ")),
        Said::Outcome(intent, _, outcome) => {
            Safe::new(format!("{} {}", intent.action.word().replace('_', " "), outcome.word()))
        }
        Said::Observed(observed) => match observed.seen.kind {
            Kind::State => State::parse(&observed.seen.became).word(),
            Kind::Pull => Safe::new(format!("PR {}", shown(&observed.seen.became))),
            Kind::Review => Safe::new(format!("review {}", shown(&observed.seen.became.replace('_', " ")))),
            Kind::Origin => Safe::new(format!("by {}", shown(&observed.seen.became.replacen(':', " ", 1)))),
        },
    }
}

/// The rest of it, in one line.
pub fn detail(line: &Line) -> Safe {
    let parts = match &line.said {
        Said::Intent(intent) => of_intent(intent),
        Said::Outcome(_, _, outcome) => vec![shown(outcome.detail())],
        Said::Observed(observed) => of_observed(observed),
    };
    Safe::new(parts.iter().map(Safe::as_str).collect::<Vec<_>>().join(" · "))
}

pub fn mood(line: &Line) -> Mood {
    match &line.said {
        Said::Intent(_) => Mood::Plain,
        Said::Outcome(_, _, Outcome::Confirmed(_)) => Mood::Good,
        Said::Outcome(_, _, Outcome::Rejected(_)) => Mood::Bad,
        Said::Outcome(_, _, Outcome::Unknown(_)) => Mood::Open,
        Said::Observed(observed) => match (observed.seen.kind, &*observed.seen.became) {
            (Kind::State, "completed") | (Kind::Pull, "merged") | (Kind::Review, "approved") => Mood::Good,
            (Kind::State, "failed" | "timed_out") | (Kind::Review, "changes_requested") => Mood::Bad,
            _ => Mood::Plain,
        },
    }
}

fn of_intent(intent: &Intent) -> Vec<Safe> {
    let mut parts = vec![shown(&intent.who)];
    let named =
        |name: &str, value: &Option<String>| value.as_ref().map(|value| Safe::new(format!("{name}{}", shown(value))));
    parts.extend(named("template ", &intent.template));
    parts.extend(named("", &intent.model));
    parts.extend(named("ticket ", &intent.ticket));
    if let Some(granted) = &intent.granted {
        let reason = granted.reason.as_ref().map(|reason| format!(": “{}”", shown(reason))).unwrap_or_default();
        parts.push(Safe::new(format!("{} by {}{reason}", shown(&granted.verdict), shown(&granted.rule))));
    }
    parts.extend(named("", &intent.prompt));
    match (intent.action, &intent.prompt) {
        (Action::Comment, _) => parts.push(shown(&intent.comment())),
        (_, None) => parts.push(shown(&intent.request)),
        (_, Some(_)) => {}
    }
    parts
}

fn of_observed(observed: &Observed) -> Vec<Safe> {
    let Observed { seen, was, .. } = observed;
    let mut parts = Vec::new();
    match was {
        Some(was) if *was != seen.became => parts.push(Safe::new(format!("was {}", word(seen.kind, was)))),
        Some(_) => parts.push(Safe::new("more is known")),
        None => parts.push(Safe::new("first seen")),
    }
    parts.extend(seen.reason.as_deref().map(shown));
    if seen.nano_credits.is_some() || seen.premium_requests.is_some() {
        let cost = Cost {
            nano_credits: seen.nano_credits.unwrap_or_default().into(),
            premium_requests: seen.premium_requests.unwrap_or_default(),
        };
        parts.push(Safe::new(cost.to_string()));
    }
    parts.extend(seen.model.as_deref().map(shown));
    parts.extend(seen.pull.map(|number| Safe::new(format!("#{number}"))));
    parts.extend(seen.run.map(|run| Safe::new(format!("run {run}"))));
    parts
}

fn word(kind: Kind, was: &str) -> Safe {
    if kind == Kind::State { State::parse(was).word() } else { shown(&was.replace('_', " ")) }
}

fn shown(text: &str) -> Safe {
    Untrusted::from(text).show_line()
}
