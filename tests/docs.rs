//! What the documents say is what the program does. `ATC_UPDATE_DOCS=1 cargo test --test docs` writes the generated
//! parts anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "documents/keep.rs"]
mod keep;

use std::fs;
use std::path::Path;

use keep::{between, keep_equal, read};

use atc::cli::{Command, Exit, parse};
use atc::config::docs;
use atc::config::options::{OPTIONS, OTHER_VARIABLES};

type Write = fn() -> String;

/// The parts of the README between `<!-- name:begin -->` and `<!-- name:end -->`.
const GENERATED: &[(&str, Write)] = &[
    ("usage", usage),
    ("options", docs::options_table),
    ("policy", atc::config::policy::docs::table),
    ("views", docs::views_table),
    ("automation-views", docs::automation_views_table),
    ("notify-rules", docs::notify_table),
    ("columns", columns::<atc::domain::Column>),
    ("automation-columns", columns::<atc::domain::automation::Column>),
    ("variables", docs::variables_table),
    ("qualifiers", atc::domain::query::markdown_table),
    ("query-words", atc::domain::query::markdown_words),
    ("automation-qualifiers", atc::domain::automation::query::markdown_table),
    ("automation-words", atc::domain::automation::query::markdown_words),
    ("commands", atc::console::update::command::markdown_table),
    ("keys", atc::keys::docs::table),
    ("token-kinds", atc::provider::github::docs::markdown_kinds),
    ("token-needs", atc::provider::github::docs::markdown_needs),
    ("doctor", atc::domain::capability::markdown_table),
    ("exit-codes", exit_codes),
    ("tones", atc::domain::look::Tone::markdown_table),
];

fn usage() -> String {
    let Ok(Command::Say(help)) = parse(["atc", "--help"]) else { panic!("no help") };
    let trimmed: Vec<_> = help.lines().map(str::trim_end).collect();
    format!("```text\n{}\n```\n", trimmed.join("\n").trim_end())
}

fn columns<C: atc::domain::listing::Named>() -> String {
    let words: Vec<_> = C::all().iter().map(|column| format!("`{}`", column.word())).collect();
    format!("The columns, by which rows can be sorted, too: {}.\n", words.join(", "))
}

fn exit_codes() -> String {
    let mut out = String::from("| code | meaning |\n|---|---|\n");
    for (exit, meaning) in Exit::MEANINGS {
        out.push_str(&format!("| {} | {meaning} |\n", exit.code()));
    }
    for (code, meaning) in Exit::OTHERS {
        out.push_str(&format!("| {code} | {meaning} |\n"));
    }
    out
}

#[test]
fn the_example_config_is_the_table_of_options() {
    let found =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml")).unwrap_or_default();
    keep_equal("config.example.toml", &found, &docs::example());
}

#[test]
fn the_readmes_tables_are_those_of_the_program() {
    let found = read("README.md");
    let mut generated = found.clone();
    for (name, write) in GENERATED {
        let (start, stop) = between(&generated, name);
        generated.replace_range(start..stop, &write());
    }
    keep_equal("README.md", &found, &generated);
}

#[test]
fn every_option_and_variable_is_documented_once_and_in_a_sentence() {
    let mut seen = std::collections::BTreeSet::new();
    for option in OPTIONS {
        assert!(seen.insert(option.variable()), "{} twice", option.key);
        assert!(option.doc.ends_with('.') && option.doc.len() > 10 && !option.doc.contains("  "), "{}", option.key);
        assert!(!option.values.is_empty() && !option.values.contains('|'), "{}", option.key);
    }
    for (name, doc) in OTHER_VARIABLES {
        assert!(name.starts_with("ATC_") && seen.insert((*name).to_owned()) && doc.ends_with('.'), "{name}");
    }
}

#[test]
fn the_two_commands_come_first() {
    let readme = read("README.md");
    let first: Vec<_> = readme.split("```").nth(1).unwrap().lines().skip(1).collect();
    let commands: Vec<_> = first.iter().map(|line| line.split(" #").next().unwrap().trim()).collect();
    assert_eq!(commands, ["cargo run --release -- demo", "cargo test"]);
}

