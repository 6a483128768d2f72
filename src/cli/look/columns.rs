//! The columns of `atc list`: one table for parsing, help, headings and cells.

use super::joined::Joined;
use crate::cli::voice::{Cell, Tone};
use crate::domain::{Artifact, Column as Listed, Diagnosed, Instant, Session, age};
use crate::text::Untrusted;

/// What a column needs to be asked for before it can say anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needs {
    #[default]
    Nothing,
    Pull,
    /// One request a task, unless the cache knows them.
    Sessions,
    Run,
    Login,
    Diagnosis,
}

/// A column by its name.
pub struct Column {
    pub word: &'static str,
    pub needs: Needs,
    pub cell: fn(&Joined, Instant) -> Cell,
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word)
    }
}

const fn column(word: &'static str, needs: Needs, cell: fn(&Joined, Instant) -> Cell) -> Column {
    Column { word, needs, cell }
}

/// What is printed when nothing else was said.
const USUAL: &[&str] = &["id", "state", "age", "repo", "pull", "name"];

pub const COLUMNS: &[Column] = &[
    column("id", Needs::Nothing, |j, _| Cell::new(j.task.at.id.show())),
    column("state", Needs::Nothing, |j, _| Cell::toned(&j.condition, Tone::Of(j.tone))),
    column("age", Needs::Nothing, |j, now| Cell::new(age::coarse(now - j.task.created_at))),
    column("in-state", Needs::Nothing, |j, now| Cell::new(age::coarse(now - j.state_since))),
    column("updated", Needs::Nothing, |j, now| Cell::new(age::coarse(now - j.task.touched_at()))),
    column("created", Needs::Nothing, |j, _| Cell::new(j.task.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string())),
    column("repo", Needs::Nothing, |j, _| Cell::new(j.task.at.repo.as_str())),
    column("name", Needs::Nothing, |j, _| Cell::new(j.task.name.show_line())),
    column("pull", Needs::Pull, pull),
    column("checks", Needs::Pull, checks),
    column("review", Needs::Pull, |j, _| {
        Cell::new(
            j.pull
                .as_ref()
                .map(|pull| super::pull_fields::review_word(&pull.review).replace('_', " "))
                .unwrap_or_default(),
        )
    }),
    column("creator", Needs::Login, |j, _| shown(j.login.as_ref())),
    column("agent", Needs::Nothing, |j, _| shown(j.task.custom_agent.as_ref())),
    column("branch", Needs::Sessions, |j, _| shown(j.task.head_ref())),
    column("model", Needs::Sessions, |j, _| shown(j.task.latest_session().and_then(Session::model_name).as_ref())),
    column("cost", Needs::Sessions, |j, _| {
        Cell::new(j.cost().filter(|cost| !cost.is_zero()).map(|cost| cost.to_string()).unwrap_or_default())
    }),
    column("sessions", Needs::Nothing, |j, _| {
        let known = j.task.sessions.as_ref().map(Vec::len);
        let count = known.max(j.task.session_count.map(|count| count as usize));
        Cell::new(count.map(|count| count.to_string()).unwrap_or_default())
    }),
    column("run", Needs::Run, |j, _| Cell::new(j.run.as_ref().map(|run| run.id.to_string()).unwrap_or_default())),
    column("stuck", Needs::Run, |j, _| {
        j.stuck.map_or_else(Cell::default, |(stuck, now)| Cell::toned(stuck.short(now), Tone::Open))
    }),
    column("diagnosis", Needs::Diagnosis, |j, _| {
        let rules = j.diagnosed.iter().flat_map(Diagnosed::found).map(|found| found.rule.show_line().to_string());
        Cell::new(rules.collect::<Vec<_>>().join(","))
    }),
    column("url", Needs::Nothing, |j, _| shown(j.task.html_url.as_ref())),
];

fn shown(text: Option<&Untrusted>) -> Cell {
    text.map_or_else(Cell::default, |text| Cell::new(text.show_line()))
}

/// The number where it is known, else that there is one.
fn pull(j: &Joined, _: Instant) -> Cell {
    if let Some(pull) = &j.pull {
        return Cell::new(format!("#{} {}", pull.number, super::joined::pull_state(pull.state)));
    }
    let named = j.task.artifacts.iter().any(|artifact| matches!(artifact, Artifact::Pull { .. }));
    Cell::new(if named { "yes" } else { "" })
}

fn checks(j: &Joined, _: Instant) -> Cell {
    let Some(checks) = j.pull.as_ref().and_then(|pull| pull.checks.as_ref()) else { return Cell::default() };
    let count = format!("{}/{}", checks.passed, checks.total());
    if checks.failed > 0 {
        Cell::toned(format!("failed {count}"), Tone::Bad)
    } else if checks.needs_approval > 0 {
        Cell::toned(format!("needs approval {count}"), Tone::Open)
    } else if checks.pending > 0 {
        Cell::toned(format!("pending {count}"), Tone::Open)
    } else if let Some(word) = checks.unclear() {
        Cell::toned(word, Tone::Open)
    } else {
        Cell::toned(format!("passed {count}"), Tone::Good)
    }
}

/// Columns that were chosen, in this order.
#[derive(Clone, Debug)]
pub struct Shown(Vec<&'static Column>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|column| column.word).eq(other.0.iter().map(|column| column.word))
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self(USUAL.iter().filter_map(|word| find(word)).collect())
    }
}

impl Shown {
    /// As a view of the console shows its rows, with what a list is told by.
    pub fn of_view(columns: &[Listed]) -> Self {
        let always = [Listed::State, Listed::Age, Listed::Name];
        let more = columns.iter().filter(|column| !always.contains(column)).map(|column| column.word());
        let words = ["id", "state", "age"].into_iter().chain(more).chain(["name"]);
        Self(words.filter_map(find).collect())
    }
}

fn find(word: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.word == word)
}

/// `id,state,name`.
pub fn parse(text: &str) -> Result<Shown, String> {
    let each = text.split(',').map(str::trim).map(|word| find(word).ok_or(word));
    match each.collect::<Result<Vec<_>, _>>() {
        Ok(columns) => Ok(Shown(columns)),
        Err(word) => Err(format!("there is no column {word:?}; there are {}", words())),
    }
}

fn words() -> String {
    COLUMNS.iter().map(|column| column.word).collect::<Vec<_>>().join(", ")
}

pub fn help() -> String {
    format!("Which columns, separated by commas [default: {}]: {}", USUAL.join(","), words())
}

impl Shown {
    pub fn heads(&self) -> Vec<&'static str> {
        self.0.iter().map(|column| column.word).collect()
    }

    pub fn cells(&self, joined: &Joined, now: Instant) -> Vec<Cell> {
        self.0.iter().map(|column| (column.cell)(joined, now)).collect()
    }

    pub fn needs(&self, what: Needs) -> bool {
        self.0.iter().any(|column| column.needs == what)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_column_is_found_by_its_name_and_the_help_names_it() {
        for column in COLUMNS {
            assert_eq!(parse(column.word).unwrap().heads(), [column.word]);
            assert!(help().contains(column.word));
        }
        assert_eq!(Shown::default().heads(), USUAL);
        assert!(parse("id,colour").unwrap_err().contains("\"colour\""));
        assert!(parse("").is_err());
    }
}
