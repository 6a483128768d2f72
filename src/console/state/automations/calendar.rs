//! The coming runs of all automations for a day or a week, and how many would be at work at once. All of it is computed.
//!
//! Made once, when something was told of an automation, when another span is asked for, and when the first of the runs
//! has come; a picture only looks it up.

use chrono::{NaiveDate, TimeDelta, Timelike};

use super::rows::watched;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::domain::automation::calendar::{coming, loads};
use crate::domain::automation::{Coming, Load};
use crate::domain::{Automation, AutomationRef, Instant, RepoName};

#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Oldest first.
    pub runs: Vec<Coming>,
    /// All together first, then every repository with runs.
    pub loads: Vec<Load>,
    pub bars: Vec<Bar>,
    pub rows: Vec<Row>,
    /// Of the rows.
    pub index: usize,
    pub top: usize,
    /// From when on it was computed.
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// Of what is known of the automations, when it was computed.
    pub revision: Option<u64>,
    /// When the first of the runs has come.
    pub recheck_at: Option<Instant>,
    /// Those that are on and have a schedule that does not tell enough.
    pub unclear: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A day in UTC, how many runs it has, and the most at once.
    Day { day: NaiveDate, runs: usize, most: u32 },
    /// Its place among the runs.
    Run(usize),
}

/// The most at work at once, hour by hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub of: Of,
    pub cap: Option<u32>,
    /// The first hour.
    pub from: Instant,
    pub hours: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    All,
    Repo(RepoName),
    /// All together on this day in UTC.
    Day(NaiveDate),
}

pub const HOURS: i64 = 24;

/// What a run meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meets {
    pub here: u32,
    pub all: u32,
    pub cap_here: Option<u32>,
    pub cap_all: Option<u32>,
}

impl Meets {
    pub fn is_over(self) -> bool {
        self.cap_here.is_some_and(|cap| self.here > cap) || self.cap_all.is_some_and(|cap| self.all > cap)
    }
}

impl Calendar {
    pub fn selected(&self) -> Option<&Coming> {
        self.run_of(self.rows.get(self.index)?)
    }

    pub fn run_of(&self, row: &Row) -> Option<&Coming> {
        match row {
            Row::Run(run) => self.runs.get(*run),
            Row::Day { .. } => None,
        }
    }

    pub fn meets(&self, run: &Coming) -> Meets {
        let all = self.loads.iter().find(|load| load.repo.is_none());
        let here = self.loads.iter().find(|load| load.repo.as_ref() == Some(&run.automation.repo));
        let most = |load: Option<&Load>| load.map_or(0, |load| load.peak_between(run.at, run.ends()));
        Meets {
            here: most(here),
            all: most(all),
            cap_here: here.and_then(|load| load.cap),
            cap_all: all.and_then(|load| load.cap),
        }
    }

    /// The cursor on a run, in view with the heading of its day where there is room.
    pub fn settle(&mut self, height: usize) {
        let height = height.max(1);
        self.index = nearest(&self.rows, self.index, true);
        let least = (self.index + 1).saturating_sub(height);
        self.top = self.top.min(self.rows.len().saturating_sub(height)).clamp(least, self.index.max(least));
        let above = self.top.checked_sub(1).filter(|_| self.top == self.index && height > 1);
        if let Some(above) = above.filter(|above| matches!(self.rows.get(*above), Some(Row::Day { .. }))) {
            self.top = above;
        }
    }

    pub fn select(&mut self, index: usize) {
        self.index = nearest(&self.rows, index, index >= self.index);
    }

    /// The first run of the next day, or of this one and then of the one before.
    pub fn step_day(&mut self, forward: bool) {
        let is_day = |at: &usize| matches!(self.rows.get(*at), Some(Row::Day { .. }));
        let found = if forward {
            (self.index + 1..self.rows.len()).find(is_day)
        } else {
            (0..self.index.saturating_sub(1)).rev().find(is_day)
        };
        if let Some(day) = found {
            self.index = nearest(&self.rows, day + 1, true);
        }
    }

    /// Whether any time is over what the policy allows.
    pub fn over(&self) -> impl Iterator<Item = (&Load, &crate::domain::automation::Busy)> {
        self.loads.iter().flat_map(|load| load.over().into_iter().map(move |busy| (load, busy)))
    }
}

fn nearest(rows: &[Row], index: usize, forward: bool) -> usize {
    let index = index.min(rows.len().saturating_sub(1));
    let is_run = |at: &usize| matches!(rows.get(*at), Some(Row::Run(_)));
    let after = || (index..rows.len()).find(is_run);
    let before = || (0..=index).rev().find(is_run);
    let found = if forward { after().or_else(before) } else { before().or_else(after) };
    found.unwrap_or(0)
}

