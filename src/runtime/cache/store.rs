//! The rows of one API address in the open file: read one by one, written in transactions.
//!
//! All of them belong to one viewer, and nothing is written before it is known who that is. With another viewer the rows of
//! the one before go.
//!
//! That a repository's list is kept whole is written down only while every row of it was kept, and goes with the first row
//! that is let go. What is kept after that is good for the screen, and nobody takes it for all there is.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::file;
use super::rows::{diagnosis, pull, task};
use crate::console::event::RememberedTask;
use crate::domain::{
    Diagnosed, Fault, Instant, NodeId, Person, Pull, PullId, PullRef, RepoName, Source, Task, TaskId, TaskRef, UserId,
    Viewer,
};
use crate::text::Untrusted;

/// A row larger than this is not kept, and not believed.
const LARGEST_ROW: usize = 1024 * 1024;
/// What has not been seen for so long is forgotten, in days.
const FORGOTTEN_AFTER: i64 = 90;
/// Logins and names change now and then: they are asked for again after so many days.
const ASKED_AGAIN_AFTER: i64 = 30;
/// A row that is seen again and again is marked so once in so many days.
const SEEN_STEP: i64 = 7;
/// No more tasks are kept than this.
const MOST_TASKS: i64 = 100_000;
/// No more bytes are kept than this.
const MOST_BYTES: i64 = 512 * 1024 * 1024;

/// Why the open file could not be read.
pub type StoreError = rusqlite::Error;

/// Something to keep.
#[derive(Debug)]
pub enum Keep {
    /// Tasks as a list or a single answer gave them.
    Tasks(Vec<Task>),
    Gone(Vec<TaskId>),
    /// What the log of a known task's latest session was found to say.
    Diagnosis(TaskId, Diagnosed),
    /// `None`: gone or not visible.
    Pulls(Vec<(PullRef, Option<Pull>)>),
    Person(Person),
    Name(u64, RepoName),
    /// For whom everything after this is kept.
    Viewer(Viewer),
    /// A source's data was true at this time.
    Good(Source, Instant),
    /// With the tasks kept before this a repository's list is kept whole.
    Whole(RepoName, Mark),
    /// A list that is kept whole is so up to this touch.
    Further(RepoName, Instant),
}

/// A list is kept whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Every task that was touched up to here is kept as it was then.
    pub newest: Instant,
    /// When the list was last read from end to end. `None`: it is to be read so again, to see what is gone from it.
    pub whole_at: Option<Instant>,
    /// How many pages that took.
    pub pages: u16,
}

/// What was remembered without being shown.
#[derive(Debug, Default)]
pub struct Known {
    pub viewer: Option<Viewer>,
    pub people: Vec<Person>,
    /// Names behind the service's own ids of repositories.
    pub names: Vec<(u64, RepoName)>,
}

#[derive(Debug)]
pub struct Store {
    connection: Connection,
    host: i64,
    /// For whom this run keeps what it hears.
    viewer: Option<UserId>,
    /// Lists this run keeps whole: every row since the mark was kept.
    sound: HashSet<RepoName>,
    /// Lists with a row that is too large to be kept.
    torn: HashSet<RepoName>,
}

impl Store {
    /// Opens the file for this API address.
    pub fn open(path: &Path, api: &str) -> Result<Self, Fault> {
        Self::on(file::open(path)?, api).or_else(|_| Self::anew(path, api))
    }

    /// Begins the file anew.
    pub fn anew(path: &Path, api: &str) -> Result<Self, Fault> {
        Self::on(file::reopen(path)?, api)
            .map_err(|error| Fault::new(crate::domain::FaultKind::Local, error.to_string(), "go on without a cache"))
    }

    fn on(connection: Connection, api: &str) -> rusqlite::Result<Self> {
        let find =
            |on: &Connection| on.query_row("SELECT host FROM hosts WHERE api = ?1", [api], |row| row.get(0)).optional();
        let host = if let Some(host) = find(&connection)? {
            host
        } else {
            connection.execute("INSERT INTO hosts (api) VALUES (?1) ON CONFLICT DO NOTHING", [api])?;
            find(&connection)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?
        };
        Ok(Self { connection, host, viewer: None, sound: HashSet::new(), torn: HashSet::new() })
    }

