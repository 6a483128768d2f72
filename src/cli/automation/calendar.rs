//! `calendar`: the coming runs, and how many would be at work at once. All of it is computed, and said to be.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::args::Calendar;
use super::fields::at;
use super::list::missing;
use super::which;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::{field, text};
use crate::cli::look::shape::{Field, Is, write};
use crate::cli::output;
use crate::cli::voice::{Cell, Form, Row, Tone};
use crate::domain::automation::calendar::{coming, loads, typical};
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Coming, Load, Track};
use crate::domain::{AutomationRef, Fault};
use crate::ops::automate::gather::Depth;

const HEADS: &[&str] = &["at", "automation", "repository", "name", "takes", "at once"];

/// A run, and what the policy says of how many there are then.
#[derive(Debug)]
pub struct Told {
    run: Coming,
    /// At work at once in its repository, and in all, while it runs.
    here: u32,
    all: u32,
    cap_here: Option<u32>,
    cap_all: Option<u32>,
}

pub async fn calendar(args: &Calendar, desk: &Desk) -> Result<Exit, Fault> {
    let depth = if args.quick { Depth::Listed } else { Depth::Tracked };
    let survey = which::sought(desk, &args.which, depth).await?;
    let exit = missing(&survey);
    let tracks: HashMap<AutomationRef, Track> = survey
        .found
        .iter()
        .filter_map(|found| Some((found.automation.at.clone(), found.track.as_ref()?.as_ref().ok()?.clone())))
        .collect();
    let now = desk.context.now();
    let to = now + if args.week { TimeDelta::days(7) } else { TimeDelta::days(1) };
    let runs = coming(survey.found.iter().map(|found| &found.automation), typical(&tracks), now, to);
    let in_force = desk.context.gate.in_force().await;
    let loads = loads(&runs, in_force.policy.as_ref().ok());
    let mut table = desk.voice.list(HEADS);
    for run in runs {
        table.row(row(told(run, &loads), desk));
    }
    let exit = exit.worse(table.end());
    if desk.voice.form == Form::Text {
        summary(&loads, desk);
    }
    Ok(exit)
}

fn told(run: Coming, loads: &[Load]) -> Told {
    let peak = |load: Option<&Load>| load.map_or(0, |load| load.peak_between(run.at, run.ends()));
    let all = loads.iter().find(|load| load.repo.is_none());
    let here = loads.iter().find(|load| load.repo.as_ref() == Some(&run.automation.repo));
    Told {
        here: peak(here),
        all: peak(all),
        cap_here: here.and_then(|load| load.cap),
        cap_all: all.and_then(|load| load.cap),
        run,
    }
}

impl Told {
    fn over(&self) -> bool {
        self.cap_here.is_some_and(|cap| self.here > cap) || self.cap_all.is_some_and(|cap| self.all > cap)
    }
}

fn row(told: Told, desk: &Desk) -> Row {
    let run = &told.run;
    let about = if run.takes.is_exact { "" } else { " at most" };
    let over = if told.over() { ", over the policy's limit" } else { "" };
    let tone = if told.over() { Tone::Bad } else { Tone::Plain };
    let cells = vec![
        Cell::new(next_words(run.at, &desk.zone)),
        Cell { text: run.automation.id.show(), tone: Tone::Plain },
        Cell::new(run.automation.repo.as_str()),
        Cell { text: run.name.show_line(), tone: Tone::Plain },
        Cell::new(format!("{} min{about}", run.takes.time.num_minutes())),
        Cell::toned(format!("{} here, {} in all{over}", told.here, told.all), tone),
    ];
    Row { id: Some(run.automation.id.show()), json: write(COMING, &told), cells }
}

/// Where it would be too many, from when to when.
fn summary(loads: &[Load], desk: &Desk) {
    for load in loads {
        let whose = load.repo.as_ref().map_or_else(|| "all together".to_owned(), ToString::to_string);
        let cap = load.cap.map_or_else(|| "no limit".to_owned(), |cap| format!("limit {cap}"));
        output::complain(&format!("{whose}: {} at once at most, {cap} (computed)", load.peak()));
        for busy in load.over() {
            output::complain(&format!(
                "  {} at once from {} to {}",
                busy.running,
                next_words(busy.from, &desk.zone),
                busy.to.format("%H:%M UTC")
            ));
        }
    }
}

/// One line of `atc automation calendar --json`.
pub const COMING: &[Field<Told>] = &[
    field!("at", Is::Time, "When it runs, computed.", |t| at(t.run.at)),
    field!("automation", Is::Text, "The automation's id.", |t| t.run.automation.id.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |t| t.run.automation.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |t| text(&t.run.name)),
    field!("takes_seconds", Is::Whole, "How long it will probably take.", |t| {
        t.run.takes.time.num_seconds().max(0).into()
    }),
    field!("takes_is_known", Is::Flag, "The sessions of earlier runs say so; else it takes this at most.", |t| {
        t.run.takes.is_exact.into()
    }),
    field!("at_once_here", Is::Whole, "Coming runs at work at once in its repository, while it runs.", |t| t
        .here
        .into()),
    field!("at_once_in_all", Is::Whole, "The same in all repositories.", |t| t.all.into()),
    field!("limit_here", Is::Maybe(&Is::Whole), "What the policy allows at once in the repository.", |t| {
        t.cap_here.into()
    }),
    field!("limit_in_all", Is::Maybe(&Is::Whole), "The same in all repositories.", |t| t.cap_all.into()),
];