/// Computes it anew, with the cursor on the run it was on, else on the next one.
pub fn rebuild(model: &mut Model) {
    let Some(mut pane) = model.place.automations.take() else { return };
    if let Some(calendar) = &mut pane.calendar {
        let before = calendar.selected().map(|run| (run.at, run.automation.clone()));
        compute(model, calendar, pane.habits.week);
        let found = before.and_then(|(at, of)| find(calendar, at, &of));
        calendar.index = nearest(&calendar.rows, found.unwrap_or(calendar.index), true);
    }
    model.place.automations = Some(pane);
    model.dirty = true;
}

fn find(calendar: &Calendar, at: Instant, of: &AutomationRef) -> Option<usize> {
    calendar.rows.iter().position(|row| match row {
        Row::Run(run) => calendar.runs.get(*run).is_some_and(|run| run.at == at && run.automation == *of),
        Row::Day { .. } => false,
    })
}

fn compute(model: &Model, calendar: &mut Calendar, week: bool) {
    let from = model.now;
    let to = from + if week { TimeDelta::days(7) } else { TimeDelta::days(1) };
    let automations = || watched(model).map(|known| &known.automation);
    let takes = |at: &AutomationRef| model.world.automations.known.get(at)?.track.as_ref()?.typical;
    calendar.runs = coming(automations(), takes, from, to);
    let policy = model.world.automations.policy.as_ref().and_then(|in_force| in_force.policy.as_ref().ok());
    calendar.loads = loads(&calendar.runs, policy);
    let is_unclear = |one: &&Automation| {
        let schedules = one.schedules();
        one.switch.is_on() && schedules.iter().any(|schedule| schedule.next(from).is_none())
    };
    calendar.unclear = automations().filter(is_unclear).count();
    calendar.rows = rows(calendar);
    calendar.bars = bars(calendar, from, week);
    (calendar.from, calendar.to) = (Some(from), Some(to));
    calendar.revision = Some(model.world.automations.revision);
    // A run that is under way by the clock is none that comes.
    let first = calendar.runs.first().map(|run| run.at.max(from) + TimeDelta::milliseconds(1));
    let hour = hour_of(from) + TimeDelta::hours(1);
    calendar.recheck_at = Some(first.map_or(hour, |first| first.min(hour)));
}

fn rows(calendar: &Calendar) -> Vec<Row> {
    let all = calendar.loads.first();
    let mut rows = Vec::with_capacity(calendar.runs.len() + 8);
    let mut at = 0;
    for day in calendar.runs.chunk_by(|a, b| a.at.date_naive() == b.at.date_naive()) {
        let Some((first, last)) = day.first().zip(day.last()) else { continue };
        let most = all.map_or(0, |load| load.peak_between(first.at, last.ends()));
        rows.push(Row::Day { day: first.at.date_naive(), runs: day.len(), most });
        rows.extend((at..at + day.len()).map(Row::Run));
        at += day.len();
    }
    rows
}

fn hour_of(at: Instant) -> Instant {
    let within = i64::from(at.minute()) * 60 + i64::from(at.second());
    at - TimeDelta::seconds(within) - TimeDelta::nanoseconds(i64::from(at.nanosecond()))
}

fn bars(calendar: &Calendar, from: Instant, week: bool) -> Vec<Bar> {
    let hours = |load: &Load, from: Instant, count: i64| -> Vec<u32> {
        let hour = |n: i64| from + TimeDelta::hours(n);
        (0..count).map(|n| load.peak_between(hour(n), hour(n + 1))).collect()
    };
    if !week {
        let from = hour_of(from);
        return calendar
            .loads
            .iter()
            .map(|load| Bar {
                of: load.repo.clone().map_or(Of::All, Of::Repo),
                cap: load.cap,
                from,
                hours: hours(load, from, HOURS),
            })
            .collect();
    }
    let Some(all) = calendar.loads.first() else { return Vec::new() };
    let midnight = from.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let day = |n: i64| {
        let from = midnight + TimeDelta::days(n);
        Bar { of: Of::Day(from.date_naive()), cap: all.cap, from, hours: hours(all, from, HOURS) }
    };
    (0..8).map(day).collect()
}

/// Rows of the bars: a line of hours and some of them, never more than a third of the body.
pub fn bar_rows(calendar: &Calendar, body: Area) -> usize {
    let most = usize::from(body.height / 3);
    if calendar.runs.is_empty() || most < 3 { 0 } else { (calendar.bars.len() + 1).min(most) }
}

/// Rows for the runs.
pub fn list_rows(calendar: &Calendar, body: Area) -> usize {
    body.body_rows().saturating_sub(bar_rows(calendar, body))
}
