//! Recordings of the demo: what is in them, what is not, and that the console shows the same on them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Stand;
use atc::domain::RepoName;
use atc::provider::Tap;
use atc::provider::github::GitHub;
use atc::runtime::clock::Clock;
use atc::runtime::launch::replay;
use atc::runtime::record::tape::{Plan, Recorder, Summary};
use atc::runtime::record::{Player, Recording, load};
use ratatui::buffer::Buffer;

use crate::harness::{Flow, Setup, TOKEN, exactly, noon};

fn plan(file: &Path, anonymous: bool) -> Plan {
    let repos =
        ["acme/billing", "acme/api", "acme/web", "acme/reports"].map(|name| name.parse::<RepoName>().unwrap()).to_vec();
    Plan { file: file.to_owned(), host: "github.com".into(), token_kind: "gho_", repos, anonymous, cap: 64 << 20 }
}

fn same() -> Setup {
    Setup { read_only: true, exact: true, ..Setup::default() }
}

/// What an operator does in both worlds, and the screens on the way.
async fn walk(flow: &Flow) -> Vec<Buffer> {
    let mut screens = Vec::new();
    let look = async |screens: &mut Vec<Buffer>, seconds: u64| {
        flow.pass(Duration::from_secs(seconds)).await;
        // An age may read as old as the picture it stands in: both worlds draw theirs at the same moment, and after whatever
        // comes at that moment, in whichever order.
        flow.settle().await;
        flow.key(Chord::ctrl('l')).await;
        screens.push(flow.paper.sheet().picture.clone());
    };
    look(&mut screens, 1).await;
    flow.select("Fix flaky retry test in scheduler").await;
    look(&mut screens, 1).await;
    flow.press(Key::Esc).await;
    flow.sees("following").await;
    for _ in 0..6 {
        look(&mut screens, 10).await;
    }
    flow.press(Key::Enter).await;
    flow.keys("i").await;
    look(&mut screens, 5).await;
    flow.press(Key::Esc).await;
    flow.keys("2").await;
    for _ in 0..2 {
        flow.keys("j").await;
        look(&mut screens, 15).await;
    }
    screens
}

/// Where two pictures are not the same, line by line.
fn differing(one: &Buffer, other: &Buffer) -> String {
    let line = |picture: &Buffer, y: u16| (0..picture.area.width).map(|x| picture[(x, y)].symbol()).collect::<String>();
    let same = |y: &u16| (0..one.area.width).all(|x| one[(x, *y)] == other[(x, *y)]);
    let rows = (0..one.area.height).filter(|y| !same(y));
    let told = |y| format!("{y:2} - {}\n   + {}", line(one, y).trim_end(), line(other, y).trim_end());
    rows.map(told).collect::<Vec<_>>().join("\n")
}

async fn recorded(file: &Path, anonymous: bool, setup: Setup) -> (Vec<Buffer>, Summary) {
    let clock = Clock::virtual_from(noon());
    let recorder = Recorder::start(plan(file, anonymous), clock.as_now()).unwrap();
    let tap: Arc<dyn Tap> = recorder.clone();
    let flow = Flow::with(Setup { tap: Some(tap), ..setup }).await;
    let screens = walk(&flow).await;
    flow.quit().await;
    (screens, recorder.finish())
}

/// The player, and what a flow needs to ask it.
async fn replayed(recording: Recording) -> (Arc<Player>, Option<Arc<Stand>>, Option<Arc<GitHub>>) {
    let (player, stand, provider) = replay::serve(recording, Clock::virtual_from(noon())).await.unwrap();
    (player, Some(Arc::new(stand)), Some(Arc::new(provider)))
}

#[test]
fn on_a_recording_of_the_demo_every_screen_is_the_one_the_demo_showed_cell_by_cell() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (shown, summary) = exactly(recorded(&file, false, same()));
    assert!(summary.answers > 50 && summary.lost == 0 && !summary.full, "{summary:?}");
    assert!(summary.bytes < 4 << 20, "what grows is written once: {} bytes", summary.bytes);
    let recording = load(&file).unwrap();
    assert!(recording.notes.is_empty(), "{:?}", recording.notes);
    exactly(async {
        let (player, stand, provider) = replayed(recording).await;
        let flow = Flow::with(Setup { provider, stand, ..same() }).await;
        let replayed = walk(&flow).await;
        assert_eq!(replayed.len(), shown.len());
        for (n, (shown, replayed)) in shown.into_iter().zip(replayed).enumerate() {
            assert!(shown == replayed, "picture {n}:\n{}", differing(&shown, &replayed));
        }
        let missed = player.missed();
        assert!(missed.is_empty(), "{missed:?}");
        assert_eq!(flow.requests("GET", "/"), 0, "nothing but the recording was asked");
        flow.quit().await;
    });
}

#[test]
fn no_token_stands_in_a_recording_and_nobody_else_can_read_it() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (_, summary) = exactly(recorded(&file, false, same()));
    let text = std::fs::read_to_string(&file).unwrap();
    for canary in [TOKEN, "gho_", "ghp_", "Bearer ", "authorization", "cookie", "sig="] {
        let head = text.lines().next().unwrap().len();
        assert!(!text[head..].to_lowercase().contains(&canary.to_lowercase()), "{canary}");
    }
    assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert!(summary.words(&file).contains("every request header"), "{}", summary.words(&file));
    assert!(
        Recorder::start(plan(&file, false), Clock::virtual_from(noon()).as_now()).is_err(),
        "it is not written over"
    );
}

#[test]
fn an_anonymous_recording_names_nobody_and_is_replayed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (_, summary) = exactly(recorded(&file, true, same()));
    assert!(summary.names > 3, "{summary:?}");
    let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
    for name in ["acme", "okafor", "tanaka-r", "lindqvist", "mona serrano"] {
        assert!(!text.contains(name), "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the one with names is gone");
    let recording = load(&file).unwrap();
    assert!(recording.anonymous && recording.repos[0].as_str() == "owner-1/repo-1", "{:?}", recording.repos);
    exactly(async {
        let (_player, stand, provider) = replayed(recording.clone()).await;
        let setup = Setup { provider, stand, repos: Some(recording.repos), ..same() };
        let flow = Flow::with(setup).await;
        flow.select("Fix flaky retry test in scheduler").await;
        flow.press(Key::Esc).await;
        let screen = flow.sees("following").await;
        assert!(screen.contains("repo-") && !screen.contains("acme"), "{screen}");
        flow.quit().await;
    });
}
