//! `atc assign`: puts the agent in charge of an issue, and looks for the task that comes of it.

use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::desk::{Desk, Stopped};
use super::exit::Exit;
use super::look::joined::{field, text};
use super::look::shape::{Field, Is, schema, write};
use super::output;
use super::start::{self, Choice, FAULT, fault_json};
use super::voice::{Cell, Looks, Row, Tone};
use crate::domain::assign::{AgentPull, AssignOrder, Assignment, Looked, Work};
use crate::domain::policy::{Fact, Judgement};
use crate::domain::{Fault, FaultKind, IssueRef, Task};
use crate::ops::assign::{self, Assigned};
use crate::text::{Safe, Untrusted};

const HEADS: &[&str] = &["issue", "result", "task", "pull request", "what"];

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct AssignArgs {
    /// OWNER/NAME#NUMBER, an issue's address from the browser, or a number where one repository is named
    #[arg(value_name = "ISSUE")]
    pub issue: String,
    /// What the agent is told besides the issue's words; - reads it from the standard input
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
    #[command(flatten)]
    pub choice: Choice,
    /// Why, where the policy asks for a reason
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Assign it though the agent may be at work on it already
    #[arg(long)]
    pub again: bool,
    /// Print the request; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub looks: Looks,
}

/// What came of it.
#[derive(Debug)]
enum Came {
    /// Why it would be refused, where it would be.
    DryRun(Option<Fault>),
    /// With what was seen of its work within a minute.
    Assigned(Box<Work>),
    /// Nobody waited for its work.
    Interrupted,
    Failed(Fault),
}

pub async fn run(args: &AssignArgs, desk: &Desk) -> Result<Exit, Fault> {
    let here = match desk.repos.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    let Some(issue) = IssueRef::parse(&args.issue, here) else {
        let what = format!("`{}` names no issue", Untrusted::from(args.issue.as_str()).show_line());
        return Err(Fault::new(FaultKind::Invalid, what, "write it as OWNER/NAME#NUMBER, or give one --repo"));
    };
    let instructions = match args.text.as_slice() {
        [] => String::new(),
        [one] if one == "-" => start::cleaned(&start::read_prompt("-")?)?,
        words => start::cleaned(&words.join(" "))?,
    };
    let assignment = Assignment {
        issue,
        base_branch: args.choice.base.clone(),
        instructions,
        custom_agent: args.choice.agent.clone(),
        model: args.choice.model.clone(),
    };
    let order = AssignOrder { id: Uuid::new_v4(), assignment, reason: args.reason.clone(), again: args.again };
    let looked = assign::look(&desk.context, &order.assignment.issue).await?;
    let came = if args.dry_run {
        let judged = describe(desk, &order, &looked).await;
        output::complain(&format!(
            "POST /repos/{}/issues/{}/assignees",
            order.assignment.issue.repo, order.assignment.issue.number
        ));
        output::complain(&order.assignment.body_text());
        Came::DryRun(assign::in_the_way(&order, &looked, &judged))
    } else if desk.voice.can_ask() && !args.yes && !confirmed(desk, &order, &looked).await {
        output::complain("atc: nothing was sent");
        return Ok(Exit::Refused);
    } else {
        carry_out(desk, &order).await
    };
    Ok(tell(desk, &Told { order, looked, came }))
}

/// What is known of the issue, and what the gate says.
async fn describe(desk: &Desk, order: &AssignOrder, looked: &Looked) -> Judgement {
    let issue = &order.assignment.issue;
    output::complain(&format!("{issue}  {}", looked.issue.title.show_line()));
    for line in looked.standing.lines() {
        output::complain(&format!("  {line}"));
    }
    let judged = assign::judge(&desk.context, order).await;
    output::complain(&format!("{}: {}", issue.repo, judged.line()));
    judged
}

/// Shows that, and asks.
async fn confirmed(desk: &Desk, order: &AssignOrder, looked: &Looked) -> bool {
    let issue = &order.assignment.issue;
    describe(desk, order, looked).await;
    if looked.enabled == Fact::Known(false) {
        output::complain(&format!("atc: {}", assign::not_enabled(issue)));
        return false;
    }
    desk.yes(&format!("Put the agent in charge of {issue}?")).await
}

