//! Holds the shape of the program: who may use whom, what has its one place, how large things may grow.
//!
//! The rules are tables in `architecture/rules.rs`. A violation is named with file and line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::fs;

use source::{Found, Source, read_all};

fn none(violations: Vec<String>) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

/// The path from the crate's root on, if it leads into this crate.
fn inside_crate(source: &Source, found: &Found) -> Option<Vec<String>> {
    let mut segments = found.segments.iter().map(String::as_str).peekable();
    let mut path = source.module();
    // Inline modules have no names here; climbing out of them is counted.
    let mut inline = found.depth;
    match *segments.peek()? {
        "crate" | "atc" => {
            segments.next();
            path.clear();
        }
        "self" | "super" => {
            while let Some(step) = segments.next_if(|segment| matches!(*segment, "self" | "super")) {
                match step {
                    "super" if inline > 0 => inline -= 1,
                    "super" => drop(path.pop()),
                    _ => {}
                }
            }
        }
        _ => return None,
    }
    path.extend(segments.map(str::to_owned));
    Some(path)
}

fn folder(path: &str) -> Option<&str> {
    path.strip_prefix("src/")?.split_once('/').map(|(folder, _)| folder)
}

fn layer_violations(source: &Source) -> Vec<String> {
    let Some(own) = folder(&source.path) else { return Vec::new() };
    let Some((_, allowed)) = rules::LAYERS.iter().find(|(name, _)| *name == own) else {
        return vec![format!("{}:1: the folder {own} is not in the table of layers", source.path)];
    };
    let mut violations = Vec::new();
    for found in source.paths() {
        let Some(path) = inside_crate(source, &found) else { continue };
        let Some(other) = path.first().filter(|other| *other != own) else { continue };
        let at = format!("{}:{}: {own} uses {}", source.path, found.line, path.join("::"));
        let is = |pairs: &[(&str, &str)], inside: &str| {
            pairs.iter().any(|(from, part)| *from == own && inside.starts_with(part))
        };
        if rules::LAYERS.iter().any(|(name, _)| name == other) && !allowed.contains(&other.as_str()) {
            violations.push(format!("{at}, and may not use {other}"));
        } else if is(rules::INSIDES, &path.join("::")) {
            violations.push(format!("{at}, and may only use the port"));
        } else if rules::FRONT_ONLY.contains(&(own, other)) && path.len() > 2 && path[1].starts_with(char::is_lowercase)
        {
            violations.push(format!("{at}, and may only use what {other} offers by itself"));
        }
    }
    violations
}

#[test]
fn every_folder_uses_only_what_its_layer_may() {
    none(read_all(&["src"]).iter().flat_map(layer_violations).collect());
}

fn place_violations(source: &Source) -> Vec<String> {
    let mut violations = Vec::new();
    for found in source.paths().into_iter().filter(|found| !found.test) {
        for (what, places) in rules::PLACES {
            let what: Vec<_> = what.split("::").collect();
            let segments: Vec<_> = found.segments.iter().map(String::as_str).collect();
            // The clock's calls are known by their end, modules and crates by their beginning.
            let used =
                if what.last() == Some(&"now") { segments.ends_with(&what) } else { segments.starts_with(&what) };
            if used && !places.iter().any(|place| source.path.starts_with(place)) {
                let (what, places) = (what.join("::"), places.join(", "));
                violations.push(format!("{}:{}: {what} is only for {places}", source.path, found.line));
            }
        }
    }
    violations
}

#[test]
fn network_screen_files_environment_processes_and_clock_have_their_one_place() {
    none(read_all(&["src"]).iter().flat_map(place_violations).collect());
}

#[test]
fn no_test_sleeps() {
    let sleeping = |source: &Source| -> Vec<String> {
        let found = source.paths();
        let asleep =
            found.iter().filter(|found| found.test && found.segments.ends_with(&["thread".into(), "sleep".into()]));
        asleep
            .map(|found| format!("{}:{}: a test waits for an event, never for time", source.path, found.line))
            .collect()
    };
    none(read_all(&["src", "tests"]).iter().flat_map(sleeping).collect());
}

fn size_violations(source: &Source) -> Vec<String> {
    let mut violations = Vec::new();
    let lines = source.code_lines();
    if lines > rules::FILE_LINES {
        violations.push(format!("{}:1: {lines} lines of code, {} are the wall", source.path, rules::FILE_LINES));
    }
    for (name, line, length) in source.functions() {
        if length > rules::FUNCTION_LINES {
            let wall = rules::FUNCTION_LINES;
            violations.push(format!("{}:{line}: {name} has {length} lines of code, {wall} are the wall", source.path));
        }
    }
    violations
}

#[test]
fn files_and_functions_stay_small() {
    none(read_all(&["src", "tests"]).iter().flat_map(size_violations).collect());
}

