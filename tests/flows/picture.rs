//! The README's pictures, drawn from the real screens of the demo on its own clock: the same each time, to the last sign.
//! `ATC_UPDATE_DOCS=1 cargo test --test flows picture` draws those in `assets` anew. Any other:
//! `ATC_PICTURE=log:120x36:light:out.svg cargo test --test flows picture_of`.

use std::time::Duration;

use atc::console::keys::{Chord, Key};

use crate::harness::{Flow, Setup, exactly};
use crate::keep::keep_equal;
use crate::svg::{self, DARK, LIGHT, Paper};

const SCENES: [(&str, &str); 5] = [
    ("queue", "atc: the queue of tasks, the detail of the selected one, its live log and the reviews"),
    ("log", "atc: the log of a running session, searched for a word"),
    ("compose", "atc: a prompt template being filled in to start a task"),
    ("reviews", "atc: pull requests by agents, and whom each waits for"),
    ("inbox", "atc: the inbox, what happened and what waits for the operator"),
];

async fn scene(name: &str, (width, height): (u16, u16), paper: Paper) -> String {
    let title = SCENES.iter().find(|(scene, _)| *scene == name).unwrap_or_else(|| panic!("there is no scene {name}")).1;
    let flow = Flow::with(Setup { width, height, exact: true, ..Setup::default() }).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.press(Key::Esc).await;
    flow.pass(Duration::from_secs(90)).await;
    match name {
        "log" => {
            flow.press(Key::Enter).await;
            flow.pass(Duration::from_secs(1)).await;
            flow.keys("z/retry").await;
            flow.press(Key::Enter).await;
        }
        "compose" => {
            flow.keys("n").await;
            flow.sees("Fix a flaky test").await;
            flow.press(Key::Enter).await;
            flow.sees("Prompt").await;
            flow.keys("scheduler::retry").await;
            flow.sees("ready to start").await;
        }
        "reviews" => flow.keys("pz").await,
        "inbox" => flow.keys("I").await,
        _ => {}
    }
    flow.pass(Duration::from_secs(2)).await;
    // An age may read as old as the picture it stands in.
    flow.settle().await;
    flow.key(Chord::ctrl('l')).await;
    svg::draw(&flow.paper.sheet().picture, title, paper)
}

#[test]
fn the_readme_shows_the_dashboard_as_it_is() {
    let picture = exactly(scene("queue", (150, 42), DARK));
    for words in ["Queue", "Log", "Reviews", "running", "<title"] {
        assert!(picture.contains(words), "{words} is missing");
    }
    keep("dashboard.svg", &picture);
}

#[test]
fn the_readme_shows_a_log_as_it_is() {
    let picture = exactly(scene("log", (120, 32), DARK));
    assert!(picture.contains("retry"));
    keep("log.svg", &picture);
}

/// Drawn anew when asked to.
fn keep(name: &str, picture: &str) {
    let found = std::fs::read_to_string(asset(name)).unwrap_or_default();
    keep_equal(&format!("assets/{name}"), &found, picture);
}

pub fn asset(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// The picture that is asked for in the environment; without one, every scene once, so that all can be asked for.
#[test]
fn picture_of_any_scene_size_and_paper_can_be_had() {
    let Ok(asked) = std::env::var("ATC_PICTURE") else {
        for (name, _) in &SCENES[2..] {
            assert!(exactly(scene(name, (100, 30), LIGHT)).contains(LIGHT.ground), "{name}");
        }
        return;
    };
    let parts: Vec<&str> = asked.splitn(4, ':').collect();
    let [name, size, paper, file] = parts[..] else { panic!("ATC_PICTURE is SCENE:COLUMNSxROWS:dark|light:FILE") };
    let (width, height) = size.split_once('x').expect("a size is COLUMNSxROWS");
    let paper = if paper == "light" { LIGHT } else { DARK };
    let picture = exactly(scene(name, (width.parse().unwrap(), height.parse().unwrap()), paper));
    std::fs::write(file, picture).unwrap();
}