    /// Who the rows were written for, and whom and what they name.
    pub fn known(&self, today: i64) -> rusqlite::Result<Known> {
        let viewer = "SELECT viewer, login FROM hosts WHERE host = ?1 AND viewer IS NOT NULL AND login IS NOT NULL";
        let viewer = self.connection.query_row(viewer, [self.host], |row| {
            let login = Untrusted::new(row.get::<_, String>(1)?);
            Ok(Viewer { id: UserId(row.get::<_, i64>(0)?.cast_unsigned()), login })
        });
        let recent = params![self.host, today - ASKED_AGAIN_AFTER];
        let mut people = self.connection.prepare("SELECT id, login FROM people WHERE host = ?1 AND seen > ?2")?;
        let people = people.query_map(recent, |row| {
            let login = Some(Untrusted::new(row.get::<_, String>(1)?));
            Ok(Person { id: UserId(row.get::<_, i64>(0)?.cast_unsigned()), login })
        })?;
        let mut names = self.connection.prepare("SELECT id, name FROM names WHERE host = ?1 AND seen > ?2")?;
        let names = names.query_map(recent, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let mut known =
            Known { viewer: viewer.optional()?, people: people.collect::<Result<_, _>>()?, names: Vec::new() };
        for name in names {
            let (id, name) = name?;
            known.names.extend(name.parse().ok().map(|name| (id.cast_unsigned(), name)));
        }
        Ok(known)
    }

    /// When the source was last good.
    pub fn good_at(&self, source: &Source) -> rusqlite::Result<Option<Instant>> {
        let Some(key) = key(source) else { return Ok(None) };
        let sql = "SELECT good_at FROM sources WHERE host = ?1 AND source = ?2";
        let at =
            self.connection.prepare_cached(sql)?.query_row(params![self.host, key], |row| row.get(0)).optional()?;
        Ok(at.and_then(|at| Instant::from_timestamp(at, 0)))
    }

    /// While this lives, what is read is of one moment, whatever another console writes meanwhile.
    pub fn snapshot(&self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.unchecked_transaction()
    }

    /// How far a repository's list is kept whole. `None`: nobody knows what of it is kept.
    pub fn mark(&self, repo: &RepoName) -> rusqlite::Result<Option<Mark>> {
        let sql = "SELECT newest, whole_at, pages FROM wholes WHERE host = ?1 AND repo = ?2";
        let mark = self.connection.prepare_cached(sql)?.query_row(params![self.host, repo.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?))
        });
        Ok(mark.optional()?.and_then(|(newest, whole_at, pages)| {
            let newest = Instant::from_timestamp(newest, 0)?;
            Some(Mark { newest, whole_at: whole_at.and_then(|at| Instant::from_timestamp(at, 0)), pages })
        }))
    }

    /// This run goes on from the mark of this list.
    pub fn trust(&mut self, repo: RepoName) {
        self.sound.insert(repo);
    }

    /// Something that should have been kept was not: no list is kept whole any further before it was read whole again.
    pub fn doubt(&mut self) {
        self.sound.clear();
    }

    /// Reads a repository's tasks, newest touch first, until `take` says no. Returns how many rows could not be read.
    pub fn tasks(&self, repo: &RepoName, mut take: impl FnMut(RememberedTask) -> bool) -> rusqlite::Result<u32> {
        let sql = "SELECT id, row, details, diagnosis FROM tasks WHERE host = ?1 AND repo = ?2 ORDER BY touched DESC LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.host, repo.as_str(), MOST_TASKS])?;
        let mut bad = 0;
        while let Some(row) = rows.next()? {
            let id = TaskId::new(row.get_ref(0)?.as_str()?);
            let (body, details) = (row.get_ref(1)?.as_bytes()?, row.get_ref(2)?.as_bytes_or_null()?);
            match read(TaskRef { repo: repo.clone(), id }, body, details) {
                Some((task, sessions_as_of)) => {
                    let diagnosed = row.get_ref(3)?.as_bytes_or_null()?.and_then(diagnosis::decode);
                    if !take(RememberedTask { task, sessions_as_of, diagnosed }) {
                        break;
                    }
                }
                None => bad += 1,
            }
        }
        Ok(bad)
    }

    /// The repositories of which tasks are kept, in the order of their names.
    pub fn repos(&self) -> rusqlite::Result<Vec<RepoName>> {
        let mut statement = self.connection.prepare("SELECT DISTINCT repo FROM tasks WHERE host = ?1 ORDER BY repo")?;
        let names = statement.query_map([self.host], |row| row.get::<_, String>(0))?;
        let mut repos = Vec::new();
        for name in names {
            repos.extend(name?.parse().ok());
        }
        Ok(repos)
    }

    /// The tasks of any repository whose id begins like this, the first hundred of them.
    pub fn beginning(&self, with: &str) -> rusqlite::Result<Vec<TaskRef>> {
        let sql = "SELECT repo, id FROM tasks WHERE host = ?1 AND substr(id, 1, length(?2)) = ?2 LIMIT 100";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement
            .query_map(params![self.host, with], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut found = Vec::new();
        for row in rows {
            let (repo, id) = row?;
            found.extend(repo.parse().ok().map(|repo| TaskRef { repo, id: TaskId::new(id) }));
        }
        Ok(found)
    }

    /// Reads a repository's pull requests as last seen. Returns how many rows could not be read.
    pub fn pulls(&self, repo: &RepoName, mut take: impl FnMut(PullRef, Pull)) -> rusqlite::Result<u32> {
        let sql = "SELECT id, row FROM pulls WHERE host = ?1 AND repo = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.host, repo.as_str()])?;
        let mut bad = 0;
        while let Some(row) = rows.next()? {
            let id = PullId(row.get::<_, i64>(0)?.cast_unsigned());
            let body = row.get_ref(1)?.as_bytes()?;
            match Some(body).filter(|body| body.len() <= LARGEST_ROW).and_then(|body| pull::decode(id, body)) {
                Some(pull) => {
                    let node = Some(NodeId::new(pull.node.raw()));
                    take(PullRef { repo: repo.clone(), id, node }, pull);
                }
                None => bad += 1,
            }
        }
        Ok(bad)
    }

    /// Writes all of it or nothing. What comes before a viewer was named is not written, and neither is anything once
    /// another console writes for another viewer.
    pub fn write(&mut self, keep: &[Keep], today: i64) -> rusqlite::Result<()> {
        let host = self.host;
        let transaction = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        let to = Writer { on: &transaction, host, today };
        let mut viewer = self.viewer;
        let mut ours = viewer.is_some() && to.owner()? == viewer;
        let mut dropped = false;
        for keep in keep {
            match keep {
                Keep::Viewer(named) => {
                    dropped |= to.viewer(named)?;
                    viewer = Some(named.id);
                    ours = true;
                }
                _ if !ours => {}
                Keep::Tasks(tasks) => {
                    for task in tasks {
                        if !to.task(task)? {
                            self.sound.remove(&task.at.repo);
                            self.torn.insert(task.at.repo.clone());
                        }
                    }
                }
                Keep::Diagnosis(id, diagnosed) => to.diagnosis(id, diagnosed)?,
                Keep::Gone(ids) => ids.iter().try_for_each(|id| to.gone(id))?,
                Keep::Pulls(pulls) => pulls.iter().try_for_each(|(at, pull)| to.pull(at, pull.as_ref()))?,
                Keep::Person(person) => to.person(person)?,
                Keep::Name(id, name) => to.name(*id, name)?,
                Keep::Good(source, at) => to.good(source, *at)?,
                Keep::Whole(repo, _) if self.torn.contains(repo) => to.not_whole(repo)?,
                Keep::Whole(repo, mark) => {
                    to.whole(repo, mark)?;
                    self.sound.insert(repo.clone());
                }
                Keep::Further(repo, _) if !self.sound.contains(repo) => {}
                Keep::Further(repo, newest) => to.further(repo, *newest)?,
            }
        }
        transaction.commit()?;
        self.viewer = viewer;
        if dropped {
            self.wipe();
        }
        Ok(())
    }

    /// Rows that were dropped still stand in the log of what was written lately: it is brought into the file and emptied.
    /// While another console reads that has to wait, until the last one closes the file at the latest.
    fn wipe(&self) {
        let wiped = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        if !matches!(wiped, Ok(false)) {
            tracing::info!(?wiped, "another viewer's rows are wiped from the cache later");
        }
    }

    /// Lets go of what was not seen for long and of what is too much, the oldest first.
    pub fn trim(&mut self, today: i64) -> rusqlite::Result<()> {
        self.trim_to(today, MOST_TASKS, MOST_BYTES)
    }

    fn trim_to(&mut self, today: i64, most_tasks: i64, most_bytes: i64) -> rusqlite::Result<()> {
        let number = |on: &Connection, sql: &str| on.query_row(sql, [], |row| row.get::<_, i64>(0));
        let transaction = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        for table in ["pulls", "people", "names"] {
            transaction.execute(&format!("DELETE FROM {table} WHERE seen < ?1"), [today - FORGOTTEN_AFTER])?;
        }
        // A list with a task that goes is not kept whole any more.
        let forget = |which: &str, number: i64| {
            let marks =
                format!("DELETE FROM wholes WHERE (host, repo) IN (SELECT host, repo FROM tasks WHERE {which})");
            transaction.execute(&marks, [number])?;
            transaction.execute(&format!("DELETE FROM tasks WHERE {which}"), [number])
        };
        forget("seen < ?1", today - FORGOTTEN_AFTER)?;
        let oldest = "rowid IN (SELECT rowid FROM tasks ORDER BY touched LIMIT ?1)";
        let count = number(&transaction, "SELECT count(*) FROM tasks")?;
        if count > most_tasks {
            forget(oldest, count - most_tasks)?;
        }
        let pages = |on: &Connection| -> rusqlite::Result<i64> {
            Ok((number(on, "PRAGMA page_count")? - number(on, "PRAGMA freelist_count")?)
                * number(on, "PRAGMA page_size")?)
        };
        while pages(&transaction)? > most_bytes {
            let count = number(&transaction, "SELECT count(*) FROM tasks")?;
            if forget(oldest, count / 5 + 1)? == 0 {
                break;
            }
        }
        transaction.commit()?;
        // Each step gives back one page.
        let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut pages = vacuum.query([])?;
        while pages.next()?.is_some() {}
        Ok(())
    }
}

