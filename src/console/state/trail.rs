//! The places visited, to go back to and forward again: by what stood there, never by rows.
//!
//! ```text
//! back […, b, a]   here   forward [c, …]
//!        go elsewhere: here ──> back, forward is empty
//!        alt+←: here ──> forward, a ──> here        alt+→: here ──> back, c ──> here
//! ```
//!
//! What was opened from an overview (`from`) leads back there by itself. A place that is gone by then is left out, and that
//! is said. Not for: questions, lines being typed, the help.

use super::Model;
use super::place::Pane;
use super::reviews::Key;
use crate::domain::{AutomationRef, Instant, RepoName, TaskId, TaskRef};
use crate::text::{Safe, width};

/// Places kept each way; the oldest go first.
pub const MOST: usize = 100;

/// A place. Two of them are the same place where only the position in it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// A view of the queue, by its word.
    Queue(String),
    /// The log of a task.
    Log(TaskId),
    Detail(TaskId),
    Reviews,
    Pull(Key),
    Diff(Key),
    Compose,
    Inbox,
    Ledger {
        query: String,
        task: Option<TaskRef>,
    },
    /// With what was asked of them.
    Automations {
        view: String,
        query: String,
    },
    Automation(AutomationRef),
    Calendar,
    Cancels,
    Doctor,
    Wall {
        all: bool,
    },
    Found(String),
}

/// Where in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: u64,
    /// When it was said: finds it again in a log that is read anew.
    pub at: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub at: At,
    /// The pane under it.
    pub pane: Pane,
    /// The queue's view, by its word: also where the queue is not in sight.
    pub view: String,
    /// The task under the queue's cursor.
    pub task: Option<TaskId>,
    /// The pull request under the reviews' cursor.
    pub pull: Option<Key>,
    /// In a log that does not follow its end.
    pub entry: Option<Entry>,
    /// The entry of the inbox.
    pub entry_of_inbox: Option<String>,
    /// The automation under the cursor of the list.
    pub automation: Option<AutomationRef>,
    /// The task under the wall's cursor.
    pub tile: Option<TaskId>,
    /// Rows scrolled, or the line of an automation's page.
    pub top: usize,
    /// The overview it was opened from: who has done with it goes back there.
    pub from: Option<At>,
}

#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// Newest last.
    pub back: Vec<Spot>,
    pub forward: Vec<Spot>,
    pub here: Option<Spot>,
    /// The next move counts as one to another place, wherever it leads.
    pub leap: bool,
    /// The next move leads from an overview to one of the things in it.
    pub through: bool,
    /// The log comes to stand here once there is something to read.
    pub land: Option<(TaskId, Entry)>,
}

impl Trail {
    /// The operator is here now.
    pub fn visit(&mut self, mut now: Spot) {
        let (leap, through) = (std::mem::take(&mut self.leap), std::mem::take(&mut self.through));
        now.from = self.here.as_ref().and_then(|left| self.from(left, &now, through));
        let left = self.here.replace(now);
        let (Some(left), Some(here)) = (left, &self.here) else { return };
        if left.at != here.at || (leap && left != *here) {
            push(&mut self.back, left);
            self.forward.clear();
        }
    }

    /// The overview that this is opened from; that of the place it is, and of one that something over it gave back.
    fn from(&self, left: &Spot, now: &Spot, through: bool) -> Option<At> {
        if left.at == now.at {
            return left.from.clone();
        }
        if through {
            return Some(left.at.clone());
        }
        let under = self.back.last().filter(|before| left.at.is_over_another() && before.at == now.at)?;
        under.from.clone()
    }

