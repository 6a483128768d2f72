//! Links on the real screens: which cells have them, where they lead, and what they cost.

use std::time::Duration;

use atc::console::keys::Key;

use crate::harness::{Flow, Setup};

/// The words of each link and where it leads.
fn links(flow: &Flow) -> Vec<(String, String)> {
    let sheet = flow.paper.sheet();
    let words = |link: &atc::console::view::links::Link| -> String {
        (link.area.x..link.area.right()).map(|x| sheet.picture[(x, link.area.y)].symbol()).collect()
    };
    sheet.links.iter().map(|link| (words(link), link.url.clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn numbers_names_and_addresses_lead_to_their_own_pages() {
    let flow = Flow::with(Setup { linked: true, ..Setup::default() }).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.press(Key::Esc).await;
    flow.sees("following").await;
    flow.pass(Duration::from_secs(20)).await;
    let found = links(&flow);
    let numbers = found.iter().filter(|(words, _)| words.starts_with('#')).count();
    assert!(numbers > 5, "{found:?}");
    for (words, url) in &found {
        assert!(url.starts_with("https://github.com/acme/"), "{words}: {url}");
        if let Some(number) = words.strip_prefix('#') {
            assert!(url.ends_with(&format!("/pull/{number}")), "{words}: {url}");
        } else if words.bytes().all(|b| b.is_ascii_digit()) {
            assert!(url.ends_with(&format!("/actions/runs/{words}")), "{words}: {url}");
        } else if !words.starts_with("https://") {
            assert!(words.starts_with("Fix flaky retry") && url.contains("/tasks/"), "{words}: {url}");
        }
    }
    assert!(found.iter().any(|(words, _)| words.starts_with("Fix flaky retry")), "{found:?}");
    flow.press(Key::Enter).await;
    flow.keys("?").await;
    assert_eq!(links(&flow), [], "what is covered leads nowhere");
}

#[tokio::test(start_paused = true)]
async fn moving_the_selection_sends_no_address_of_a_row() {
    let flow = Flow::with(Setup { linked: true, height: 24, width: 100, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("Q").await;
    flow.pass(Duration::from_secs(10)).await;
    let before = flow.paper.sheet().bytes.len();
    flow.keys("j").await;
    let sent = String::from_utf8(flow.paper.sheet().bytes[before..].to_vec()).unwrap();
    let detail = links(&flow).iter().filter(|(words, _)| !words.starts_with('#')).count() + 1;
    assert!(sent.matches("\x1b]8;id=").count() <= detail, "{sent:?}");
    // Nothing new on a screen that stands still.
    let before = flow.paper.sheet().bytes.len();
    flow.key(atc::console::keys::Chord::char('j')).await;
    flow.key(atc::console::keys::Chord::char('k')).await;
    let there_and_back = flow.paper.sheet().bytes.len() - before;
    assert!(there_and_back < 2500, "{there_and_back} bytes");
}
