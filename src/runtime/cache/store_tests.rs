//! The store's own tests, against files in a folder of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::PathBuf;

use chrono::TimeDelta;

use super::*;
use crate::domain::{Artifact, Session, SessionId, State};

const GITHUB: &str = "https://api.github.com/";

fn noon() -> Instant {
    Instant::from_timestamp(1_795_176_000, 0).unwrap()
}

fn today() -> i64 {
    noon().timestamp() / 86_400
}

fn repo() -> RepoName {
    "acme/api".parse().unwrap()
}

fn task(id: &str, minutes_ago: i64) -> Task {
    let at = noon() - TimeDelta::minutes(minutes_ago);
    Task {
        beyond: crate::domain::Beyond::default(),
        at: TaskRef { repo: repo(), id: TaskId::new(id) },
        name: "Fix the flaky test".into(),
        state: State::Completed,
        created_at: at,
        updated_at: Some(at),
        archived_at: None,
        creator: Some(Person { id: UserId(7), login: None }),
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: vec![Artifact::Pull { id: PullId(u64::MAX), node: None, state: None }],
        html_url: None,
        sessions: None,
    }
}

fn detailed(mut task: Task) -> Task {
    task.sessions = Some(vec![Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: SessionId::new("s1"),
        state: State::Completed,
        name: None,
        prompt: Some("fix it".into()),
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: task.created_at,
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    }]);
    task
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("cache").join("cache.db")
    }

    fn open(&self) -> Store {
        self.open_for(GITHUB, 7)
    }

    fn open_for(&self, api: &str, viewer: u64) -> Store {
        let mut store = Store::open(&self.file(), api).unwrap();
        keep(&mut store, Keep::Viewer(Viewer { id: UserId(viewer), login: "hubot".into() }));
        store
    }
}

fn tasks(store: &Store) -> Vec<(Task, Option<Instant>)> {
    let mut all = Vec::new();
    let take = |found: RememberedTask| {
        all.push((found.task, found.sessions_as_of));
        true
    };
    assert_eq!(store.tasks(&repo(), take).unwrap(), 0);
    all
}

#[test]
fn what_a_log_was_found_to_say_stays_with_its_task_and_goes_with_it() {
    let desk = Desk::new();
    let told = |rules| Diagnosed::new(crate::domain::SessionId::new("s1"), rules, []);
    let read = |store: &Store| {
        let mut all = Vec::new();
        let take = |found: RememberedTask| {
            all.push(found.diagnosed);
            true
        };
        store.tasks(&repo(), take).unwrap();
        all
    };
    let mut store = desk.open();
    keep(&mut store, Keep::Diagnosis(TaskId::new("a"), told(1)));
    keep(&mut store, Keep::Tasks(vec![detailed(task("a", 5))]));
    assert_eq!(read(&store), [None], "of a task that is not known nothing is kept");
    keep(&mut store, Keep::Diagnosis(TaskId::new("a"), told(2)));
    // A newer answer about the task leaves it.
    keep(&mut store, Keep::Tasks(vec![task("a", 1)]));
    drop(store);
    let mut store = desk.open();
    assert_eq!(read(&store), [Some(told(2))]);
    keep(&mut store, Keep::Gone(vec![TaskId::new("a")]));
    assert_eq!(read(&store), []);
}

fn ids(store: &Store) -> Vec<String> {
    tasks(store).iter().map(|(task, _)| task.at.id.raw().to_owned()).collect()
}

fn keep(store: &mut Store, keep: Keep) {
    store.write(&[keep], today()).unwrap();
}

#[test]
fn what_was_kept_is_there_after_a_restart_newest_first() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("old", 90), detailed(task("new", 5)), task("middle", 30)]));
    keep(&mut store, Keep::Good(Source::Tasks(repo()), noon()));
    keep(&mut store, Keep::Person(Person { id: UserId(u64::MAX), login: Some("mona".into()) }));
    keep(&mut store, Keep::Name(u64::MAX - 1, repo()));
    drop(store);
    let store = Store::open(&desk.file(), GITHUB).unwrap();
    assert_eq!(ids(&store), ["new", "middle", "old"]);
    let new = detailed(task("new", 5));
    assert_eq!(tasks(&store)[0], (new.clone(), Some(new.touched_at())));
    assert_eq!(store.good_at(&Source::Tasks(repo())).unwrap(), Some(noon()));
    assert_eq!(store.good_at(&Source::Pulls).unwrap(), None);
    let known = store.known(today()).unwrap();
    assert_eq!(known.viewer.unwrap().id, UserId(7));
    assert_eq!(known.people, [Person { id: UserId(u64::MAX), login: Some("mona".into()) }]);
    assert_eq!(known.names, [(u64::MAX - 1, repo())]);
}

