//! `atc follow-up`: more work on a task's branch, as a new task; or a word to the agent on its pull request.

use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::desk::Desk;
use super::exit::Exit;
use super::look::joined::{field, text};
use super::look::shape::{Field, Is, schema, write};
use super::retry::again;
use super::start::{self, FAULT, How, Rules, With, fault_json};
use super::voice::{Cell, Row, Tone};
use super::{output, which};
use crate::domain::follow_up::Comment;
use crate::domain::start::Order;
use crate::domain::{Artifact, Fault, FaultKind, Pull, PullRef, Task};
use crate::ops::follow_up;

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct FollowUpArgs {
    /// A task: its id or the beginning of it, OWNER/NAME#PULL, or an address from the browser
    #[arg(value_name = "TASK")]
    pub task: String,
    /// What is to be done; - or nothing reads it from the standard input
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
    /// Say it to the agent in a comment on the pull request, where it works on in the same task
    #[arg(long, conflicts_with_all = ["base", "head", "model", "agent", "no_pull_request", "wait", "reason", "again"])]
    pub comment: bool,
    #[command(flatten)]
    pub with: With,
    #[command(flatten)]
    pub how: How,
}

pub async fn run(args: &FollowUpArgs, desk: &Desk) -> Result<Exit, Fault> {
    if args.task == "-" {
        return Err(Fault::new(FaultKind::Invalid, "the task must be given as a word", "the text may come from -"));
    }
    let text = match args.text.as_slice() {
        [one] if one == "-" => start::read_prompt("-")?,
        [] if desk.voice.in_is_terminal => {
            return Err(Fault::new(FaultKind::Invalid, "there is no text", "say what is to be done, or - for stdin"));
        }
        [] => start::read_prompt("-")?,
        words => words.join(" "),
    };
    let text = start::cleaned(&text)?;
    let task = which::one(desk, &args.task).await?;
    if args.comment {
        return comment(args, desk, &task, text).await;
    }
    let Some(head) = task.head_ref().filter(|head| !head.is_empty()) else {
        let what = format!("the branch of task {} is not known yet", task.at.id.show());
        return Err(Fault::new(FaultKind::NotFound, what, "a follow-up goes on on a branch: try again in a minute"));
    };
    let mut request = again(&task, text, &args.with);
    request.head_ref.get_or_insert_with(|| head.raw_for_wire().to_owned());
    if request.base_ref.is_none() {
        let base = desk.context.provider.default_branch(&task.at.repo).await?;
        request.base_ref = Some(base.raw_for_wire().to_owned());
    }
    let order = Order::new(Uuid::new_v4(), request);
    start::send(desk, vec![order], &args.how, &Rules::default()).await
}

async fn comment(args: &FollowUpArgs, desk: &Desk, task: &Task, text: String) -> Result<Exit, Fault> {
    let pull = pull(desk, task).await?;
    let (repo, number) = (&pull.repo, pull.number);
    let body = Comment::addressed(&text);
    if !args.how.dry_run && desk.voice.can_ask() && !args.how.yes {
        output::complain(&format!("{repo}#{number}  {}", pull.title.show_line()));
        if !desk.yes(&format!("Write this to the agent on {repo}#{number}?")).await {
            output::complain("atc: nothing was sent");
            return Ok(Exit::Refused);
        }
    }
    let comment = Comment { id: Uuid::new_v4(), task: task.at.clone(), number, text: body.clone() };
    let came = if args.how.dry_run { None } else { Some(follow_up::write(&desk.context, &comment).await) };
    let said = Said { task: task.clone(), pull, body, came: came.map(|came| came.map(drop)) };
    let (word, tone, exit) = said.result();
    if let Some(fault) = said.fault() {
        output::complain(&format!("atc: {fault}"));
    }
    let mut table = desk.voice.table(&["task", "result", "pull request", "comment"]);
    table.row(Row {
        json: write(COMMENT, &said),
        id: Some(task.at.id.show()),
        cells: vec![
            Cell::new(task.at.id.show()),
            Cell::toned(word.replace('_', " "), tone),
            Cell::new(format!("{}#{}", said.pull.repo, said.pull.number)),
            Cell::new(&said.body),
        ],
    });
    Ok(exit.worse(table.end()))
}

