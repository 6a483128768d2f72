//! Texts of the console name keys by what they do, never by the key: what stands in the sources is looked through.

use std::fs;
use std::path::{Path, PathBuf};

use atc::keys::keymap::named;
use atc::keys::{Context, Keymap};

/// Every text in double quotes outside of comments and tests, with its file and line.
fn texts() -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console"), &mut files);
    let mut all = Vec::new();
    for file in files {
        let name = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        // What a text area hears is in no table of keys.
        if name.contains("tests") || name.contains("console/keys") || name.ends_with("compose/editor.rs") {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for (n, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let line = line.replace("\\\"", "\u{1}");
            // What is between quotes is every second part; a quoted sign is none of them.
            let line = line.replace("'\"'", "");
            for text in line.split('"').skip(1).step_by(2) {
                all.push((format!("{name}:{}", n + 1), text.to_owned()));
            }
        }
    }
    all
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// The keys of the table, without those that are a word of the language as well.
fn keys() -> Vec<String> {
    let keymap = Keymap::default();
    let every = atc::keys::table::TABLE.iter().flat_map(|(context, _)| keymap.bindings(*context));
    let mut keys: Vec<String> = every.map(|row| row.keys.to_string()).collect();
    keys.retain(|key| !["a", "I", "-", "+", "|", "&", "*"].contains(&key.as_str()));
    keys.sort();
    keys.dedup();
    keys
}

/// What reads as a key and is none.
const WORDS: &[&str] = &["space holds", "end lines"];

/// `x opens it`, `press x`, `ctrl+s …`, at the beginning or behind a sign.
fn names_a_key(text: &str, keys: &[String]) -> Option<String> {
    let text = text.replace(['(', ')', ';', ',', ':', '.', '—', '·'], " \u{2} ");
    let words: Vec<&str> = text.split_whitespace().collect();
    for (n, word) in words.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| words.get(n)).copied().unwrap_or("\u{2}");
        let after = words.get(n + 1).copied().unwrap_or_default();
        let held = word.starts_with("ctrl+") || word.starts_with("alt+");
        let is_key = keys.iter().any(|key| key == word);
        let verb = after.len() > 2 && after.ends_with('s') && after.chars().all(|c| c.is_ascii_lowercase());
        let begins = before == "\u{2}" || ["press", "then", "and", "there"].contains(&before);
        if held || (is_key && (before == "press" || (begins && verb))) {
            return Some(format!("{word} {after}")).filter(|found| !WORDS.contains(&found.as_str()));
        }
    }
    None
}

#[test]
fn no_text_spells_a_key() {
    let keys = keys();
    let found: Vec<_> = texts()
        .into_iter()
        .filter_map(|(at, text)| Some(format!("{at}: {} in {text:?}", names_a_key(&text, &keys)?)))
        .collect();
    assert!(found.is_empty(), "name them as {{place.word}} and fill them in:\n{}", found.join("\n"));
}

#[test]
fn a_text_that_spells_a_key_is_found() {
    let keys = keys();
    for text in [
        "nothing found: / searches the log",
        "press x to force it",
        "ctrl+s shows the plan",
        "q quits",
        "there; K then w takes",
    ] {
        assert!(names_a_key(text, &keys).is_some(), "{text}");
    }
    for text in ["the log searches", "{log.filter} searches the log", "a task works", "the run ends", "s"] {
        assert_eq!(names_a_key(text, &keys), None, "{text}");
    }
}

#[test]
fn every_key_named_in_a_text_can_be_bound() {
    let mut seen = 0;
    for (at, text) in texts() {
        for name in text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
            let place = name.split_once('.').map(|(place, _)| place);
            let of_a_place = |place: &str| atc::keys::table::TABLE.iter().any(|(context, _)| context.word() == place);
            if place.is_some_and(of_a_place) {
                seen += 1;
                assert!(named(name).is_some(), "{at}: {{{name}}}");
            }
        }
    }
    assert!(seen > 40, "{seen}");
    assert_eq!(Keymap::default().fill("{log.filter} and {no.such} {"), "/ and {no.such} {");
    assert_eq!(Keymap::default().key(Context::Dialog, atc::keys::Intent::NextChoice), "tab");
}