#[test]
fn a_list_row_keeps_the_details_and_says_of_which_touch_they_are() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![detailed(task("t", 30))]));
    keep(&mut store, Keep::Tasks(vec![task("t", 5)]));
    let [(now, as_of)] = &tasks(&store)[..] else { panic!("one task") };
    assert_eq!(now.touched_at(), task("t", 5).touched_at());
    assert_eq!(now.sessions, detailed(task("t", 30)).sessions);
    assert_eq!(*as_of, Some(task("t", 30).touched_at()));
}

#[test]
fn an_answer_that_says_the_same_writes_nothing() {
    let desk = Desk::new();
    let mut store = desk.open();
    let page = || Keep::Tasks((0..100).map(|n| detailed(task(&format!("t{n}"), n))).collect());
    keep(&mut store, page());
    let changes = store.connection.total_changes();
    keep(&mut store, page());
    assert_eq!(store.connection.total_changes(), changes);
}

#[test]
fn what_is_gone_is_gone_and_so_is_a_pull_that_is_not_visible() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("a", 1), task("b", 2)]));
    keep(&mut store, Keep::Gone(vec![TaskId::new("a"), TaskId::new("never")]));
    assert_eq!(ids(&store), ["b"]);
    let at = PullRef { repo: repo(), id: PullId(u64::MAX), node: None };
    let row = r#"{"o":"PR_1","R":"acme/api","n":1,"t":"x","h":"h","s":"draft","b":"b","r":"r","c":1,"u":2,"p":3,"m":4,"v":{"w":"none"},"g":{"w":"yes"}}"#;
    let pull = pull::decode(at.id, row.as_bytes()).unwrap();
    keep(&mut store, Keep::Pulls(vec![(at.clone(), Some(pull.clone()))]));
    let mut seen = Vec::new();
    assert_eq!(store.pulls(&repo(), |at, pull| seen.push((at.id, pull))).unwrap(), 0);
    assert_eq!(seen, [(at.id, pull)]);
    keep(&mut store, Keep::Pulls(vec![(at, None)]));
    store.pulls(&repo(), |_, _| panic!("it is gone")).unwrap();
}

#[test]
fn two_services_in_one_file_never_mix_and_one_is_emptied_alone() {
    let desk = Desk::new();
    let (mut here, mut tenant) = (desk.open(), desk.open_for("https://api.acme.ghe.com/", 1));
    keep(&mut here, Keep::Tasks(vec![task("same", 1)]));
    assert!(tasks(&tenant).is_empty());
    keep(&mut tenant, Keep::Tasks(vec![task("same", 50)]));
    keep(&mut here, Keep::Viewer(Viewer { id: UserId(8), login: "y".into() }));
    assert!(tasks(&here).is_empty());
    assert_eq!(tasks(&tenant)[0].0.touched_at(), task("same", 50).touched_at());
    assert_eq!(tenant.known(today()).unwrap().viewer.unwrap().id, UserId(1));
}

#[test]
fn nothing_is_written_before_it_is_known_for_whom() {
    let desk = Desk::new();
    let mut store = Store::open(&desk.file(), GITHUB).unwrap();
    keep(&mut store, Keep::Tasks(vec![task("whose", 1)]));
    assert!(tasks(&store).is_empty());
    drop(desk.open());
    keep(&mut store, Keep::Tasks(vec![task("still-whose", 1)]));
    assert!(tasks(&store).is_empty(), "that another console knows its viewer says nothing about this one's");
}

#[test]
fn a_console_of_another_viewer_takes_the_cache_over_and_the_first_one_adds_nothing_to_it() {
    let desk = Desk::new();
    let mut first = desk.open_for(GITHUB, 1);
    keep(&mut first, Keep::Tasks(vec![task("first", 1)]));
    keep(&mut first, Keep::Person(Person { id: UserId(3), login: Some("mona".into()) }));
    let mut second = desk.open_for(GITHUB, 2);
    assert!(tasks(&second).is_empty() && second.known(today()).unwrap().people.is_empty());
    keep(&mut first, Keep::Tasks(vec![task("first", 1)]));
    keep(&mut second, Keep::Tasks(vec![task("second", 1)]));
    assert_eq!(ids(&second), ["second"]);
}

