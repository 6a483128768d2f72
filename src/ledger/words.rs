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
            // Asked for and taken: what is not known of it is its end.
            let word = if outcome.is_accepted() { "requested" } else { outcome.word() };
            Safe::new(format!("{} {word}", intent.action.word().replace('_', " ")))
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
        Said::Outcome(intent, _, outcome) => of_outcome(intent, outcome),
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
    let mut parts = vec![who(intent)];
    parts.extend(place(intent));
    let named =
        |name: &str, value: &Option<String>| value.as_ref().map(|value| Safe::new(format!("{name}{}", shown(value))));
    parts.extend(named("template ", &intent.template));
    parts.extend(named("", &intent.model));
    parts.extend(named("ticket ", &intent.ticket));
    if let Some(granted) = &intent.granted {
        let reason = granted.reason.as_ref().map(|reason| format!(": “{}”", shown(reason))).unwrap_or_default();
        parts.push(Safe::new(format!("{} by {}{reason}", shown(&granted.verdict), shown(&granted.rule))));
    }
    match (intent.action, &intent.prompt) {
        (Action::Comment, _) => parts.push(shown(&intent.comment())),
        (Action::RequestReview, _) => parts.push(shown(&format!("asks {}", intent.reviewers().join(", ")))),
        // The action's own word says it.
        (Action::Close | Action::MarkReady, _) => {}
        (_, Some(prompt)) => parts.push(shown(prompt)),
        (_, None) => parts.push(shown(&intent.request)),
    }
    parts
}

fn of_outcome(intent: &Intent, outcome: &Outcome) -> Vec<Safe> {
    let detail = outcome.detail();
    // Most outcomes name it themselves.
    let place = place(intent).filter(|place| !detail.contains(place.as_str()));
    place.into_iter().chain([shown(detail)]).collect()
}

/// On whose authority, and by which user of the machine.
fn who(intent: &Intent) -> Safe {
    match intent.login.as_deref().filter(|login| *login != intent.who) {
        Some(login) => Safe::new(format!("{} ({})", shown(login), shown(&intent.who))),
        None => shown(&intent.who),
    }
}

/// The pull request it is done to.
fn place(intent: &Intent) -> Option<Safe> {
    intent.pull.map(|number| Safe::new(format!("#{number}")))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use uuid::Uuid;

    use super::*;

    fn intent(action: Action, request: &str) -> Intent {
        Intent {
            who: "op".into(),
            host: "github.com".into(),
            token_kind: "classic".into(),
            request: request.into(),
            login: Some("mona".into()),
            pull: Some(12),
            ..Intent::new(Uuid::from_u128(1), crate::domain::Instant::UNIX_EPOCH, action, "acme/api".parse().unwrap())
        }
    }

    fn told(said: Said) -> String {
        detail(&Line { row: 1, said }).to_string()
    }

    #[test]
    fn what_is_done_to_a_pull_request_is_told_in_words_with_who_and_where() {
        let asked = r#"{"reviewers":["hubot"],"team_reviewers":["core"]}"#;
        for (action, request, expected) in [
            (Action::Comment, r#"{"body":"look here"}"#, "mona (op) · #12 · look here"),
            (Action::Comment, "as an older program wrote it", "mona (op) · #12 · as an older program wrote it"),
            (Action::RequestReview, asked, "mona (op) · #12 · asks hubot, core"),
            (Action::Close, r#"{"state":"closed"}"#, "mona (op) · #12"),
            (Action::MarkReady, "markPullRequestReadyForReview", "mona (op) · #12"),
            (Action::Approve, "APPROVE at abcdef1", "mona (op) · #12 · APPROVE at abcdef1"),
        ] {
            assert_eq!(told(Said::Intent(Box::new(intent(action, request)))), expected);
        }
        let nobody = Intent { login: None, pull: None, ..intent(Action::Cancel, "run 7") };
        assert_eq!(told(Said::Intent(Box::new(nobody))), "op · run 7");
        assert_eq!(intent(Action::RequestReview, "nonsense").reviewers(), Vec::<String>::new());
    }

    #[test]
    fn an_outcome_names_the_pull_request_once() {
        let outcome = |detail: &str| {
            let intent = Box::new(intent(Action::Close, "{}"));
            told(Said::Outcome(intent, crate::domain::Instant::UNIX_EPOCH, Outcome::Confirmed(detail.into())))
        };
        assert_eq!(outcome("closed"), "#12 · closed");
        assert_eq!(outcome("comment on #12, found"), "comment on #12, found");
    }
}