    /// The places visited, the last first, each once, without this one.
    pub fn recent(&self) -> impl Iterator<Item = &Spot> {
        let here = self.here.as_ref();
        let all: Vec<&Spot> = self.forward.iter().chain(self.back.iter().rev()).collect();
        let mut seen: Vec<(&At, Option<&TaskId>)> = Vec::new();
        let mut once = Vec::new();
        for spot in all {
            let key = (&spot.at, spot.task.as_ref().filter(|_| matches!(spot.at, At::Queue(_))));
            let is_here = here.is_some_and(|here| here.at == spot.at && here.task == spot.task);
            if !is_here && !seen.contains(&key) {
                seen.push(key);
                once.push(spot);
            }
        }
        once.into_iter()
    }
}

impl At {
    /// It covers a place that is there again when it is closed.
    fn is_over_another(&self) -> bool {
        matches!(self, Self::Detail(_) | Self::Pull(_) | Self::Diff(_))
    }
}

pub fn push(places: &mut Vec<Spot>, spot: Spot) {
    places.push(spot);
    let extra = places.len().saturating_sub(MOST);
    places.drain(..extra);
}

impl Spot {
    /// Where the operator is. `None`: a question, a line, the help, or something else that goes by itself is open.
    pub fn of(model: &Model) -> Option<Self> {
        let place = &model.place;
        let passing = place.log_only
            || model.dialog.is_some()
            || model.line.is_some()
            || place.help.is_some()
            || place.palette.is_some()
            || place.tour.is_open()
            || model.compose.follow_up.is_some();
        if passing {
            return None;
        }
        let task = model.queue.selected.clone();
        let at = covering(model).or_else(|| pane(model))?;
        let shown = model.log.shown.as_ref().filter(|_| matches!(at, At::Log(_)));
        let entry = shown.filter(|shown| !shown.reader.follow && shown.task == task).and_then(|shown| {
            let entry = shown.transcript.entries().get(shown.reader.cursor)?;
            Some(Entry { id: entry.id, at: entry.at })
        });
        let top = match &at {
            At::Detail(_) => place.detail.unwrap_or(0),
            At::Pull(_) => model.reviews.page.as_ref().map_or(0, |page| page.top),
            At::Automation(_) => {
                let pane = place.automations.as_ref();
                pane.and_then(|pane| pane.page.as_ref()).map_or(0, |page| page.cursor)
            }
            _ => 0,
        };
        Some(Self {
            at,
            pane: place.focus,
            view: view(model).unwrap_or_default(),
            task,
            pull: model.reviews.selected.clone(),
            entry,
            automation: place.automations.as_ref().and_then(|pane| pane.selected.clone()),
            entry_of_inbox: place.inbox.pane.as_ref().and_then(|pane| pane.selected.clone()),
            tile: model.log.wall.as_ref().and_then(|wall| wall.selected().cloned()),
            top,
            from: None,
        })
    }

    /// Of which repository it is, where it is of one: many tasks have the same name.
    pub fn repo<'a>(&'a self, model: &'a Model) -> Option<&'a RepoName> {
        match &self.at {
            At::Log(task) | At::Detail(task) => model.world.tasks.get(task).map(|known| &known.task.at.repo),
            At::Queue(_) => self.task.as_ref().and_then(|task| Some(&model.world.tasks.get(task)?.task.at.repo)),
            At::Reviews => self.pull.as_ref().map(|(repo, _)| repo),
            At::Pull((repo, _)) | At::Diff((repo, _)) => Some(repo),
            At::Automation(at) => Some(&at.repo),
            At::Ledger { task, .. } => task.as_ref().map(|task| &task.repo),
            _ => None,
        }
    }

