//! The fields of a line, said once: JSON, CSV and the schema of both are made of this table.

use chrono::SecondsFormat;
use serde_json::Value;

use super::export::hex;
use super::line::{Line, Said};
use super::observed::Observed;
use super::port::{Intent, Outcome};
use crate::domain::Instant;

/// What a field holds where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    /// RFC 3339, in UTC.
    Time,
    /// Not negative.
    Whole,
    Number,
}

/// One field of a line, and one column of CSV.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub holds: Holds,
    /// Every line has it.
    pub always: bool,
    /// One sentence for the schema.
    pub doc: &'static str,
    pub of: fn(&Line) -> Option<Value>,
}

const fn always(name: &'static str, holds: Holds, doc: &'static str, of: fn(&Line) -> Option<Value>) -> Column {
    Column { name, holds, always: true, doc, of }
}

const fn column(name: &'static str, holds: Holds, doc: &'static str, of: fn(&Line) -> Option<Value>) -> Column {
    Column { name, holds, always: false, doc, of }
}

/// Programs read the names, and CSV the order: new ones are added at the end.
pub const COLUMNS: &[Column] = &[
    always("row", Holds::Whole, "Its number, from 1; 0 where what is unresolved is told apart.", |l| some(l.row)),
    always("at", Holds::Time, "When it was written down.", |l| time(Some(l.at()))),
    always("what", Holds::Text, "intent, outcome, or what was seen of a task: state, pull, review.", |l| {
        some(match &l.said {
            Said::Intent(_) => "intent",
            Said::Outcome(..) => "outcome",
            Said::Observed(observed) => observed.seen.kind.word(),
        })
    }),
    column("id", Holds::Text, "The action's id.", |l| l.intent().and_then(|intent| some(intent.id.to_string()))),
    column("action", Holds::Text, "What was done.", |l| l.intent().and_then(|intent| some(intent.action.word()))),
    always("repo", Holds::Text, "The repository: owner/name.", |l| some(l.repo().as_str())),
    column("task", Holds::Text, "The task.", |l| text(l.task())),
    column("who", Holds::Text, "The user of the operating system.", |l| text(intent(l).map(|intent| &*intent.who))),
    column("machine", Holds::Text, "The machine.", |l| text(intent(l)?.machine.as_deref())),
    column("login", Holds::Text, "The login the token acts for.", |l| text(intent(l)?.login.as_deref())),
    column("host", Holds::Text, "The service's host.", |l| match &l.said {
        Said::Intent(intent) => some(&*intent.host),
        Said::Outcome(..) => None,
        Said::Observed(observed) => some(&*observed.seen.host),
    }),
    column("token_kind", Holds::Text, "The kind of the token.", |l| text(intent(l).map(|intent| &*intent.token_kind))),
    column("outcome", Holds::Text, "confirmed, rejected or unknown.", |l| outcome(l).and_then(|o| some(o.word()))),
    column("detail", Holds::Text, "The id, the reason, or what is not known.", |l| match &l.said {
        Said::Intent(_) => None,
        Said::Outcome(_, _, outcome) => some(outcome.detail()),
        Said::Observed(observed) => text(observed.seen.reason.as_deref()),
    }),
    column("verdict", Holds::Text, "What the policy said.", |l| some(&*intent(l)?.granted.as_ref()?.verdict)),
    column("rule", Holds::Text, "The rule it followed from.", |l| some(&*intent(l)?.granted.as_ref()?.rule)),
    column("reason", Holds::Text, "Why, as it was typed.", |l| text(intent(l)?.granted.as_ref()?.reason.as_deref())),
    column("policy_hash", Holds::Text, "SHA-256 of the policy file.", |l| {
        hash(intent(l)?.granted.as_ref()?.policy_hash)
    }),
    column("template", Holds::Text, "The template.", |l| text(intent(l)?.template.as_deref())),
    column("template_hash", Holds::Text, "SHA-256 of its file.", |l| hash(intent(l)?.template_hash)),
    column("prompt_hash", Holds::Text, "SHA-256 of the prompt.", |l| hash(intent(l)?.prompt_hash)),
    column("prompt", Holds::Text, "The prompt.", |l| text(intent(l)?.prompt.as_deref())),
    column("request", Holds::Text, "What was to be sent.", |l| text(intent(l).map(|intent| &*intent.request))),
    column("model", Holds::Text, "The model asked for, or seen at work.", |l| match &l.said {
        Said::Outcome(..) => None,
        _ => text(l.model()),
    }),
    column("ticket", Holds::Text, "What the work is for.", |l| text(intent(l)?.ticket.as_deref())),
    column("session", Holds::Text, "The session.", |l| match &l.said {
        Said::Intent(intent) => text(intent.session.as_deref()),
        Said::Outcome(..) => None,
        Said::Observed(observed) => text(observed.seen.session.as_deref()),
    }),
    column("run", Holds::Whole, "The Actions run.", |l| match &l.said {
        Said::Intent(intent) => intent.run.map(Value::from),
        Said::Outcome(..) => None,
        Said::Observed(observed) => observed.seen.run.map(Value::from),
    }),
    column("pull", Holds::Whole, "The number of the pull request.", |l| match &l.said {
        Said::Intent(intent) => intent.pull.map(Value::from),
        Said::Outcome(..) => None,
        Said::Observed(observed) => observed.seen.pull.map(Value::from),
    }),
    column("key", Holds::Text, "The name under which starts are counted.", |l| text(intent(l)?.key.as_deref())),
    column("was", Holds::Text, "What it was before.", |l| text(observed(l)?.was.as_deref())),
    column("became", Holds::Text, "What it became.", |l| some(&*observed(l)?.seen.became)),
    column("since", Holds::Time, "When it came to be so, as far as the service says.", |l| {
        time(observed(l)?.seen.since)
    }),
    column("begun", Holds::Time, "When the task, or the pull request, was created.", |l| time(observed(l)?.seen.begun)),
    column("nano_credits", Holds::Whole, "What it cost, in nano AI credits.", |l| {
        observed(l)?.seen.nano_credits.map(Value::from)
    }),
    column("premium_requests", Holds::Number, "What it cost, in premium requests.", |l| {
        observed(l)?.seen.premium_requests.map(Value::from)
    }),
    column("plan", Holds::Text, "The plan it is a row of.", |l| {
        intent(l)?.plan.and_then(|plan| some(plan.to_string()))
    }),
];

/// Of an intent's own line; an outcome names it by its id.
fn intent(line: &Line) -> Option<&Intent> {
    if let Said::Intent(intent) = &line.said { Some(intent) } else { None }
}

fn outcome(line: &Line) -> Option<&Outcome> {
    if let Said::Outcome(_, _, outcome) = &line.said { Some(outcome) } else { None }
}

fn observed(line: &Line) -> Option<&Observed> {
    if let Said::Observed(observed) = &line.said { Some(observed) } else { None }
}

#[expect(clippy::unnecessary_wraps, reason = "a column's function may know nothing")]
fn some(value: impl Into<Value>) -> Option<Value> {
    Some(value.into())
}

fn text(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

fn hash(hash: Option<[u8; 32]>) -> Option<Value> {
    hash.map(|hash| hex(hash).into())
}

fn time(at: Option<Instant>) -> Option<Value> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into())
}
