//! `audit`: every automation held against the policy. What could not be known is named, and fails like a violation: a
//! check that passes because nobody could look is none.

use super::args::Audit;
use super::list::{grade, missing};
use super::which;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, write};
use crate::cli::output;
use crate::cli::voice::{Cell, Form, Row, Tone};
use crate::domain::Fault;
use crate::domain::policy::Grade;
use crate::ops::automate::gather::{self, Depth, Violation};
use crate::ops::automate::seek::{depth_for, held};
use crate::text::Safe;

const HEADS: &[&str] = &["automation", "repository", "name", "weight", "rule", "what"];

/// A line of the audit.
#[derive(Debug)]
pub enum Noted {
    Violation(Violation),
    /// Pointed out without any rule.
    Concern {
        repo: String,
        id: String,
        name: Safe,
        word: &'static str,
        says: Safe,
    },
}

pub async fn audit(args: &Audit, desk: &Desk) -> Result<Exit, Fault> {
    let query = which::query(desk, &args.which)?;
    let depth = if args.runs { Depth::Tracked } else { Depth::Detailed }.max(depth_for(&query));
    let mut audit = gather::audit(&desk.context, which::repos(desk)?, depth).await?;
    if !query.is_empty() {
        let meant = held(&desk.context, &query, &audit.survey.found).await?;
        audit.only(&meant);
    }
    let mut exit = missing(&audit.survey);
    let mut table = desk.voice.list(HEADS);
    let count = audit.violations.len();
    if count > 0 {
        exit = exit.worse(Exit::Refused);
    }
    for violation in audit.violations {
        table.row(row(&Noted::Violation(violation)));
    }
    for found in &audit.survey.found {
        for concern in &found.concerns {
            table.row(row(&Noted::Concern {
                repo: found.automation.at.repo.to_string(),
                id: found.automation.at.id.raw().to_owned(),
                name: found.automation.name.show_line(),
                word: concern.word(),
                says: concern.says(),
            }));
        }
    }
    let exit = exit.worse(table.end());
    if desk.voice.form == Form::Text {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        let all = audit.survey.found.len();
        // A note that is missing because nobody looked is no good news.
        let unread =
            if depth < Depth::Tracked { "; whether their runs fail or are reviewed was not read: --runs" } else { "" };
        let said = format!("{all} automation{} held against the policy: {count} violation{}{unread}", s(all), s(count));
        output::complain(&said);
    }
    Ok(exit)
}

impl Noted {
    fn parts(&self) -> (String, &str, Safe, &'static str, Safe, Safe) {
        match self {
            Self::Violation(one) => (
                one.automation.as_ref().map(|(at, _)| at.id.raw().to_owned()).unwrap_or_default(),
                one.repo.as_str(),
                one.automation.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
                grade(one.finding.grade),
                one.finding.rule.clone(),
                one.finding.says.clone(),
            ),
            Self::Concern { repo, id, name, says, .. } => {
                (id.clone(), repo, name.clone(), "note", Safe::default(), says.clone())
            }
        }
    }
}

fn row(noted: &Noted) -> Row {
    let (id, repo, name, weight, rule, says) = noted.parts();
    let tone = match noted {
        Noted::Violation(one) if one.finding.grade == Grade::Refuses => Tone::Bad,
        _ => Tone::Open,
    };
    let id = crate::text::Untrusted::from(id).show_line();
    Row {
        json: write(VIOLATION, noted),
        id: Some(id.clone()),
        cells: vec![
            Cell { text: id, tone: Tone::Plain },
            Cell::new(repo),
            Cell { text: name, tone: Tone::Plain },
            Cell::toned(weight, tone),
            Cell { text: rule, tone: Tone::Plain },
            Cell { text: says, tone: Tone::Plain },
        ],
    }
}

/// One line of `atc automation audit --json`.
pub const VIOLATION: &[Field<Noted>] = &[
    field!("automation", Is::Maybe(&Is::Text), "Its id; null: all of a repository together.", |n| {
        Some(n.parts().0).filter(|id| !id.is_empty()).into()
    }),
    field!("repo", Is::Text, "The repository: owner/name.", |n| n.parts().1.into()),
    field!("name", Is::Text, "What it is called.", |n| n.parts().2.to_string().into()),
    field!(
        "weight",
        Is::OneOf(&["violates", "unknown", "note"]),
        "violates a rule; unknown: what the rule needs could not be learnt; note: pointed out without a rule.",
        |n| n.parts().3.into()
    ),
    field!("rule", Is::Maybe(&Is::Text), "The rule's id in the policy.", |n| {
        Some(n.parts().4.to_string()).filter(|rule| !rule.is_empty()).into()
    }),
    field!("key", Is::Maybe(&Is::Text), "The key of the rule, or the word of what is pointed out.", |n| match n {
        Noted::Violation(one) => one.finding.key.map(crate::domain::policy::Key::word).into(),
        Noted::Concern { word, .. } => (*word).into(),
    }),
    field!("says", Is::Text, "What it is, in a sentence.", |n| n.parts().5.to_string().into()),
];
