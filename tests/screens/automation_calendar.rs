//! The calendar of the coming runs on narrow screens, and with nothing in it.

use atc::console::state::settings::Settings;
use serde_json::json;

use crate::draw::text;
use crate::fleet::{bare, complete, told};
use crate::world::Console;

/// The hours that stand over the bars, and how many a bar has.
fn hours(console: &Console) -> (Vec<u32>, usize) {
    let shown = text(&console.model);
    let mut lines = shown.lines().skip_while(|line| !line.contains("UTC"));
    let scale = lines.next().unwrap();
    let of = scale.find(|c: char| c.is_ascii_digit()).unwrap();
    let bar: String = lines.next().unwrap().chars().skip(of).collect();
    let told = bar.split_whitespace().collect::<String>();
    let hours = told.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '·' | '+')).count();
    let named = scale.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (named, hours)
}

#[test]
fn all_hours_of_a_day_are_seen_however_narrow_the_screen_is() {
    for width in [160, 100, 99, 80, 66, 65, 64, 60, 59, 58, 50, 40] {
        for keys in ["TC", "TCw"] {
            let mut console = complete(width, 30);
            console.keys(keys);
            let (named, hours) = hours(&console);
            assert_eq!((named.len(), hours), (8, 24), "{width} columns:\n{}", text(&console.model));
            assert!(named.windows(2).all(|pair| (pair[0] + 3) % 24 == pair[1]), "{named:?}");
        }
    }
    let mut narrow = complete(60, 24);
    narrow.keys("TC");
    insta::assert_snapshot!(text(&narrow.model));
}

#[test]
fn a_calendar_without_runs_says_what_to_do() {
    let mut shown = Vec::new();
    for read_only in [false, true] {
        let settings = Settings { read_only, ..crate::world::settings() };
        let mut console = Console::with(settings, 80, 14);
        told(&mut console, vec![bare("api", "a", "Waits for issues", json!({"issues": {}}))]);
        console.keys("TC");
        shown.push(text(&console.model));
        console.keys("w");
        shown.push(text(&console.model));
    }
    insta::assert_snapshot!(shown.join("\n"));
}