/// The block of TOML that holds this.
fn toml_with<'a>(readme: &'a str, what: &str) -> &'a str {
    let blocks = readme.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.into_iter().find(|block| block.contains(what)).unwrap()
}

#[test]
fn the_theme_in_the_readme_and_how_it_is_chosen_are_understood_as_they_stand() {
    let readme = read("README.md");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), toml_with(&readme, "inherits = ")).unwrap();
    let themes = atc::config::theme::Themes::new(folder.path().to_path_buf());
    let warnings = themes.read("own").unwrap().warnings;
    assert_eq!(warnings, [], "what is shown as an example can be read");
    for name in themes.names().iter().filter(|name| *name != "own") {
        let doc = OPTIONS.iter().find(|option| option.key == "ui.theme").unwrap().doc;
        assert!(doc.contains(name.as_str()), "{name} is named where themes are chosen");
    }
}

#[test]
fn the_views_in_the_readme_are_understood_as_they_stand() {
    let readme = read("README.md");
    let (block, of_automations) = (toml_with(&readme, "[[views]]"), toml_with(&readme, "[[automation_views]]"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, format!("{block}\n{of_automations}")).unwrap();
    let home = folder.path().to_path_buf();
    let paths = atc::config::Paths {
        home: home.clone(),
        config_dir: home.clone(),
        state_dir: home.clone(),
        data_dir: home.clone(),
        cache_dir: home,
    };
    let sources = atc::config::Sources { file: Some(file), ..Default::default() };
    let config = atc::config::load(&sources, &paths).unwrap().config;
    assert_eq!((config.views.len(), config.automation_views.len()), (1, 1));
    assert_eq!(config.views[0].toml(), block.trim_end());
    assert_eq!(config.automation_views[0].toml(), of_automations.trim_end());
}

#[test]
fn the_keys_in_the_readme_can_be_bound_as_they_stand() {
    let readme = read("README.md");
    let block =
        readme.split("\n## Keys\n").nth(1).unwrap().split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let (changes, unread) = atc::keys::file::read_text(block);
    assert_eq!((changes.len(), unread.len()), (5, 0));
    for (word, preset) in atc::keys::Preset::WORDS {
        assert_eq!(atc::keys::Keymap::build(*preset, &changes).1, [], "{word}");
    }
    assert_eq!(atc::keys::file::read_text(atc::config::keys::EXAMPLE).1, []);
}

/// Every `atc …` line in a shell block of the README.
#[test]
fn every_command_in_the_readme_is_understood() {
    let readme = read("README.md");
    let mut commands = 0;
    for block in readme.split("```sh\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            // The program's own words: what is for the shell is not.
            let line =
                [" #", " > ", " < ", " | "].iter().fold(line, |line, end| line.split(end).next().unwrap()).trim();
            let words: Vec<_> = line.split_whitespace().skip_while(|word| word.contains('=')).collect();
            let arguments = match words.as_slice() {
                ["atc", ..] => words.as_slice(),
                ["cargo", "run", "--release", "--", ..] => &words[3..],
                _ => continue,
            };
            commands += 1;
            let command = parse(std::iter::once(&"atc").chain(&arguments[1..]));
            assert!(command.is_ok(), "README.md: `{line}`: {}", command.unwrap_err().text);
        }
    }
    assert!(commands >= 6, "only {commands} found");
}

/// What a heading is called in an address.
fn anchor_of(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_file_and_heading_the_readme_leads_to_is_there() {
    let readme = read("README.md");
    for link in readme.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        if let Some(anchor) = link.strip_prefix('#') {
            let is_it = |line: &str| line.starts_with('#') && anchor_of(line) == anchor;
            assert!(readme.lines().any(is_it), "README.md: no heading is {link}");
        } else if !link.starts_with("http") {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "README.md: {link} is not there");
        }
    }
}
