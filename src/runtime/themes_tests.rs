//! Theme files that change, break and are whole again while the console runs.

#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::domain::look::{Ink, Tone};

struct Bench {
    folder: tempfile::TempDir,
    watch: Watch,
    events: mpsc::Receiver<Event>,
}

impl Bench {
    fn new(chosen: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = theme::Themes::new(folder.path().join("themes"));
        fs::create_dir(&files.folder).unwrap();
        let (sender, events) = mpsc::channel(8);
        let look = Look { themes: at_start(&files, chosen), ..Look::default() };
        let at = chrono::DateTime::UNIX_EPOCH;
        let watch = Watch::new(files, chosen, &look, sender, Arc::new(move || at));
        Self { folder, watch, events }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("themes").join(name), text).unwrap();
    }

    /// What was told, if anything was.
    fn told(&mut self) -> Option<(bool, Result<Themes, String>)> {
        let event = self.events.try_recv().ok()?;
        let What::Local(Local::Themes { asked, read }) = event.what else { return None };
        Some((asked, read.map(|themes| *themes).map_err(|fault| fault.to_string())))
    }
}

#[test]
fn a_theme_that_changes_is_told_one_that_does_not_is_not() {
    let mut bench = Bench::new("auto");
    bench.watch.read(None);
    assert!(bench.told().is_none());
    bench.write("sea.toml", "[accent]\nfg = \"blue\"");
    bench.watch.read(None);
    let (asked, themes) = bench.told().unwrap();
    assert!(!asked && themes.unwrap().names.iter().any(|name| name.as_str() == "sea"));

    bench.watch.read(Some("sea".to_owned()));
    let (asked, themes) = bench.told().unwrap();
    let accent = |themes: &Themes| themes.named.unwrap().paint(Tone::Accent).fg;
    assert!(asked && accent(&themes.unwrap()) == Some(Ink::Ansi(4)));
    bench.watch.read(None);
    assert!(bench.told().is_none());

    bench.write("sea.toml", "[accent]\nfg = \"red\"");
    bench.watch.read(None);
    assert_eq!(accent(&bench.told().unwrap().1.unwrap()), Some(Ink::Ansi(1)));
}

#[test]
fn a_file_that_breaks_is_told_once_with_its_place_and_again_when_it_is_whole() {
    let mut bench = Bench::new("auto");
    bench.write("sea.toml", "[accent]\nfg = \"blue\"");
    bench.watch.read(Some("sea".to_owned()));
    assert!(bench.told().unwrap().1.is_ok());
    bench.write("sea.toml", "[accent]\nfg = \"bleu\"");
    bench.watch.read(None);
    let (_, wrong) = bench.told().unwrap();
    assert!(wrong.unwrap_err().contains("sea.toml:2:6: accent.fg: `bleu` is no colour"));
    bench.watch.read(None);
    assert!(bench.told().is_none(), "the same fault is told once");
    bench.write("sea.toml", "[accent]\nfg = \"blue\"");
    bench.watch.read(None);
    assert!(bench.told().unwrap().1.is_ok());
}

#[test]
fn a_theme_that_is_asked_for_in_vain_leaves_the_one_that_is_there() {
    let mut bench = Bench::new("light");
    bench.watch.read(Some("nosuch".to_owned()));
    assert!(bench.told().unwrap().1.is_err());
    bench.watch.read(None);
    assert!(bench.told().is_none(), "light is still chosen and unchanged");
}

#[test]
fn a_broken_theme_at_the_start_is_painted_as_if_none_was_chosen_and_told_when_the_screen_stands() {
    let mut bench = Bench::new("mine");
    bench.watch.read(None);
    assert!(bench.told().unwrap().1.unwrap_err().contains("there is no theme “mine”"));
    bench.write("dark.toml", "nonsense");
    let files = theme::Themes::new(bench.folder.path().join("themes"));
    let start = at_start(&files, "mine");
    assert_eq!((start.name.as_str(), start.dark), (AUTO, Palette::default()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_written_or_put_in_place_is_noticed_without_anybody_looking() {
    let mut bench = Bench::new("auto");
    let watch = bench.watch.clone();
    thread::spawn(move || watch.listen());
    // Until somebody listens nothing is told: write until it is.
    let mut n = 0;
    let themes = loop {
        n += 1;
        bench.write("new", &format!("[accent]\nfg = {}", n % 256));
        let folder = bench.folder.path().join("themes");
        fs::rename(folder.join("new"), folder.join("sea.toml")).unwrap();
        if let Some((_, themes)) = bench.told() {
            break themes.unwrap();
        }
        thread::yield_now();
    };
    assert!(themes.names.iter().any(|name| name.as_str() == "sea"));
}