#[test]
fn a_row_that_cannot_be_read_is_left_out_and_counted() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("good", 1), task("bad", 2), task("worse", 3), detailed(task("half", 4))]));
    let broken = "UPDATE tasks SET row = '{\"n\":1' WHERE id = 'bad'; UPDATE tasks SET row = '' WHERE id = 'worse';
                  UPDATE tasks SET details = '[]' WHERE id = 'half'";
    store.connection.execute_batch(broken).unwrap();
    let mut read = Vec::new();
    let bad = store.tasks(&repo(), |found| {
        read.push((found.task.at.id.raw().to_owned(), found.sessions_as_of));
        true
    });
    assert_eq!(bad.unwrap(), 2);
    // Without its details a task is what a list says of it: they are asked for again.
    assert_eq!(read, [("good".to_owned(), None), ("half".to_owned(), None)]);
    keep(&mut store, Keep::Tasks(vec![task("bad", 2)]));
    let read = store.tasks(&repo(), |_| true).unwrap();
    assert_eq!(read, 1, "the next answer mends the row");
}

#[test]
fn what_was_not_seen_for_long_is_forgotten_and_what_is_seen_stays() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("left", 1), task("listed", 2)]));
    keep(&mut store, Keep::Person(Person { id: UserId(1), login: Some("mona".into()) }));
    let later = today() + FORGOTTEN_AFTER + 1;
    store.write(&[Keep::Tasks(vec![task("listed", 2)])], later - 1).unwrap();
    store.trim(later).unwrap();
    assert_eq!(ids(&store), ["listed"]);
    assert!(store.known(today()).unwrap().people.is_empty());
}

#[test]
fn a_login_is_asked_for_again_after_a_month() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Person(Person { id: UserId(1), login: Some("mona".into()) }));
    assert_eq!(store.known(today() + ASKED_AGAIN_AFTER - 1).unwrap().people.len(), 1);
    assert!(store.known(today() + ASKED_AGAIN_AFTER).unwrap().people.is_empty());
}

#[test]
fn too_many_and_too_large_loses_the_oldest_and_gives_the_space_back() {
    let desk = Desk::new();
    let mut store = desk.open();
    let mut many: Vec<Task> = (0..300).map(|n| task(&format!("t{n}"), n)).collect();
    keep(&mut store, Keep::Tasks(many.clone()));
    store.trim_to(today(), 100, MOST_BYTES).unwrap();
    assert_eq!(ids(&store), (0..100).map(|n| format!("t{n}")).collect::<Vec<_>>());
    for task in &mut many {
        task.name = "x".repeat(10_000).into();
    }
    keep(&mut store, Keep::Tasks(many));
    store.trim_to(today(), 1000, 1024 * 1024).unwrap();
    let left = ids(&store);
    assert!(left.len() > 40 && left.len() < 105 && left[0] == "t0", "{} left", left.len());
    store.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    assert!(std::fs::metadata(desk.file()).unwrap().len() < 1_200_000);
}

#[test]
fn a_monstrous_row_is_not_kept() {
    let desk = Desk::new();
    let mut store = desk.open();
    let mut monster = detailed(task("t", 1));
    if let Some(sessions) = &mut monster.sessions {
        sessions[0].prompt = Some("x".repeat(LARGEST_ROW).into());
    }
    keep(&mut store, Keep::Tasks(vec![monster.clone()]));
    assert_eq!(tasks(&store)[0].0.sessions, None);
    monster.at.id = TaskId::new("u");
    monster.name = "x".repeat(LARGEST_ROW).into();
    keep(&mut store, Keep::Tasks(vec![monster]));
    assert_eq!(ids(&store), ["t"]);
}

#[test]
fn a_file_that_is_there_is_opened_and_read_without_a_write() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![detailed(task("a", 1))]));
    drop(store);
    let before = std::fs::read(desk.file()).unwrap();
    let store = Store::open(&desk.file(), GITHUB).unwrap();
    assert!(store.known(today()).unwrap().viewer.is_some());
    assert_eq!(tasks(&store).len(), 1);
    let log = desk.file().with_file_name("cache.db-wal");
    assert_eq!(std::fs::metadata(log).map_or(0, |meta| meta.len()), 0);
    assert_eq!(std::fs::read(desk.file()).unwrap(), before);
}

