//! A console that ends and starts again: the picture of the last end is there before anything is answered.

use std::path::Path;
use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::domain::RepoName;
use atc::runtime::cache::store::Store;
use chrono::TimeDelta;

use crate::harness::{Flow, Setup};

fn setup(file: &Path) -> Setup {
    Setup { cache: Some(file.to_owned()), ..Setup::default() }
}

/// Watches for a while, ends, and returns when all of it is on disk. The cache's thread works in real time.
async fn first_run(file: &Path) -> Flow {
    let flow = Flow::with(setup(file)).await;
    flow.sees("Migrate billing").await;
    flow.sees("#1288").await;
    flow.pass(Duration::from_secs(20)).await;
    flow
}

/// How many tasks are kept, once there are that many.
fn kept(file: &Path, flow: &Flow) -> usize {
    let on_screen: usize = {
        let text = flow.text();
        let count = text.split("All ").nth(1).expect("a count").split_whitespace().next().unwrap();
        count.parse().unwrap()
    };
    loop {
        let store = Store::open(file, "the demo of these tests").unwrap();
        let mut found = 0;
        for repo in flow.server.repos() {
            let bad = store.tasks(repo, |_| {
                found += 1;
                true
            });
            assert_eq!(bad.unwrap(), 0);
        }
        if found >= on_screen {
            return found;
        }
        std::thread::yield_now();
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_screen_after_a_restart_shows_the_old_rows_with_their_age_although_the_network_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let flow = first_run(&file).await;
    assert!(kept(&file, &flow) >= 40);
    flow.quit().await;

    let after = TimeDelta::hours(2);
    let flow = Flow::with(Setup { after, hangs: true, ..setup(&file) }).await;
    let text = flow.sees("stale").await;
    assert!(text.contains("stale 2h") || text.contains("stale 1h"), "{text}");
    for words in ["Migrate billing to the v3 tax API", "by mona", "#1288"] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    // The network is still asked, and that it does not answer is told beside the rows that stay.
    let text = flow.sees("failed 1").await;
    assert!(text.contains("Migrate billing"), "{text}");
    flow.server.faults().clear();
    flow.until("the answers", |text| !text.contains("failed 1") && !text.contains("stale")).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_nobodys_name_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let flow = first_run(&file).await;
    let asked = |flow: &Flow| flow.requests("GET", "/user/");
    let people = asked(&flow);
    kept(&file, &flow);
    flow.quit().await;
    let flow = first_run(&file).await;
    assert!(people > 0 && asked(&flow) == 0, "{} people after {people}", asked(&flow));
}

#[tokio::test(start_paused = true)]
async fn what_the_agent_did_about_a_comment_while_nobody_watched_stands_under_its_task_after_a_restart() {
    const TASK: &str = "Migrate billing to the v3 tax API";
    let flow = Flow::start(160, 45).await;
    flow.sees("#1288").await;
    flow.select(TASK).await;
    flow.keys("f").await;
    let text = flow.sees("Follow up").await;
    assert!(text.contains("ctrl+s send   tab where   esc back"), "{text}");
    flow.key(Chord::plain(Key::Tab)).await;
    flow.sees("ctrl+s to the form").await;
    flow.key(Chord::plain(Key::Tab)).await;
    flow.sees("ctrl+s send").await;
    flow.keys("add a test for the rounding").await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Write this comment").await;
    flow.pass(Duration::from_millis(400)).await;
    flow.keys("y").await;
    flow.until("the comment", |_| flow.requests("POST", "/comments") == 1).await;
    flow.pass(Duration::from_secs(1)).await;
    // Half an hour passes at the service while no console runs.
    let setup = flow.broken_off();
    tokio::time::advance(Duration::from_mins(30)).await;
    let flow = Flow::with(Setup { after: setup.after + TimeDelta::minutes(30), ..setup }).await;
    flow.select(TASK).await;
    flow.keys("d").await;
    let text = flow.until("its end", |text| text.contains("it finished") || text.contains("its work failed")).await;
    for words in ["“@copilot add a test for the rounding”", "written 1", "the agent began", "→ session 3"] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    assert_eq!(flow.requests("POST", "/comments"), 1, "nothing is written again");
}

/// Requests for pages of the list.
fn pages(flow: &Flow, repo: &RepoName) -> usize {
    let path = format!("/agents/repos/{repo}/tasks");
    flow.server.requests().iter().filter(|request| request.path == path).count()
}

/// The kept tasks at the end of the list: names and ids.
fn oldest(file: &Path, repo: &RepoName, count: usize) -> Vec<(String, String)> {
    let store = Store::open(file, "the demo of these tests").unwrap();
    let mut all = Vec::new();
    let read = store.tasks(repo, |one| {
        all.push((one.task.name.raw_for_match().to_owned(), one.task.at.id.raw().to_owned()));
        true
    });
    read.unwrap();
    all.split_off(all.len() - count)
}

#[tokio::test(start_paused = true)]
async fn with_five_thousand_tasks_a_restart_asks_for_a_page_and_shows_what_happened_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let flow = Flow::with(setup(&file)).await;
    let repo = flow.server.repos()[0].clone();
    flow.server.add_past(&repo, 5000, 24).unwrap();
    let server = flow.broken_off().server;
    let only = |server, after| Setup { server, after, repos: Some(vec![repo.clone()]), ..setup(&file) };
    let flow = Flow::with(only(server, TimeDelta::zero())).await;
    let before = pages(&flow, &repo);
    let all = |text: &str| text.contains("All 50");
    flow.until("all of them", all).await;
    flow.pass(Duration::from_secs(30)).await;
    let first = pages(&flow, &repo) - before;
    assert!(first > 50, "{first} pages");
    // Killed; what was written is there.
    while Store::open(&file, "the demo of these tests").unwrap().mark(&repo).unwrap().is_none() {
        std::thread::yield_now();
    }
    let mut setup = flow.broken_off();
    tokio::time::advance(Duration::from_mins(10)).await;

    let server = setup.server.take().unwrap();
    let oldest = oldest(&file, &repo, 2);
    let [(failing, failing_id), (_, going_id)] = &oldest[..] else { panic!("two") };
    server.fail_task(failing_id);
    server.archive_task(going_id);
    server.add_past(&repo, 1, 2).unwrap();
    let flow = Flow::with(only(Some(server), setup.after + TimeDelta::minutes(10))).await;
    let before = pages(&flow, &repo);
    flow.until("all of them", all).await;
    flow.pass(Duration::from_secs(30)).await;
    let again = pages(&flow, &repo) - before;
    assert!(again <= 5, "{again} pages after {first}");
    flow.keys("Q/").await;
    flow.keys(&format!("\"{failing}\"")).await;
    let row = |words: &'static str| {
        move |text: &str| text.lines().any(|line| line.contains("Tidy up") && line.contains(words))
    };
    flow.until("it failed meanwhile", row("failed")).await;
}
