//! Recordings of the demo: what is in them, what is not, and that the console shows the same on them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atc::console::keys::Key;
use atc::domain::RepoName;
use atc::runtime::clock::Clock;
use atc::runtime::launch::replay;
use atc::runtime::record::load;
use atc::runtime::record::tape::{Plan, Recorder, Summary};

use crate::harness::{Flow, Setup, TOKEN, noon};

fn plan(file: &Path, anonymous: bool) -> Plan {
    let repos =
        ["acme/billing", "acme/api", "acme/web", "acme/reports"].map(|name| name.parse::<RepoName>().unwrap()).to_vec();
    Plan { file: file.to_owned(), host: "github.com".into(), token_kind: "gho_", repos, anonymous, cap: 64 << 20 }
}

/// What an operator does in both worlds, and the screens on the way.
async fn walk(flow: &Flow) -> Vec<String> {
    let mut screens = Vec::new();
    flow.select("Fix flaky retry test in scheduler").await;
    flow.press(Key::Esc).await;
    flow.sees("following").await;
    for _ in 0..3 {
        flow.pass(Duration::from_secs(40)).await;
        screens.push(flow.text());
    }
    flow.press(Key::Enter).await;
    flow.keys("i").await;
    flow.pass(Duration::from_secs(5)).await;
    screens.push(flow.text());
    screens
}

/// The lines of a screen without what depends on the very moment of a look: the header and the tabs, ages, the dots of what
/// changed since it was looked at, and what a running session has cost by then.
fn told(screen: &str) -> Vec<String> {
    let is_age = |word: &str| {
        let number = word.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or_default();
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
    };
    let words = |line: &str| {
        let words = line.split_whitespace().filter(|word| !word.starts_with('•') && !is_age(word) && *word != "now");
        let words: Vec<_> = words.filter(|word| word.parse::<f64>().is_err() && *word != "cr").collect();
        words.join(" ")
    };
    screen.lines().skip(2).filter(|line| !line.starts_with("──")).map(words).filter(|line| !line.is_empty()).collect()
}

async fn recorded(file: &Path, anonymous: bool) -> (Vec<String>, Summary) {
    let clock = Clock::virtual_from(noon());
    let recorder = Recorder::start(plan(file, anonymous), clock.as_now()).unwrap();
    let flow = Flow::with(Setup { tap: Some(recorder.clone()), read_only: true, ..Setup::default() }).await;
    let screens = walk(&flow).await;
    flow.quit().await;
    (screens, recorder.finish())
}

#[tokio::test(start_paused = true)]
async fn on_a_recording_of_the_demo_the_lines_are_those_the_demo_showed_at_most_a_look_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (shown, summary) = recorded(&file, false).await;
    assert!(summary.answers > 50 && summary.lost == 0 && !summary.full, "{summary:?}");
    assert!(summary.bytes < 4 << 20, "what grows is written once: {} bytes", summary.bytes);

    let recording = load(&file).unwrap();
    assert!(recording.notes.is_empty(), "{:?}", recording.notes);
    let (player, stand, provider) = replay::serve(recording, Clock::virtual_from(noon())).await.unwrap();
    let setup = Setup { provider: Some(Arc::new(provider)), read_only: true, ..Setup::default() };
    let flow = Flow::with(setup).await;
    let replayed = walk(&flow).await;
    let told_at = |n: usize| shown.get(n).map(|screen| told(screen)).unwrap_or_default();
    for (n, screen) in replayed.iter().enumerate() {
        let near: Vec<String> = (n.saturating_sub(1)..=n + 1).flat_map(told_at).collect();
        let strange: Vec<_> = told(screen).into_iter().filter(|line| !near.contains(line)).collect();
        // A look may fall between two of the recorded ones, at a task that was on its way from one state to the next.
        assert!(strange.len() <= 2, "the demo never showed {strange:#?}\n{screen}\nbut\n{}", shown[n]);
        let same = told(screen).iter().filter(|line| told_at(n).contains(line)).count();
        assert!(same * 10 >= told_at(n).len() * 8, "{same} of {} lines at that very moment", told_at(n).len());
    }
    // Looks fall at other moments than they did, and may be at a task that was not looked at one by one then.
    let missed: std::collections::BTreeSet<String> = player.missed().into_iter().collect();
    assert!(missed.len() <= 3 && missed.iter().all(|asked| asked.contains("/tasks/")), "{missed:?}");
    assert_eq!(flow.requests("GET", "/"), 0, "nothing but the recording was asked");
    flow.quit().await;
    drop(stand);
}

#[tokio::test(start_paused = true)]
async fn no_token_stands_in_a_recording_and_nobody_else_can_read_it() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (_, summary) = recorded(&file, false).await;
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

#[tokio::test(start_paused = true)]
async fn an_anonymous_recording_names_nobody_and_is_replayed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.atc");
    let (_, summary) = recorded(&file, true).await;
    assert!(summary.names > 3, "{summary:?}");
    let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
    for name in ["acme", "okafor", "tanaka-r", "lindqvist", "mona serrano"] {
        assert!(!text.contains(name), "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the one with names is gone");
    let recording = load(&file).unwrap();
    assert!(recording.anonymous && recording.repos[0].as_str() == "owner-1/repo-1", "{:?}", recording.repos);
    let (_player, _stand, provider) = replay::serve(recording.clone(), Clock::virtual_from(noon())).await.unwrap();
    let setup =
        Setup { provider: Some(Arc::new(provider)), read_only: true, repos: Some(recording.repos), ..Setup::default() };
    let flow = Flow::with(setup).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.press(Key::Esc).await;
    let screen = flow.sees("following").await;
    assert!(screen.contains("repo-") && !screen.contains("acme"), "{screen}");
    flow.quit().await;
}