async fn carry_out(desk: &Desk, order: &AssignOrder) -> Came {
    let assigned: Assigned = match assign::assign(&desk.context, order).await.result {
        Ok(assigned) => assigned,
        Err(fault) => return Came::Failed(fault),
    };
    desk.voice.progress(&format!("assigned to {}; looking for its pull request", assigned.issue()));
    // Whoever interrupts stops the looking and nothing else: the console looks after it later.
    match desk.stop.wait(assigned.work(&desk.context)).await {
        Ok(work) => Came::Assigned(Box::new(work)),
        Err(Stopped) => Came::Interrupted,
    }
}

/// An order, the issue as it was, and what came of it.
#[derive(Debug)]
pub struct Told {
    order: AssignOrder,
    looked: Looked,
    came: Came,
}

impl Told {
    fn fault(&self) -> Option<&Fault> {
        match &self.came {
            Came::Failed(fault) | Came::DryRun(Some(fault)) => Some(fault),
            _ => None,
        }
    }

    fn task(&self) -> Option<&Task> {
        if let Came::Assigned(work) = &self.came { work.task.as_ref() } else { None }
    }

    fn pull(&self) -> Option<&AgentPull> {
        if let Came::Assigned(work) = &self.came { work.pull.as_ref() } else { None }
    }

    fn result(&self) -> (&'static str, Tone, Exit) {
        match &self.came {
            // The exit code that sending it would begin with.
            Came::DryRun(fault) => ("dry_run", Tone::Plain, fault.as_ref().map_or(Exit::Done, Exit::from)),
            Came::Assigned(_) => ("assigned", Tone::Good, Exit::Done),
            Came::Interrupted => ("assigned", Tone::Open, Exit::Done),
            Came::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => ("unknown", Tone::Open, Exit::Unknown),
            Came::Failed(fault) if fault.kind == FaultKind::Refused => ("refused", Tone::Bad, Exit::Refused),
            Came::Failed(fault) => ("failed", Tone::Bad, Exit::from(fault)),
        }
    }
}

/// The row of `atc assign --json`.
pub const ASSIGN: &[Field<Told>] = &[
    field!("verb", Is::OneOf(&["assign"]), "What was done.", |_| "assign".into()),
    field!("issue", Is::Object(|| schema(ISSUE)), "The issue.", |t| write(ISSUE, t)),
    field!(
        "result",
        Is::OneOf(&["assigned", "dry_run", "unknown", "refused", "failed"]),
        "What came of it; unknown may have been assigned.",
        |t| t.result().0.into()
    ),
    field!("request", Is::Named(&Is::Any), "The body as it was sent: the service's own fields.", |t| {
        t.order.assignment.body()
    }),
    field!("task", Is::Maybe(&Is::Text), "The task that came of it, where it was seen within a minute.", |t| {
        t.task().map(|task| task.at.id.raw()).into()
    }),
    field!(
        "pull_request",
        Is::Maybe(&Is::Object(|| schema(PULL))),
        "The pull request that came of it, where it was seen within a minute.",
        |t| t.pull().map_or(Value::Null, |pull| write(PULL, pull))
    ),
    field!("error", Is::Maybe(&Is::Object(|| schema(FAULT))), "What went wrong.", |t| {
        t.fault().map_or(Value::Null, fault_json)
    }),
];

const ISSUE: &[Field<Told>] = &[
    field!("repo", Is::Text, "Its repository: owner/name.", |t| t.order.assignment.issue.repo.as_str().into()),
    field!("number", Is::Whole, "Its number.", |t| t.order.assignment.issue.number.into()),
    field!("title", Is::Text, "Its title.", |t| text(&t.looked.issue.title)),
];

const PULL: &[Field<AgentPull>] = &[
    field!("repo", Is::Text, "Its repository: owner/name.", |p| p.repo.as_str().into()),
    field!("number", Is::Whole, "Its number.", |p| p.number.into()),
];

fn tell(desk: &Desk, told: &Told) -> Exit {
    let (word, tone, exit) = told.result();
    let issue = &told.order.assignment.issue;
    if let Some(fault) = told.fault() {
        output::complain(&format!("atc: {issue}: {fault}"));
    }
    let shown = |found: Option<Safe>| Cell::new(found.unwrap_or_default());
    let mut table = desk.voice.table(HEADS);
    table.row(Row {
        json: write(ASSIGN, told),
        id: told.task().map(|task| task.at.id.show()),
        cells: vec![
            Cell::new(issue.to_string()),
            Cell::toned(word.replace('_', " "), tone),
            shown(told.task().map(|task| task.at.id.show())),
            shown(told.pull().map(|pull| Safe::new(format!("{}#{}", pull.repo, pull.number)))),
            shown(told.fault().map(|fault| Safe::new(fault.to_string()))),
        ],
    });
    exit.worse(table.end())
}