    /// What it is, and which.
    pub fn words(&self, model: &Model) -> (&'static str, Safe) {
        let task = |id: &TaskId| model.world.tasks.get(id).map(|known| known.task.name.show_line()).unwrap_or_default();
        let pull = |key: &Key| {
            let pull = model.world.pulls.get(key).and_then(Option::as_ref);
            pull.map(|pull| Safe::new(format!("#{} {}", pull.number, pull.title.show_line()))).unwrap_or_default()
        };
        match &self.at {
            At::Queue(view) => {
                let name = model.settings.views.iter().find(|known| known.word() == *view).map(|view| &view.name);
                let name = name.map_or(view.as_str(), Safe::as_str);
                let on = self.task.as_ref().map(&task).unwrap_or_default();
                let at = if on.is_empty() { String::new() } else { format!(": {}", width::cut_end(&on, 60)) };
                ("queue", Safe::new(format!("{name}{at}")))
            }
            At::Log(id) => ("log", task(id)),
            At::Detail(id) => ("detail", task(id)),
            At::Reviews => ("reviews", self.pull.as_ref().map(pull).unwrap_or_default()),
            At::Pull(key) => ("page", pull(key)),
            At::Diff(key) => ("diff", pull(key)),
            At::Compose => ("compose", Safe::new("a new task")),
            At::Inbox => ("inbox", Safe::new("what waits for you")),
            At::Ledger { query, task: None } => ("ledger", Safe::new(query)),
            At::Ledger { task: Some(of), .. } => ("ledger", task(&of.id)),
            At::Automations { view, query } => {
                let name = model.settings.automation_views.iter().find(|known| known.word() == *view);
                let name = name.map_or(view.as_str(), |view| view.name.as_str());
                let asked = if query.is_empty() { String::new() } else { format!(": {query}") };
                ("automations", Safe::new(format!("{name}{asked}")))
            }
            At::Automation(at) => {
                let known = model.world.automations.known.get(at);
                ("automation", known.map(|known| known.automation.name.show_line()).unwrap_or_default())
            }
            At::Calendar => ("calendar", Safe::new("the coming runs")),
            At::Cancels => ("cancels", Safe::new("what became of each")),
            At::Doctor => ("doctor", Safe::new("what can be done here")),
            At::Wall { .. } => ("wall", Safe::new("all that runs")),
            At::Found(pattern) => ("found", Safe::new(pattern)),
        }
    }
}

/// What stands over the panes, in the order in which it takes the keys.
fn covering(model: &Model) -> Option<At> {
    let place = &model.place;
    if place.detail.is_some() {
        return model.queue.selected.clone().map(At::Detail);
    }
    if place.cancels.is_some() {
        return Some(At::Cancels);
    }
    if place.inbox.pane.is_some() {
        return Some(At::Inbox);
    }
    if let Some(pane) = &place.automations {
        return Some(match (&pane.page, &pane.calendar) {
            (Some(page), _) => At::Automation(page.at.clone()),
            (None, Some(_)) => At::Calendar,
            (None, None) => {
                let view = model.automation_view().map(crate::domain::ViewOf::word).unwrap_or_default();
                At::Automations { view, query: pane.habits.text.clone() }
            }
        });
    }
    if let Some(ledger) = &place.ledger.pane {
        return Some(At::Ledger { query: ledger.query.clone(), task: ledger.task.clone() });
    }
    if place.doctor.pane.is_some() {
        return Some(At::Doctor);
    }
    if let Some(found) = &model.log.found {
        return Some(At::Found(found.pattern.clone()));
    }
    model.log.wall.as_ref().map(|wall| At::Wall { all: wall.all })
}

/// The queue's view, by its word.
fn view(model: &Model) -> Option<String> {
    model.settings.views.get(model.queue.views.at).map(crate::domain::SavedView::word)
}

fn pane(model: &Model) -> Option<At> {
    let key = || model.reviews.page.as_ref().map(|page| page.key.clone()).or_else(|| model.reviews.selected.clone());
    match model.place.focus {
        Pane::Queue => view(model).map(At::Queue),
        Pane::Log => model.queue.selected.clone().map(At::Log),
        Pane::Reviews if model.reviews.diff.is_some() => key().map(At::Diff),
        Pane::Reviews if model.reviews.page.is_some() => key().map(At::Pull),
        Pane::Reviews => Some(At::Reviews),
        Pane::Compose => Some(At::Compose),
    }
}
