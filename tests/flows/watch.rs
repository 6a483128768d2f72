//! Watching: tasks appear, logs grow, reviews fill.

use std::time::Duration;

use atc::runtime::app::Exit;
use atc::runtime::signals::Signal;

use crate::harness::{Flow, Setup};

#[tokio::test(start_paused = true)]
async fn the_first_picture_is_drawn_before_anything_is_asked() {
    let flow = Flow::start(80, 24).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let first = flow.sees("loading").await;
    assert!(first.contains("atc"), "{first}");
    flow.sees("All 4").await;
}

#[tokio::test(start_paused = true)]
async fn tasks_of_all_repositories_stand_in_one_queue_in_every_state() {
    let flow = Flow::start(160, 100).await;
    let text = flow.until("forty tasks", |text| text.contains("All 4")).await;
    for repo in ["acme/billing", "acme/api", "acme/web", "acme/reports"] {
        assert!(text.contains(repo), "{repo} is missing:\n{text}");
    }
    flow.keys("z").await;
    let zoomed = |text: &str| text.contains("paused") && !text.contains("── Reviews");
    let text = flow.until("the queue alone", zoomed).await;
    for word in ["running", "queued", "needs you", "idle", "done", "failed", "timed out", "cancelled"] {
        assert!(text.contains(word), "no task is {word}:\n{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn logins_costs_and_pulls_are_joined_to_their_rows() {
    let flow = Flow::start(160, 100).await;
    flow.keys("z").await;
    flow.until("a joined row", |text| {
        text.lines().any(|line| {
            line.contains("Migrate billing to the v3 tax API")
                && line.contains("#1288 draft")
                && line.contains("by mona")
                && line.contains("cr")
        })
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_log_grows_while_it_is_watched_and_only_its_tail_is_parsed() {
    let flow = Flow::start(160, 45).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.sees("live (Copilot API)").await;
    // Paused, what comes is counted.
    flow.keys("lF").await;
    flow.until("new entries", |text| (3..30).any(|n| text.contains(&format!("paused, {n} new")))).await;
    flow.keys("G").await;
    flow.sees("following").await;
    assert!(flow.text().contains("following"));
}

#[tokio::test(start_paused = true)]
async fn a_finished_session_is_read_once_and_then_left_alone() {
    // No other log is read meanwhile.
    let flow = Flow::with(Setup { diagnose: false, ..Setup::default() }).await;
    flow.select("Stream CSV exports").await;
    flow.sees("complete").await;
    flow.pass(Duration::from_secs(5)).await;
    let looks = flow.requests("GET", "/logs");
    flow.pass(Duration::from_mins(2)).await;
    assert!(flow.requests("GET", "/logs") <= looks + 1, "a log that cannot change is not asked for");
}

#[tokio::test(start_paused = true)]
async fn the_tasks_a_cursor_runs_over_are_not_asked_for_but_where_it_rests() {
    let flow = Flow::with(Setup { diagnose: false, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.pass(Duration::from_secs(5)).await;
    let logs = flow.requests("GET", "/logs");
    flow.keys("jjjjjjjjjjjj").await;
    let passed = flow.requests("GET", "/logs") - logs;
    assert!(passed <= 2, "{passed} logs were asked for on the way");
    flow.pass(Duration::from_secs(1)).await;
    assert!(flow.requests("GET", "/logs") > logs + passed, "the log under the cursor is read");
}

#[tokio::test(start_paused = true)]
async fn without_the_copilot_api_the_documented_sources_serve() {
    let flow = Flow::with(Setup { copilot_api: atc::provider::github::CopilotApi::Off, ..Setup::default() }).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.sees("job steps").await;
    assert_eq!(flow.requests("GET", "/agents/sessions"), 0, "switched off means not asked");
}

#[tokio::test(start_paused = true)]
async fn reviews_fill_with_pull_requests_and_what_they_wait_for() {
    let flow = Flow::start(160, 60).await;
    flow.keys("pz").await;
    let text =
        flow.until("reviews", |text| text.contains("changes requested") && text.contains("needs approval")).await;
    for words in ["#1288", "your review", "conflict", "no checks"] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    let graphql = flow.server.requests().iter().filter(|r| r.path == "/graphql").count();
    assert!(graphql <= 6, "{graphql} queries for one screen of reviews");
}

#[tokio::test(start_paused = true)]
async fn a_still_screen_draws_nothing_but_what_changed() {
    let flow = Flow::with(Setup { width: 80, height: 24, diagnose: false, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("?").await;
    flow.pass(Duration::from_secs(2)).await;
    let frames = flow.paper.sheet().frames;
    flow.pass(Duration::from_mins(1)).await;
    let drawn = flow.paper.sheet().frames - frames;
    assert!(drawn <= 20, "{drawn} pictures in a minute under the help");
}

#[tokio::test(start_paused = true)]
async fn q_and_signals_end_it_in_order() {
    let flow = Flow::start(80, 24).await;
    flow.sees("All 4").await;
    let paper = flow.paper.clone();
    assert_eq!(flow.quit().await, Exit::Quit);
    assert_eq!(paper.sheet().left, 1);
    let flow = Flow::start(80, 24).await;
    flow.sees("All 4").await;
    assert_eq!(flow.signal(Signal::End(143)).await.code(), 143);
}

#[tokio::test(start_paused = true)]
async fn no_cell_of_any_pane_holds_what_a_terminal_would_act_on() {
    let flow = Flow::start(160, 45).await;
    flow.select("Escape control characters").await;
    flow.until("its log", |text| text.contains("I'll look at the fixtures")).await;
    for keys in ["l", "a", "G", "Q", "d", "p"] {
        flow.keys(keys).await;
        flow.pass(Duration::from_millis(200)).await;
        let sheet = flow.paper.sheet();
        for cell in &sheet.picture.content {
            let bad = |c: char| {
                c.is_control()
                    || ('\u{202a}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2069}').contains(&c)
                    || ('\u{e0000}'..='\u{e0fff}').contains(&c)
            };
            assert!(!cell.symbol().chars().any(bad), "{:?} after {keys}", cell.symbol());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sources_that_follow_each_other_at_their_own_pace_are_never_said_to_disagree() {
    let flow = Flow::start(160, 100).await;
    flow.keys("z").await;
    flow.until("forty tasks", |text| text.contains("All 4")).await;
    for minute in 0..8 {
        // Another task every time: its details, its run and its log are read, too.
        flow.keys("j").await;
        flow.pass(Duration::from_mins(1)).await;
        let text = flow.text();
        let rows = text.lines().filter(|line| line.contains('≠'));
        // The one of which the service itself says two things.
        let told = |row: &&str| row.contains("Cover the error paths of upl") || row.contains("believe the task");
        let wrong: Vec<&str> = rows.filter(|row| !told(row)).collect();
        assert!(wrong.is_empty(), "after {minute} minutes: {wrong:?}");
    }
    // Of a task that has ended the details are read when it is looked at.
    flow.select("Cover the error paths of upload").await;
    flow.pass(Duration::from_mins(1)).await;
    assert!(flow.row("Cover the error paths of upl").contains('≠'), "{}", flow.text());
}

#[tokio::test(start_paused = true)]
async fn two_seconds_after_the_first_start_every_pull_request_of_every_repository_is_there() {
    let flow = Flow::start(160, 45).await;
    flow.sees("All 4").await;
    flow.pass(Duration::from_secs(2)).await;
    let text = flow.text();
    assert!(text.contains("Reviews · 25 open"), "{text}");
    let waits =
        |line: &str| line.contains(" acme/") && line.contains('…') && !line.contains('#') && !line.contains('–');
    assert!(!text.lines().any(waits), "{text}");
    assert!(flow.requests("POST", "/graphql") <= 4, "in few questions");
}
