//! Finding the task at the service, with as few requests as prove it.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};

use super::words::{Which, parse};
use crate::cli::desk::Desk;
use crate::domain::{Artifact, Fault, FaultKind, PullId, PullRef, RepoName, Task, TaskId, TaskRef};
use crate::ledger::line::started;
use crate::ledger::port::Action;
use crate::ledger::wanted::Wanted;
use crate::provider::port::{Fetched, PageCursor, TaskQuery};

/// A list is read no further than this: a thousand tasks of a repository, the newest touch first.
const MOST_PAGES: usize = 10;
/// Tasks asked for at the same time.
const AT_ONCE: usize = 4;
/// Candidates that are named.
const MOST_NAMED: usize = 10;

/// Looks tasks up, and remembers the lists it read.
#[derive(Debug)]
pub struct Lookup<'a> {
    desk: &'a Desk,
    lists: HashMap<Option<RepoName>, List>,
}

/// As much of a list as was read.
#[derive(Debug, Default)]
struct List {
    tasks: Vec<Task>,
    pages: usize,
    next: Option<PageCursor>,
}

impl List {
    fn is_whole(&self) -> bool {
        self.pages > 0 && (self.next.is_none() || self.pages >= MOST_PAGES)
    }
}

/// The one task that is meant, with its sessions.
pub async fn one(desk: &Desk, word: &str) -> Result<Task, Fault> {
    let words = super::read(&[word.to_owned()])?;
    let [word] = words.as_slice() else {
        let what = format!("one task is wanted, and {} are given", words.len());
        return Err(Fault::new(FaultKind::Invalid, what, "give one"));
    };
    let at = Lookup::new(desk).find(word).await?;
    load_one(desk, &at).await
}

/// These tasks with their sessions, in this order.
pub async fn load(desk: &Desk, tasks: &[TaskRef]) -> Vec<Result<Task, Fault>> {
    stream::iter(tasks).map(|at| load_one(desk, at)).buffered(AT_ONCE).collect().await
}

async fn load_one(desk: &Desk, at: &TaskRef) -> Result<Task, Fault> {
    match desk.context.provider.task(at, None).await? {
        Fetched::New { value, .. } => Ok(value),
        // Nobody asked for what is new.
        Fetched::Same => Err(Fault::new(FaultKind::Unreadable, "the service sent no task", "try again")),
    }
}

impl<'a> Lookup<'a> {
    pub fn new(desk: &'a Desk) -> Self {
        Self { desk, lists: HashMap::new() }
    }

    /// Where the task is. A fault of kind `Invalid` is a word that cannot be meant or means several.
    pub async fn find(&mut self, word: &str) -> Result<TaskRef, Fault> {
        match parse(word, &self.desk.web, &self.desk.repos)? {
            Which::Task { repo: Some(repo), id } => Ok(TaskRef { repo, id: TaskId::new(id) }),
            Which::Task { repo: None, id } => self.by_id(&id).await,
            Which::Pull { repo, number } => self.by_pull(&repo, number).await,
            Which::Issue { repo, number } => self.by_issue(&repo, number).await,
        }
    }