#[test]
fn the_model_has_few_fields() {
    let path = "src/console/state/mod.rs";
    let sources = read_all(&["src"]);
    let source = sources.iter().find(|source| source.path == path).unwrap();
    let words: Vec<_> = source.tokens.iter().map(|token| token.text.as_str()).collect();
    let start = words.windows(3).position(|w| w == ["struct", "Model", "{"]).expect("the Model");
    let mut depth = 0;
    let mut fields = 0;
    for pair in words[start + 2..].windows(2) {
        match pair[0] {
            "{" | "(" | "<" => depth += 1,
            "}" | ")" | ">" => depth -= 1,
            ":" if depth == 1 => fields += 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    assert!(
        fields > 0 && fields <= rules::MODEL_FIELDS,
        "{path}: Model has {fields} fields, {} are the wall",
        rules::MODEL_FIELDS
    );
}

fn mod_rs_violations(source: &Source) -> Vec<String> {
    let Some(name) = source.path.rsplit('/').next().filter(|name| matches!(*name, "mod.rs" | "lib.rs")) else {
        return Vec::new();
    };
    let more = rules::MOD_RS.iter().find(|(path, _)| *path == source.path).map_or(&[][..], |(_, words)| words);
    let mut violations = Vec::new();
    for (line, words) in source.items() {
        let mut words =
            words.into_iter().skip_while(|word| matches!(*word, "pub" | "(" | ")" | "crate" | "super" | "in"));
        let first = words.next().unwrap_or_default();
        if !matches!(first, "mod" | "use") && !more.contains(&first) {
            violations.push(format!(
                "{}:{line}: a {name} holds docs, mod and use; `{first}` belongs into a file",
                source.path
            ));
        }
    }
    let lines = source.code_lines();
    if lines > rules::MOD_RS_LINES {
        violations.push(format!("{}:1: {lines} lines of code, {} are the wall here", source.path, rules::MOD_RS_LINES));
    }
    violations
}

#[test]
fn a_mod_rs_holds_docs_modules_and_reexports() {
    none(read_all(&["src"]).iter().flat_map(mod_rs_violations).collect());
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    // A module's own tests need no introduction, and the binary's entry point has no page.
    let exempt = |source: &Source| source.path.ends_with("/tests.rs") || source.path == "src/main.rs";
    let sources = read_all(&["src", "tests"]);
    let silent = sources.iter().filter(|source| !source.text.starts_with("//! ") && !exempt(source));
    none(silent.map(|source| format!("{}:1: no word on what it is for", source.path)).collect());
}

/// Where read-only is held: whoever can make another request than a GET, and nobody else.
#[test]
fn one_door_makes_every_request_that_is_no_get() {
    // The second is the sign-in's, which asks for a token and changes nothing; the third asks it to.
    const DOORS: [&str; 3] = ["http/rights.rs", "http/web.rs", "endpoints/sign_in.rs"];
    const MAKERS: [&str; 5] = [".post(", ".put(", ".patch(", ".delete(", "Method::"];
    let mut violations = Vec::new();
    // Nobody else can reach the client at all; the webhook's own goes to the operator's receiver, not to the service.
    for source in read_all(&["src/provider/github"]) {
        if DOORS.iter().any(|door| source.path.ends_with(door)) {
            continue;
        }
        for (line, text) in (1..).zip(source.text.lines()) {
            for maker in MAKERS.iter().filter(|maker| text.contains(**maker) && !text.trim_start().starts_with("//")) {
                violations.push(format!("{}:{line}: {maker} makes a request past the door", source.path));
            }
        }
    }
    none(violations);
}

#[test]
fn the_map_names_every_folder_and_no_other() {
    let root = source::root();
    let map = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let mut folders: Vec<_> = fs::read_dir(root.join("src")).unwrap().map(Result::unwrap).collect();
    folders.retain(|entry| entry.path().is_dir());
    let names: Vec<_> = folders.iter().map(|entry| entry.file_name().into_string().unwrap()).collect();
    let mut violations = Vec::new();
    for name in &names {
        if !map.contains(&format!("//! | [`{name}`] |")) {
            violations.push(format!("src/lib.rs:1: the map does not name {name}"));
        }
    }
    for (name, _) in rules::LAYERS {
        if !names.iter().any(|found| found == name) {
            violations.push(format!("src/lib.rs:1: {name} has rules and is not there"));
        }
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap_or_default();
    if !readme.contains("src/lib.rs") {
        violations.push("README.md:1: does not lead to the map in src/lib.rs".to_owned());
    }
    none(violations);
}

#[test]
fn nothing_is_left_for_later() {
    // Spelled in two parts so as not to find itself.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let macros = [concat!("to", "do"), concat!("unimple", "mented")];
    let mut violations = Vec::new();
    for source in read_all(&["src", "tests"]) {
        for (line, number) in source.text.lines().zip(1..) {
            let marked = marks.iter().any(|mark| line.split(|c: char| !c.is_alphanumeric()).any(|word| word == *mark));
            if marked {
                violations.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
        for pair in source.tokens.windows(2) {
            if macros.contains(&pair[0].text.as_str()) && pair[1].text == "!" {
                violations.push(format!("{}:{}: {}!", source.path, pair[0].line, pair[0].text));
            }
        }
    }
    none(violations);
}

/// The checks themselves, on files that break the rules.
mod checks {
    use super::*;

    fn lines(violations: &[String]) -> Vec<&str> {
        violations.iter().map(|violation| violation.split(": ").next().unwrap()).collect()
    }

    #[test]
    fn a_forbidden_import_is_found_however_it_is_written() {
        let text = r##"//! Text.
use crate::{domain::{Fault, Task}, text::Safe};
use crate::provider::port::Provider; // crate::ledger is only mentioned
use super::super::ops as other;
/* use crate::demo; /* nested */ use crate::demo; */
const A: &str = "crate::cli::x"; const B: &str = r#"crate::cli " ::y"#; const C: char = '"';
fn f<'a>(x: &'a str) -> crate::runtime::App { self::g(); crate::console::view::h() }
mod tests { use super::*; use super::super::super::config::Config; }
use {std::fmt, crate::{ledger}};
"##;
        let source = Source::new("src/console/view/x.rs", text);
        let expected = [3, 4, 7, 9].map(|line| format!("src/console/view/x.rs:{line}"));
        let found = layer_violations(&source);
        // Line 4 leads to `console::ops`, line 8 to `console::config`: parts of the console itself.
        assert_eq!(lines(&found), [&expected[0], &expected[2], &expected[3]], "{found:#?}");
        let deeper = Source::new(
            "src/console/x.rs",
            "use super::super::ops::Cancel;\nmod a { mod b { use super::super::super::super::demo::X; } }\n",
        );
        assert_eq!(lines(&layer_violations(&deeper)), ["src/console/x.rs:1", "src/console/x.rs:2"]);
        let ops = Source::new(
            "src/ops/x.rs",
            "use crate::ledger::{Ledger, sqlite::Sqlite};\nuse crate::provider::port::Provider;\n",
        );
        assert_eq!(lines(&layer_violations(&ops)), ["src/ops/x.rs:1"]);
        let cli = Source::new("src/cli/x.rs", "use crate::demo::World;\nuse crate::demo::world::World;\n");
        assert_eq!(lines(&layer_violations(&cli)), ["src/cli/x.rs:2"]);
    }

    #[test]
    fn what_has_its_place_is_found_elsewhere_and_left_to_tests() {
        let text = "use std::{fmt, fs::File};\nuse std::time::{Duration, Instant};\nfn f() { chrono::Utc::now(); Utc::now(); }\n\
                    use reqwest::Client;\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n#[cfg(all(test, unix))]\nuse std::env;\n\
                    #[cfg(not(test))]\nuse std::process::exit;\n";
        let found = place_violations(&Source::new("src/domain/x.rs", text));
        assert_eq!(lines(&found), [1, 2, 3, 3, 4, 12].map(|line| format!("src/domain/x.rs:{line}")), "{found:#?}");
        assert_eq!(lines(&place_violations(&Source::new("src/runtime/clock.rs", text))), ["src/runtime/clock.rs:4"]);
    }

    #[test]
    fn sizes_count_code_and_nothing_else() {
        let body = "    // why\n\n    let a = '}';\n";
        let long = format!(
            "//! X.\n\nfn long() {{\n{}}}\nfn short() {{\n{}}}\nfn none();\n",
            body.repeat(99),
            body.repeat(98)
        );
        let source = Source::new("src/domain/x.rs", &long);
        assert_eq!(size_violations(&source), ["src/domain/x.rs:3: long has 101 lines of code, 100 are the wall"]);
        assert_eq!(source.code_lines(), 99 + 98 + 5);
        let wide = Source::new("src/domain/y.rs", &"const A: u8 = 1;\n".repeat(601));
        assert_eq!(lines(&size_violations(&wide)), ["src/domain/y.rs:1"]);
    }

    #[test]
    fn a_mod_rs_with_code_is_found() {
        let text = "//! X.\n#![allow(x)]\npub mod a;\n#[cfg(unix)]\nmod b;\npub use a::{B, c::{D}};\npub(crate) use b::E;\n\npub fn f() {}\nstruct G;\n";
        let found = mod_rs_violations(&Source::new("src/domain/x/mod.rs", text));
        assert_eq!(lines(&found), ["src/domain/x/mod.rs:9", "src/domain/x/mod.rs:10"], "{found:#?}");
        assert_eq!(mod_rs_violations(&Source::new("src/domain/x.rs", text)), Vec::<String>::new());
    }
}