fn mark(minutes_ago: i64) -> Mark {
    let at = noon() - TimeDelta::minutes(minutes_ago);
    Mark { newest: at, whole_at: Some(at), pages: 3 }
}

fn further(minutes_ago: i64) -> Keep {
    Keep::Further(repo(), mark(minutes_ago).newest)
}

fn newest(desk: &Desk) -> Option<Instant> {
    Store::open(&desk.file(), GITHUB).unwrap().mark(&repo()).unwrap().map(|mark| mark.newest)
}

#[test]
fn that_a_list_is_kept_whole_is_there_after_a_restart_and_moves_on_but_never_back() {
    let desk = Desk::new();
    let mut store = desk.open();
    assert_eq!(store.mark(&repo()).unwrap(), None);
    keep(&mut store, Keep::Whole(repo(), mark(30)));
    assert_eq!(store.mark(&repo()).unwrap(), Some(mark(30)));
    keep(&mut store, further(10));
    keep(&mut store, further(20));
    drop(store);
    let moved = Mark { newest: mark(10).newest, ..mark(30) };
    assert_eq!(Store::open(&desk.file(), GITHUB).unwrap().mark(&repo()).unwrap(), Some(moved));
    let mut store = desk.open();
    keep(&mut store, further(5));
    assert_eq!(newest(&desk), Some(moved.newest), "a run that did not go on from the mark does not move it");
    store.trust(repo());
    keep(&mut store, further(5));
    assert_eq!(newest(&desk), Some(mark(5).newest));
}

#[test]
fn what_was_lost_once_holds_the_mark_where_it_was_until_the_list_was_read_whole_again() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Whole(repo(), mark(30)));
    store.doubt();
    keep(&mut store, further(10));
    assert_eq!(newest(&desk), Some(mark(30).newest));
    keep(&mut store, Keep::Whole(repo(), mark(9)));
    keep(&mut store, further(8));
    assert_eq!(newest(&desk), Some(mark(8).newest));
}

#[test]
fn a_list_with_a_row_that_is_let_go_or_was_never_kept_is_not_kept_whole() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("a", 1), task("b", 2)]));
    keep(&mut store, Keep::Whole(repo(), mark(1)));
    store.trim_to(today(), 2, MOST_BYTES).unwrap();
    assert!(newest(&desk).is_some(), "nothing had to go");
    store.trim_to(today(), 1, MOST_BYTES).unwrap();
    assert_eq!(newest(&desk), None, "one too many");
    keep(&mut store, Keep::Whole(repo(), mark(1)));
    store.trim(today() + FORGOTTEN_AFTER + 1).unwrap();
    assert_eq!(newest(&desk), None, "too old");
    keep(&mut store, Keep::Whole(repo(), mark(1)));
    let mut monster = task("m", 1);
    monster.name = "x".repeat(LARGEST_ROW).into();
    keep(&mut store, Keep::Tasks(vec![monster]));
    keep(&mut store, further(0));
    assert_eq!(newest(&desk), Some(mark(1).newest), "up to there it is whole");
    keep(&mut store, Keep::Whole(repo(), mark(0)));
    assert_eq!(newest(&desk), None, "too large");
}

#[test]
fn a_mark_goes_with_the_viewer_whose_rows_it_speaks_for_and_does_not_come_back_without_them() {
    let desk = Desk::new();
    let mut first = desk.open_for(GITHUB, 1);
    keep(&mut first, Keep::Whole(repo(), mark(30)));
    let mut second = desk.open_for(GITHUB, 2);
    assert_eq!(newest(&desk), None);
    keep(&mut second, Keep::Viewer(Viewer { id: UserId(1), login: "x".into() }));
    keep(&mut first, further(1));
    assert_eq!(newest(&desk), None, "the rows are gone");
}

#[test]
fn an_older_answer_does_not_overwrite_a_newer_one() {
    let desk = Desk::new();
    let mut store = desk.open();
    keep(&mut store, Keep::Tasks(vec![task("t", 5)]));
    keep(&mut store, Keep::Tasks(vec![task("t", 30)]));
    assert_eq!(tasks(&store)[0].0.touched_at(), task("t", 5).touched_at());
}
