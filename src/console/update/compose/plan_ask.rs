//! The one question before a plan is sent: it counts, lists, and pins what goes.

use uuid::Uuid;

use crate::console::state::Model;
use crate::console::state::compose::plan::{PlanPane, Row, Stage, Standing, counts};
use crate::console::state::dialog::{Ask, Dialog};
use crate::domain::plan::Plan;
use crate::domain::{RepoName, StartRequest};
use crate::text::{Safe, width};

use super::say::say;

/// From so many on the answer is typed.
const TYPED_FROM: usize = 6;
/// So many are listed by name.
const LISTED: usize = 8;

pub(super) fn ask(model: &mut Model) {
    match question(model) {
        Ok(dialog) => model.dialog = Some(dialog),
        Err(why_not) => say(model, true, &why_not),
    }
    model.dirty = true;
}

fn question(model: &Model) -> Result<Dialog, String> {
    if model.settings.read_only {
        return Err("read-only: nothing is started; run without --read-only to start tasks".to_owned());
    }
    let plan = model.compose.plan.as_ref().ok_or("there is no plan")?;
    match plan.stage {
        Stage::Running { .. } => return Err(model.filled(super::plan::UNDER_WAY)),
        Stage::Looking => return Err("what was sent of it is not read from the ledger yet".to_owned()),
        Stage::Planned | Stage::Ended => {}
    }
    let (rows, out): (Vec<&Row>, Vec<&Row>) = plan.rows.iter().partition(|row| row.is_in());
    let asking = rows.iter().filter(|row| row.is_asking()).count();
    if asking > 0 {
        let out = model.filled("leave them out with {plan.mark}");
        return Err(format!("{asking} of the rows are being asked about: wait for them, or {out}"));
    }
    if rows.is_empty() {
        return Err(format!("no row would be sent: {}", plan.counts()));
    }
    let orders = rows.iter().map(|row| plan.order_of(row)).collect();
    let needs = |row: &&&Row| row.before() == Standing::NeedsReason || is_needed_too(row);
    let with_reason: Vec<RepoName> = rows.iter().filter(needs).map(|row| row.repo.clone()).collect();
    let count = rows.len();
    let title =
        if count == 1 { "Start 1 task?".to_owned() } else { format!("Start {count} tasks in {count} repositories?") };
    let yes = if count == 1 { "Yes, start it" } else { "Yes, start them" };
    let sent = Plan { id: plan.id.unwrap_or(Uuid::nil()), orders };
    let reason = !with_reason.is_empty();
    let ask = Ask::Plan { plan: Box::new(sent), with_reason };
    let mut dialog = Dialog::new(model.now, title, body(plan, &rows, &out), yes, ask);
    dialog.reason = reason;
    if count >= TYPED_FROM && !reason {
        dialog.word = Some(Safe::new(count.to_string()));
    }
    Ok(dialog)
}

/// A row may want a reason and be a duplicate at once.
fn is_needed_too(row: &Row) -> bool {
    use crate::domain::policy::Verdict;
    row.weighed.as_ref().is_some_and(|(weighed, _)| weighed.verdict == Verdict::NeedsReason)
}

/// What must not be left out where the screen is low comes first.
fn body(plan: &PlanPane, rows: &[&Row], out: &[&Row]) -> Vec<Safe> {
    let mut body = Vec::new();
    for row in rows.iter().filter(|row| row.before() == Standing::Duplicate) {
        let duplicates = row.weighed.iter().flat_map(|(weighed, _)| &weighed.duplicates);
        body.extend(duplicates.map(|duplicate| format!("{}: again, although {duplicate}", row.repo)));
    }
    for row in rows.iter().filter(|row| is_needed_too(row)) {
        let line = row.weighed.as_ref().map(|(weighed, _)| weighed.line.as_str()).unwrap_or_default();
        body.push(format!("{}: {line}", row.repo));
    }
    let listed = if rows.len() > LISTED { LISTED - 1 } else { LISTED };
    let mut names: Vec<String> =
        rows.iter().take(listed).map(|row| format!("{} ({})", row.repo, plan.base_of(row))).collect();
    if rows.len() > listed {
        names.push(format!("and {} more", rows.len() - listed));
    }
    body.push(names.join(", "));
    let left: Vec<&Row> = out.iter().copied().filter(|row| row.task().is_none()).collect();
    if !left.is_empty() {
        let is = if left.len() == 1 { "1 row is" } else { &format!("{} rows are", left.len()) };
        body.push(format!("{is} left out: {}", counts(left.iter().copied(), false)));
    }
    body.extend(describe(plan));
    body.push("Each is judged again at its turn; one a second at most.".to_owned());
    body.into_iter().map(Safe::new).collect()
}

fn describe(plan: &PlanPane) -> Vec<String> {
    let StartRequest { prompt, model, custom_agent, create_pull_request, .. } = &plan.order.request;
    let ticket = plan.order.ticket.as_ref().map(|ticket| format!(" · ticket {ticket}")).unwrap_or_default();
    let or = |value: &Option<String>, none: &str| value.clone().unwrap_or_else(|| none.to_owned());
    let pull = if *create_pull_request { "a draft pull request each" } else { "no pull requests" };
    let opening = prompt.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    vec![
        format!(
            "{}{ticket} · model {} · agent {} · {pull}",
            plan.title,
            or(model, "automatic"),
            or(custom_agent, "none")
        ),
        format!("prompt, {} characters: {}", prompt.chars().count(), width::cut_words(opening, 48)),
    ]
}
