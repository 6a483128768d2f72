//! Reading a list of tasks: the newest page often, the whole list now and then.
//!
//! A list sorted by update time moves while it is read. Rows are merged by id, so a row seen twice is one row. A row that a
//! deletion shifted onto a page already read, or that was touched and moved to the top meanwhile, is missed although it
//! lives: it belongs between two pages, where nobody looked, and that is weighed.

use std::collections::{HashMap, HashSet};

use crate::domain::{Fault, Instant, RepoName, Task, TaskId};
use crate::provider::Provider;
use crate::provider::port::{Fetched, TaskPage, TaskQuery, Validator};

/// Enough for 10,000 tasks of one repository.
const MOST_PAGES: usize = 100;
const PER_PAGE: u8 = 100;

/// How far to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// To the first page with nothing newer than this; `None`: the first page.
    News(Option<Instant>),
    Whole,
}

/// What to read.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `None`: the viewer's own tasks.
    pub repo: Option<RepoName>,
    pub depth: Depth,
    pub validator: Option<Validator>,
}

/// What one sweep found.
#[derive(Debug)]
pub enum Found {
    Same,
    Some(Swept),
}

#[derive(Debug, Default)]
pub struct Swept {
    pub tasks: Vec<Task>,
    pub unreadable: u32,
    pub validator: Option<Validator>,
    /// Where the pages began and ended, in order.
    pub spans: Vec<Span>,
    /// It was read as far as it should have been: nothing newer was left out.
    pub reached: bool,
    /// The list was read to its end.
    pub whole: bool,
    /// The end was a page without rows: those it was announced for moved up meanwhile.
    pub open_end: bool,
    /// Why it was not read as far as it should have been. What came before is still here.
    pub cut: Option<Fault>,
}

/// The times of the first and of the last row of a page. An empty page has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub newest: Instant,
    pub oldest: Instant,
}

/// How surely a whole sweep says that a task is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Its place was on one page, and it was not there.
    Sure,
    /// Its place was between two pages: it may have slipped through.
    Perhaps,
}

impl Ask {
    pub fn of(repo: Option<RepoName>, depth: Depth, validator: Option<Validator>) -> Self {
        // A whole sweep needs the rows, whether they changed or not.
        let validator = validator.filter(|_| depth != Depth::Whole);
        Self { repo, depth, validator }
    }
}

/// Reads the list. A fault of the first page is one of the whole; a later one keeps what was read.
pub async fn sweep(provider: &dyn Provider, ask: &Ask) -> Result<Found, Fault> {
    let query = TaskQuery {
        repo: ask.repo.clone(),
        per_page: Some(PER_PAGE),
        validator: ask.validator.clone(),
        ..TaskQuery::default()
    };
    let (mut page, validator) = match provider.tasks(&query).await? {
        Fetched::Same => return Ok(Found::Same),
        Fetched::New { value, validator } => (value, validator),
    };
    let mut tasks: HashMap<TaskId, Task> = HashMap::new();
    let mut swept = Swept { validator, ..Swept::default() };
    let mut seen = HashSet::new();
    for _ in 0..MOST_PAGES {
        swept.spans.extend(span(&page));
        swept.unreadable += page.unreadable;
        swept.open_end = page.tasks.is_empty();
        let enough = ask.depth.is_reached(&page);
        let next = page.next.take();
        for task in page.tasks {
            let newer = tasks.get(&task.at.id).is_none_or(|seen| seen.touched_at() < task.touched_at());
            if newer {
                tasks.insert(task.at.id.clone(), task);
            }
        }
        swept.reached = enough;
        let Some(next) = next else {
            (swept.reached, swept.whole) = (true, true);
            break;
        };
        // A service that leads in circles has said all it has to say, but not that this is all there is.
        if enough || !seen.insert(next.0.raw_for_match().to_owned()) {
            break;
        }
        match provider.more_tasks(&query, &next).await {
            Ok(more) => page = more,
            Err(fault) => {
                swept.cut = Some(fault);
                break;
            }
        }
    }
    swept.tasks = tasks.into_values().collect();
    swept.tasks.sort_unstable_by(|a, b| (b.touched_at(), &a.at.id).cmp(&(a.touched_at(), &b.at.id)));
    Ok(Found::Some(swept))
}

fn span(page: &TaskPage) -> Option<Span> {
    let newest = page.tasks.iter().map(Task::touched_at).max()?;
    let oldest = page.tasks.iter().map(Task::touched_at).min()?;
    Some(Span { newest, oldest })
}

impl Depth {
    fn is_reached(self, page: &TaskPage) -> bool {
        match self {
            Self::Whole => false,
            Self::News(None) => true,
            // Newest first: what follows is no newer than the last row. A list in another order is read on.
            Self::News(Some(known)) => {
                let ordered = page.tasks.is_sorted_by(|a, b| a.touched_at() >= b.touched_at());
                let touched = |task: &Task| task.touched_at() <= known;
                if ordered { page.tasks.last().is_none_or(touched) } else { page.tasks.iter().all(touched) }
            }
        }
    }
}

impl Swept {
    /// A task with this last known touch was not among the rows of a whole sweep.
    pub fn miss(&self, touched: Instant) -> Miss {
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else { return Miss::Sure };
        if self.spans.len() == 1 && !self.open_end {
            return Miss::Sure;
        }
        let inside = self.spans.iter().any(|span| span.newest > touched && touched > span.oldest);
        let after = touched < last.oldest && !self.open_end;
        if touched > first.newest || after || inside { Miss::Sure } else { Miss::Perhaps }
    }

    /// The newest touch on the first page: what came later came after the sweep began.
    pub fn newest(&self) -> Option<Instant> {
        self.spans.first().map(|span| span.newest)
    }
}
