//! The README's pictures, drawn from the real screens of the demo: `ATC_UPDATE_DOCS=1 cargo test --test flows picture`.

use std::time::Duration;

use crate::harness::Flow;
use crate::svg;

#[tokio::test(start_paused = true)]
async fn the_readme_shows_the_dashboard_as_it_is() {
    let flow = Flow::start(150, 42).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.press(atc::console::keys::Key::Esc).await;
    flow.sees("following").await;
    flow.pass(Duration::from_secs(90)).await;
    let picture = svg::draw(&flow.paper.sheet().picture);
    for words in ["Queue", "Log", "Reviews", "running"] {
        assert!(picture.contains(words), "{words} is missing");
    }
    if std::env::var_os("ATC_UPDATE_DOCS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/dashboard.svg");
        std::fs::write(path, picture).unwrap();
    }
}