    async fn by_id(&mut self, id: &str) -> Result<TaskRef, Fault> {
        let remembered = self.desk.remembered.tasks(id);
        if let Some(whole) = remembered.iter().find(|task| task.id.raw() == id) {
            return Ok(whole.clone());
        }
        // A whole id has one place it can be in, and that place says itself whether it is there.
        if let ([only], true) = (self.desk.repos.as_slice(), is_whole(id)) {
            return Ok(TaskRef { repo: only.clone(), id: TaskId::new(id) });
        }
        let mut found: Vec<TaskRef> = remembered;
        for source in self.sources() {
            loop {
                let list = self.lists.entry(source.clone()).or_default();
                let same = |task: &&Task| task.at.id.raw() == id;
                if let Some(task) = list.tasks.iter().find(same) {
                    return Ok(task.at.clone());
                }
                if list.is_whole() {
                    break;
                }
                self.more(source.as_ref()).await?;
            }
            let tasks = self.lists.get(&source).into_iter().flat_map(|list| &list.tasks);
            found.extend(tasks.filter(|task| task.at.id.raw().starts_with(id)).map(|task| task.at.clone()));
        }
        // The lists leave out what is archived; by its whole id it can be asked for.
        if found.is_empty() && is_whole(id) {
            for repo in &self.desk.repos {
                let at = TaskRef { repo: repo.clone(), id: TaskId::new(id) };
                match load_one(self.desk, &at).await {
                    Ok(task) => return Ok(task.at),
                    Err(fault)
                        if matches!(fault.kind, FaultKind::NotFound | FaultKind::Permission | FaultKind::Gone) => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.repo.cmp(&b.repo)));
        found.dedup();
        match found.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Fault::new(
                FaultKind::NotFound,
                if is_whole(id) { format!("there is no task {id}") } else { format!("no task begins with {id}") },
                if is_whole(id) {
                    "look at the id again, or name its repository with --repo"
                } else {
                    "look at the id again, or name its repository with --repo; what is archived is named by its whole id"
                },
            )),
            several => Err(ambiguous(id, several)),
        }
    }

    /// Where a task may be: the repositories at hand, else the viewer's own.
    fn sources(&self) -> Vec<Option<RepoName>> {
        if self.desk.repos.is_empty() { vec![None] } else { self.desk.repos.iter().cloned().map(Some).collect() }
    }

    /// Reads a page more of a list.
    async fn more(&mut self, source: Option<&RepoName>) -> Result<(), Fault> {
        let query = TaskQuery { repo: source.cloned(), per_page: Some(100), ..TaskQuery::default() };
        let list = self.lists.entry(source.cloned()).or_default();
        let page = match &list.next {
            Some(next) => self.desk.context.provider.more_tasks(&query, next).await?,
            None => match self.desk.context.provider.tasks(&query).await? {
                Fetched::New { value, .. } => value,
                Fetched::Same => {
                    return Err(Fault::new(FaultKind::Unreadable, "the service sent no list", "try again"));
                }
            },
        };
        list.pages += 1;
        list.tasks.extend(page.tasks);
        list.next = page.next;
        Ok(())
    }

    /// The newest task that made the pull request, or worked on it.
    async fn by_pull(&mut self, repo: &RepoName, number: u64) -> Result<TaskRef, Fault> {
        let source = Some(repo.clone());
        // A number never changes its meaning.
        let mut wanted = self.desk.remembered.pull(repo, number);
        let mut asked = 0;
        loop {
            let list = self.lists.entry(source.clone()).or_default();
            let new = list.tasks.get(asked..).unwrap_or_default();
            if wanted.is_none() && !new.is_empty() {
                wanted = numbered(self.desk, repo, number, new).await?;
            }
            let list = self.lists.entry(source.clone()).or_default();
            if let Some(task) = wanted.and_then(|wanted| list.tasks.iter().find(|task| has(task, wanted))) {
                return Ok(task.at.clone());
            }
            asked = list.tasks.len();
            if list.is_whole() {
                let what = format!("no task of {repo} has the pull request #{number}");
                return Err(Fault::new(FaultKind::NotFound, what, "give the task's id"));
            }
            self.more(source.as_ref()).await?;
        }
    }

    /// The newest task started from here for an issue: the service names no issue with a task.
    async fn by_issue(&self, repo: &RepoName, number: u64) -> Result<TaskRef, Fault> {
        let address = format!("https://{}/{repo}/issues/{number}", self.desk.web);
        for ticket in [address, format!("{repo}#{number}"), format!("#{number}"), number.to_string()] {
            let wanted = Wanted {
                action: Some(Action::Start),
                repo: Some(repo.clone()),
                ticket: Some(ticket),
                not_rejected: true,
                ..Wanted::default()
            };
            let entries = self.desk.context.blocking(move |ledger| ledger.find(&wanted, 20)).await?;
            let task = entries.iter().find_map(|entry| {
                let (_, outcome) = entry.outcome.as_ref()?;
                started(&entry.intent, outcome)
            });
            if let Some(id) = task {
                return Ok(TaskRef { repo: repo.clone(), id: TaskId::new(id) });
            }
        }
        let what = format!("no task was started from here for issue {repo}#{number}");
        Err(Fault::new(FaultKind::NotFound, what, "give the task's id, or its pull request"))
    }
}

/// Which of the tasks' pull requests has this number.
async fn numbered(desk: &Desk, repo: &RepoName, number: u64, tasks: &[Task]) -> Result<Option<PullId>, Fault> {
    let mut refs: Vec<PullRef> = Vec::new();
    for artifact in tasks.iter().flat_map(|task| &task.artifacts) {
        if let Artifact::Pull { id, node, .. } = artifact
            && !refs.iter().any(|known| known.id == *id)
        {
            refs.push(PullRef { repo: repo.clone(), id: *id, node: node.clone() });
        }
    }
    if refs.is_empty() {
        return Ok(None);
    }
    let pulls = desk.context.provider.pulls(&refs).await?;
    Ok(pulls.iter().flatten().find(|pull| pull.number == number).map(|pull| pull.id))
}

/// As long as ids are: nobody types the beginning of one this long.
fn is_whole(id: &str) -> bool {
    id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4
}

fn has(task: &Task, wanted: PullId) -> bool {
    task.artifacts.iter().any(|artifact| matches!(artifact, Artifact::Pull { id, .. } if *id == wanted))
}

fn ambiguous(id: &str, several: &[TaskRef]) -> Fault {
    let named: Vec<String> =
        several.iter().take(MOST_NAMED).map(|task| format!("{} ({})", task.id.show(), task.repo)).collect();
    let more = several.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = format!("{id} could be {}{more}", named.join(", "));
    Fault::new(FaultKind::Invalid, what, "give more of the id")
}
