//! `runs`: the tasks an automation has started, newest first.

use super::fields::at;
use super::which;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::{field, maybe, maybe_time, text};
use crate::cli::look::shape::{Field, Is, write};
use crate::cli::output;
use crate::cli::voice::{Cell, Row, Tone};
use crate::domain::automation::Outcome;
use crate::domain::{AutomationId, Fault, Task, age};
use crate::ops::automate::gather;

const HEADS: &[&str] = &["task", "state", "age", "name"];

pub async fn runs(word: &str, desk: &Desk) -> Result<Exit, Fault> {
    let one = which::find_one(desk, word).await?;
    let (tasks, more) = gather::tasks(&desk.context, &one.at).await?;
    let mut table = desk.voice.list(HEADS);
    for task in tasks.iter().rev() {
        let tone = match Outcome::of(&task.state) {
            Outcome::Done => Tone::Good,
            Outcome::Failed => Tone::Bad,
            Outcome::Open => Tone::Open,
            Outcome::Cancelled | Outcome::Unknown => Tone::Plain,
        };
        table.row(Row {
            json: write(RUN, task),
            id: Some(task.at.id.show()),
            cells: vec![
                Cell { text: task.at.id.show(), tone: Tone::Plain },
                Cell { text: task.state.word(), tone },
                Cell::new(age::coarse(desk.context.now() - task.created_at)),
                Cell { text: task.name.show_line(), tone: Tone::Plain },
            ],
        });
    }
    if more {
        output::complain("atc: there are older runs than these");
    }
    Ok(table.end())
}

/// One run of `atc automation runs --json`.
pub const RUN: &[Field<Task>] = &[
    field!("task", Is::Text, "The task's id.", |t| t.at.id.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |t| t.at.repo.as_str().into()),
    field!("automation", Is::Maybe(&Is::Text), "What started it.", |t| {
        t.automation.as_ref().map(AutomationId::raw).into()
    }),
    field!("name", Is::Text, "What it is called.", |t| text(&t.name)),
    field!("state", Is::Text, "The service's word for its state.", |t| t.state.wire().into()),
    field!("created_at", Is::Time, "When it was created.", |t| at(t.created_at)),
    field!("updated_at", Is::Maybe(&Is::Time), "When the service last touched it.", |t| maybe_time(t.updated_at)),
    field!("url", Is::Maybe(&Is::Text), "Its page, as the service gave it.", |t| maybe(t.html_url.as_ref())),
];