/// Under which name a source is kept. Those of single tasks are told by their rows.
fn key(source: &Source) -> Option<String> {
    match source {
        Source::Tasks(repo) => Some(format!("tasks {repo}")),
        Source::Pulls => Some("pulls".to_owned()),
        _ => None,
    }
}

/// A task and the touch its sessions belong to.
fn read(at: TaskRef, row: &[u8], details: Option<&[u8]>) -> Option<(Task, Option<Instant>)> {
    if row.len() > LARGEST_ROW || details.is_some_and(|details| details.len() > LARGEST_ROW) {
        return None;
    }
    let mut task = task::decode(at, row)?;
    let (touched, sessions) = details.and_then(task::decode_details).unzip();
    task.sessions = sessions;
    Some((task, touched))
}

/// One transaction.
struct Writer<'a> {
    on: &'a Transaction<'a>,
    host: i64,
    /// Days since 1970.
    today: i64,
}

impl Writer<'_> {
    /// What is the same as before is not written again: most answers say what the last one said. Neither is what is older
    /// than what is kept: answers may come out of order, and another console may have heard the newer one. False: it is too
    /// large to be kept.
    fn task(&self, task: &Task) -> rusqlite::Result<bool> {
        let row = task::encode(task);
        if row.len() > LARGEST_ROW {
            return Ok(false);
        }
        let sql = "INSERT INTO tasks (host, id, repo, touched, seen, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (host, id) DO UPDATE
                   SET repo = excluded.repo, touched = excluded.touched, seen = excluded.seen, row = excluded.row
                   WHERE touched <= excluded.touched
                   AND (row <> excluded.row OR repo <> excluded.repo OR seen + ?7 <= excluded.seen)";
        let (id, touched) = (task.at.id.raw(), task.touched_at().timestamp());
        let values = params![self.host, id, task.at.repo.as_str(), touched, self.today, row, SEEN_STEP];
        self.on.prepare_cached(sql)?.execute(values)?;
        if let Some(details) = task::encode_details(task).filter(|details| details.len() <= LARGEST_ROW) {
            let sql = "UPDATE tasks SET details = ?3 WHERE host = ?1 AND id = ?2 AND details IS NOT ?3";
            self.on.prepare_cached(sql)?.execute(params![self.host, id, details])?;
        }
        Ok(true)
    }

    fn diagnosis(&self, id: &TaskId, diagnosed: &Diagnosed) -> rusqlite::Result<()> {
        let row = diagnosis::encode(diagnosed);
        if row.len() > LARGEST_ROW {
            return Ok(());
        }
        let sql = "UPDATE tasks SET diagnosis = ?3 WHERE host = ?1 AND id = ?2 AND diagnosis IS NOT ?3";
        self.on.prepare_cached(sql)?.execute(params![self.host, id.raw(), row]).map(drop)
    }

    fn gone(&self, id: &TaskId) -> rusqlite::Result<()> {
        let sql = "DELETE FROM tasks WHERE host = ?1 AND id = ?2";
        self.on.prepare_cached(sql)?.execute(params![self.host, id.raw()]).map(drop)
    }

    fn pull(&self, at: &PullRef, pull: Option<&Pull>) -> rusqlite::Result<()> {
        let (repo, id) = (at.repo.as_str(), at.id.0.cast_signed());
        let Some(row) = pull.map(pull::encode).filter(|row| row.len() <= LARGEST_ROW) else {
            let sql = "DELETE FROM pulls WHERE host = ?1 AND repo = ?2 AND id = ?3";
            return self.on.prepare_cached(sql)?.execute(params![self.host, repo, id]).map(drop);
        };
        let sql = "INSERT INTO pulls (host, repo, id, seen, row) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (host, repo, id) DO UPDATE SET seen = excluded.seen, row = excluded.row
                   WHERE row <> excluded.row OR seen + ?6 <= excluded.seen";
        self.on.prepare_cached(sql)?.execute(params![self.host, repo, id, self.today, row, SEEN_STEP]).map(drop)
    }

    fn person(&self, person: &Person) -> rusqlite::Result<()> {
        let Some(login) = &person.login else { return Ok(()) };
        let sql = "INSERT OR REPLACE INTO people (host, id, seen, login) VALUES (?1, ?2, ?3, ?4)";
        let values = params![self.host, person.id.0.cast_signed(), self.today, login.raw_for_disk()];
        self.on.prepare_cached(sql)?.execute(values).map(drop)
    }

    fn name(&self, id: u64, name: &RepoName) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO names (host, id, seen, name) VALUES (?1, ?2, ?3, ?4)";
        let values = params![self.host, id.cast_signed(), self.today, name.as_str()];
        self.on.prepare_cached(sql)?.execute(values).map(drop)
    }

    /// Whose the rows are.
    fn owner(&self) -> rusqlite::Result<Option<UserId>> {
        let sql = "SELECT viewer FROM hosts WHERE host = ?1";
        let id: Option<i64> = self.on.prepare_cached(sql)?.query_row([self.host], |row| row.get(0))?;
        Ok(id.map(|id| UserId(id.cast_unsigned())))
    }

    /// Whose the rows are from now on. True: there were some of another viewer, which are dropped.
    fn viewer(&self, viewer: &Viewer) -> rusqlite::Result<bool> {
        let mut dropped = 0;
        if self.owner()? != Some(viewer.id) {
            for table in ["tasks", "pulls", "people", "names", "sources", "wholes"] {
                dropped += self.on.execute(&format!("DELETE FROM {table} WHERE host = ?1"), [self.host])?;
            }
        }
        let sql = "UPDATE hosts SET viewer = ?2, login = ?3
                   WHERE host = ?1 AND (viewer IS NOT ?2 OR login IS NOT ?3)";
        let values = params![self.host, viewer.id.0.cast_signed(), viewer.login.raw_for_disk()];
        self.on.prepare_cached(sql)?.execute(values)?;
        Ok(dropped > 0)
    }

    fn good(&self, source: &Source, at: Instant) -> rusqlite::Result<()> {
        let Some(key) = key(source) else { return Ok(()) };
        let sql = "INSERT OR REPLACE INTO sources (host, source, good_at) VALUES (?1, ?2, ?3)";
        self.on.prepare_cached(sql)?.execute(params![self.host, key, at.timestamp()]).map(drop)
    }

    /// Whole seconds, rounded down: what is a fraction newer is read once more.
    fn whole(&self, repo: &RepoName, mark: &Mark) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO wholes (host, repo, newest, whole_at, pages) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Mark { newest, whole_at, pages } = mark;
        let whole_at = whole_at.map(|at| at.timestamp());
        self.on
            .prepare_cached(sql)?
            .execute(params![self.host, repo.as_str(), newest.timestamp(), whole_at, pages])
            .map(drop)
    }

    /// Where there is no mark there is none to move: the rows it spoke for may have gone to another viewer's.
    fn further(&self, repo: &RepoName, newest: Instant) -> rusqlite::Result<()> {
        let sql = "UPDATE wholes SET newest = ?3 WHERE host = ?1 AND repo = ?2 AND newest < ?3";
        self.on.prepare_cached(sql)?.execute(params![self.host, repo.as_str(), newest.timestamp()]).map(drop)
    }

    fn not_whole(&self, repo: &RepoName) -> rusqlite::Result<()> {
        let sql = "DELETE FROM wholes WHERE host = ?1 AND repo = ?2";
        self.on.prepare_cached(sql)?.execute(params![self.host, repo.as_str()]).map(drop)
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