/// A comment, and what came of it.
#[derive(Debug)]
pub struct Said {
    task: Task,
    pull: Pull,
    body: String,
    /// `None`: it was not to be written.
    came: Option<Result<(), Fault>>,
}

impl Said {
    fn fault(&self) -> Option<&Fault> {
        self.came.as_ref().and_then(|came| came.as_ref().err())
    }

    fn result(&self) -> (&'static str, Tone, Exit) {
        match &self.came {
            None => ("dry_run", Tone::Plain, Exit::Done),
            Some(Ok(())) => ("commented", Tone::Good, Exit::Done),
            Some(Err(fault)) if fault.kind == FaultKind::UnknownOutcome => ("unknown", Tone::Open, Exit::Unknown),
            Some(Err(fault)) if fault.kind == FaultKind::Refused => ("refused", Tone::Bad, Exit::Refused),
            Some(Err(fault)) => ("failed", Tone::Bad, failed(fault)),
        }
    }
}

/// The row of `atc follow-up --comment --json`.
pub const COMMENT: &[Field<Said>] = &[
    field!("verb", Is::OneOf(&["follow-up"]), "What was done.", |_| "follow-up".into()),
    field!("task", Is::Text, "The task's id.", |s| s.task.at.id.raw().into()),
    field!("repo", Is::Text, "The repository of the pull request.", |s| s.pull.repo.as_str().into()),
    field!("pull_request", Is::Object(|| schema(PULL)), "The pull request it was written on.", |s| write(
        PULL, &s.pull
    )),
    field!(
        "result",
        Is::OneOf(&["commented", "dry_run", "unknown", "refused", "failed"]),
        "What came of it; unknown may have been written.",
        |s| s.result().0.into()
    ),
    field!("comment", Is::Text, "The comment as it was sent.", |s| s.body.clone().into()),
    field!("error", Is::Maybe(&Is::Object(|| schema(FAULT))), "What went wrong.", |s| {
        s.fault().map_or(Value::Null, fault_json)
    }),
];

const PULL: &[Field<Pull>] = &[
    field!("number", Is::Whole, "Its number.", |p| p.number.into()),
    field!("url", Is::Text, "Its page.", |p| text(&p.url)),
];

fn failed(fault: &Fault) -> Exit {
    // The arguments were understood; it is the service that did not take the comment.
    if fault.kind == FaultKind::Invalid { Exit::Failed } else { Exit::from(fault) }
}

async fn pull(desk: &Desk, task: &Task) -> Result<Pull, Fault> {
    let repo = &task.at.repo;
    let mut refs: Vec<PullRef> = task
        .artifacts
        .iter()
        .filter_map(|artifact| match artifact {
            Artifact::Pull { id, node, .. } => Some(PullRef { repo: repo.clone(), id: *id, node: node.clone() }),
            Artifact::Branch { .. } => None,
        })
        .collect();
    if let (true, Some(head)) = (refs.is_empty(), task.head_ref()) {
        refs = desk.context.provider.pulls_of_branch(repo, head).await?;
    }
    let pulls = if refs.is_empty() { Vec::new() } else { desk.context.provider.pulls(&refs).await? };
    pulls.into_iter().flatten().next().ok_or_else(|| {
        let what = format!("task {} has no pull request to comment on", task.at.id.show());
        Fault::new(FaultKind::NotFound, what, "leave --comment out: a new task goes on on its branch")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::retry::base_ref;

    #[test]
    fn base_and_branch_are_taken_from_the_task() {
        let mut task = Task::queued("1a2b");
        assert_eq!(base_ref(&task), None);
        task.artifacts.push(Artifact::Branch { head_ref: "copilot/x".into(), base_ref: Some("main".into()) });
        let request = again(&task, "go on".into(), &With::default());
        assert_eq!(request.base_ref.as_deref(), Some("main"));
        let choice = start::Choice { base: Some("next".into()), ..start::Choice::default() };
        let given = With { choice, no_pull_request: true, ..With::default() };
        let request = again(&task, "go on".into(), &given);
        assert_eq!((request.base_ref.as_deref(), request.create_pull_request), (Some("next"), false));
    }
}
