//! What the console remembers of its operator from one start to the next, and two consoles of one operator.

use atc::console::keys::{Chord, Key};

use crate::harness::{Flow, Setup};

fn setup(dir: &std::path::Path) -> Setup {
    Setup { width: 160, height: 45, seat: Some(dir.to_owned()), ..Setup::default() }
}

async fn command(flow: &Flow, text: &str) {
    flow.keys(":").await;
    flow.keys(text).await;
    flow.press(Key::Enter).await;
}

#[tokio::test(start_paused = true)]
async fn lines_and_sizes_are_there_again_at_the_next_start_and_the_tour_is_offered_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = Flow::with(setup(dir.path())).await;
    first.sees("new here? :tour").await;
    first.sees("All 4").await;
    command(&first, "sort age").await;
    command(&first, "grep password=hunter2").await;
    first.press(Key::Esc).await;
    first.keys("Q+++").await;
    let tall = first.text().lines().position(|line| line.starts_with("── Log")).unwrap();
    first.quit().await;
    let kept = std::fs::read_to_string(dir.path().join("typed.json")).unwrap();
    assert!(kept.contains(":sort age") && !kept.contains("hunter2"), "{kept}");

    let second = Flow::with(setup(dir.path())).await;
    second.sees("All 4").await;
    assert!(!second.text().contains("new here?"), "{}", second.text());
    let now = second.text().lines().position(|line| line.starts_with("── Log")).unwrap();
    assert_eq!(now, tall, "the panes stand as they were left: {}", second.text());
    second.keys(":so").await;
    second.press(Key::Up).await;
    second.sees(":sort age").await;
    second.press(Key::Esc).await;
    command(&second, "history clear").await;
    second.sees("is forgotten").await;
    second.quit().await;
    let kept = std::fs::read_to_string(dir.path().join("typed.json")).unwrap();
    assert_eq!(kept, "{}");
}

#[tokio::test(start_paused = true)]
async fn two_consoles_lose_none_of_each_others_lines() {
    let dir = tempfile::tempdir().unwrap();
    let one = Flow::with(setup(dir.path())).await;
    one.sees("All 4").await;
    let two = Flow::with(setup(dir.path())).await;
    two.sees("All 4").await;
    command(&one, "sort age").await;
    command(&two, "sort name").await;
    command(&one, "group repo").await;
    one.quit().await;
    two.quit().await;
    let kept = std::fs::read_to_string(dir.path().join("typed.json")).unwrap();
    for line in [":sort age", ":sort name", ":group repo"] {
        assert!(kept.contains(line), "{line} is lost: {kept}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_runs_and_the_palette_leads_to_a_real_task_and_back() {
    let flow = Flow::with(Setup { aliases: vec![("mine", "filter user:@me")], ..Setup::default() }).await;
    flow.sees("All 4").await;
    command(&flow, "mine is:active").await;
    flow.sees("user:@me is:active").await;
    flow.press(Key::Esc).await;
    flow.key(Chord::ctrl('k')).await;
    flow.keys("flaky retry").await;
    flow.sees("Fix flaky retry test in scheduler").await;
    flow.press(Key::Esc).await;
    flow.key(Chord::ctrl('k')).await;
    flow.keys("reviews").await;
    flow.press(Key::Enter).await;
    flow.sees("Reviews ·").await;
    flow.key(Chord::alt(Key::Left)).await;
    flow.until("the queue has the keys again", |text| text.contains("enter log")).await;
    flow.quit().await;
}
