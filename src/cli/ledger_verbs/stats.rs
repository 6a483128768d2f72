//! The numbers as a table, or as JSON.

use std::io::Write;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::args::About;
use super::named;
use super::read::{Stop, each, is_of};
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::domain::look::{Brush, Tone};
use crate::domain::{Cost, Instant, RepoName};
use crate::ledger::stats::{By, Counter, Row, Spans, Stats};
use crate::ledger::{Ledger, Span, export, table};

pub(super) fn print(
    ledger: &dyn Ledger,
    about: &About,
    repos: &[RepoName],
    now: Instant,
    (json, brush, is_terminal): (bool, Option<Brush>, bool),
    out: &mut impl Write,
) -> Result<(), Stop> {
    let mut counter = Counter::default();
    let task = named::given(ledger, about.task.as_ref(), repos)?;
    // Everything is read: a task that began in the time asked for may have ended after it.
    each(ledger, Span { task, ..Span::default() }, |line| {
        if is_of(line, repos) {
            counter.take(line);
        }
        Ok(())
    })?;
    let stats = counter.finish(about.since.map(|since| since.at(now)), about.until.map(|until| until.at(now)));
    if json {
        writeln!(out, "{}", export::ascii(&write(STATS, &stats).to_string()))?;
        return Ok(());
    }
    if !is_terminal {
        return Ok(write!(out, "{}", table::tabs(&stats))?);
    }
    let mut is_heading = true;
    for line in table::text(&stats).lines() {
        match brush.filter(|_| is_heading) {
            Some(brush) => writeln!(out, "{}", brush.tone(line, Tone::Dim))?,
            None => writeln!(out, "{line}")?,
        }
        is_heading = line.is_empty();
    }
    Ok(())
}

/// The counts, all together and by each way to group them.
pub const STATS: &[Field<Stats>] = &[
    field!("all", Is::Object(|| schema(ROW)), "Everything together.", |s| write(ROW, &s.all)),
    field!("by_repo", Is::List(&Is::Object(|| named_schema(By::Repo))), "By repository.", |s| named(s, By::Repo)),
    field!("by_template", Is::List(&Is::Object(|| named_schema(By::Template))), "By template.", |s| named(
        s,
        By::Template
    )),
    field!("by_model", Is::List(&Is::Object(|| named_schema(By::Model))), "By model.", |s| named(s, By::Model)),
    field!("by_day", Is::List(&Is::Object(|| named_schema(By::Day))), "By the day it was started, in UTC.", |s| named(
        s,
        By::Day
    )),
];

/// The rows of one way to group, each with its name under the group's word.
fn named(stats: &Stats, by: By) -> Value {
    let place = By::ALL.iter().position(|one| *one == by);
    let rows = place.and_then(|place| stats.by.get(place)).into_iter().flatten();
    let row = |(name, row): &(Option<String>, Row)| {
        let mut value = write(ROW, row);
        if let Some(object) = value.as_object_mut() {
            object.insert(by.word().to_owned(), name.clone().into());
        }
        value
    };
    rows.map(row).collect()
}

fn named_schema(by: By) -> Value {
    let mut schema = schema(ROW);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(by.word().to_owned(), json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }));
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push(by.word().into());
    }
    schema
}

const COUNT: Is = Is::Whole;
const TIMES: Is = Is::Object(|| schema(SPANS));

const ROW: &[Field<Row>] = &[
    field!("started", COUNT, "How many were started.", |r| r.started.into()),
    field!("finished", COUNT, "How many ended well.", |r| r.finished.into()),
    field!("failed", COUNT, "How many ended badly.", |r| r.failed.into()),
    field!("cancelled", COUNT, "How many were cancelled.", |r| r.cancelled.into()),
    field!("refused", COUNT, "How many were refused.", |r| r.refused.into()),
    field!("unknown", COUNT, "How many have no known outcome.", |r| r.unknown.into()),
    field!("success", Is::Maybe(&Is::Number), "The share of those that ended well, of all that ended.", |r| json!(
        r.success()
    )),
    field!("pulls", COUNT, "How many opened a pull request.", |r| r.pulls.into()),
    field!("merged", COUNT, "How many of these were merged.", |r| r.merged.into()),
    field!("cost", Is::Maybe(&Is::Object(|| schema(PRICE))), "What they cost.", |r| price(r.cost, r.costed)),
    field!("cost_per_merge", Is::Maybe(&Is::Object(|| schema(PRICE))), "What one merged pull request cost.", |r| {
        price(r.cost_per_merge(), r.merged_costed)
    }),
    field!("to_start", TIMES, "From the start to the first work.", |r| write(SPANS, &r.to_start)),
    field!("to_pull", TIMES, "From the start to the pull request.", |r| write(SPANS, &r.to_pull)),
    field!("to_review", TIMES, "From the pull request to its first review.", |r| write(SPANS, &r.to_review)),
    field!("to_merge", TIMES, "From the pull request to its merge.", |r| write(SPANS, &r.to_merge)),
];

fn price(cost: Option<Cost>, of: u64) -> Value {
    cost.map_or(Value::Null, |cost| write(PRICE, &(cost, of)))
}

const PRICE: &[Field<(Cost, u64)>] = &[
    field!("nano_credits", Is::Whole, "Nano AI credits.", |(cost, _)| {
        u64::try_from(cost.nano_credits).unwrap_or(u64::MAX).into()
    }),
    field!("premium_requests", Is::Number, "Premium requests.", |(cost, _)| cost.premium_requests.into()),
    field!("known_of", Is::Whole, "Of how many that is known.", |(_, of)| (*of).into()),
];

const SPANS: &[Field<Spans>] = &[
    field!("median_s", Is::Maybe(&Is::Number), "Half took no longer, in seconds.", |s| seconds(s.median())),
    field!("p90_s", Is::Maybe(&Is::Number), "Nine of ten took no longer, in seconds.", |s| seconds(s.p90())),
    field!("known_of", Is::Whole, "Of how many that is known.", |s| json!(s.known())),
];

fn seconds(span: Option<TimeDelta>) -> Value {
    span.map(|span| span.num_seconds()).into()
}
