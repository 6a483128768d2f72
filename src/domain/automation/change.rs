//! What differs in a field, in words: short values as they are, of long ones the part that differs, of what has fields
//! of its own each of them that differs.

use serde_json::Value;

use super::definition::Change;
use super::words::show_value;
use crate::text::{Safe, Untrusted};

/// Characters of a value that are shown.
const LONGEST: usize = 60;
/// Characters of a line before what differs in it.
const BEFORE: usize = 20;

impl Change {
    /// `model: gpt-5 → claude`, `triggers.interval.hour_utc: 6 → 7`, `prompt, line 3: …the flaky test → …the slow test`.
    pub fn words(&self) -> Safe {
        let mut all = Vec::new();
        tell(self.field, self.was.as_ref(), Some(&self.becomes), &mut all);
        Safe::new(all.join("; "))
    }
}

fn tell(name: &str, was: Option<&Value>, becomes: Option<&Value>, all: &mut Vec<String>) {
    let pair = match (was, becomes) {
        (Some(Value::Object(was)), Some(Value::Object(becomes))) => {
            let new = becomes.keys().filter(|key| !was.contains_key(*key));
            for key in was.keys().chain(new).filter(|key| was.get(*key) != becomes.get(*key)) {
                let name = format!("{name}.{}", Untrusted::from(key.as_str()).show_line());
                tell(&name, was.get(key), becomes.get(key), all);
            }
            return;
        }
        (Some(Value::String(was)), Some(Value::String(becomes))) if is_long(was) || is_long(becomes) => {
            return all.push(text(name, was, becomes));
        }
        (Some(Value::Array(was)), Some(Value::Array(becomes))) if has_no_room(was) || has_no_room(becomes) => {
            return all.push(list(name, was, becomes));
        }
        pair => pair,
    };
    let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), short);
    let (mut one, mut other) = (shown(pair.0), shown(pair.1));
    if one == other {
        // A number and its digits as a text, or what cannot be seen: as JSON they differ.
        let spelt =
            |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), |value| ascii(&value.to_string()));
        (one, other) = (spelt(pair.0), spelt(pair.1));
    }
    all.push(format!("{name}: {one} → {other}"));
}

fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > LONGEST
}

fn has_no_room(items: &[Value]) -> bool {
    Value::from(items).to_string().chars().count() > LONGEST
}

fn short(value: &Value) -> String {
    cut(&show_value(value), 0)
}

fn whole(value: &Value) -> String {
    ascii(&show_value(value))
}

/// What is shown of a text from a character on, with a mark where something is left out.
fn cut(text: &str, from: usize) -> String {
    let shown: String = text.chars().skip(from).take(LONGEST).collect();
    let more = text.chars().count() > from + LONGEST;
    format!("{}{shown}{}", if from > 0 { "…" } else { "" }, if more { "…" } else { "" })
}

/// Every character that is not plain as its number.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c.to_string() } else { c.escape_unicode().to_string() })
        .collect()
}

/// The first line that differs, from a little before the place.
fn text(name: &str, was: &str, becomes: &str) -> String {
    let (mut old, mut new) = (was.split('\n'), becomes.split('\n'));
    let mut number = 1;
    let (one, other) = loop {
        match (old.next(), new.next()) {
            (Some(one), Some(other)) if one == other => number += 1,
            pair => break pair,
        }
    };
    let shown = |line: Option<&str>| line.map(|line| Untrusted::from(line).show_line().to_string());
    let (one, other) = match (shown(one), shown(other)) {
        // They differ in what cannot be seen.
        (shown, same) if shown == same => (one.map(ascii), other.map(ascii)),
        shown => shown,
    };
    let same = one.iter().flat_map(|one| one.chars()).zip(other.iter().flat_map(|other| other.chars()));
    let same = same.take_while(|(one, other)| one == other).count();
    let line = |line: Option<String>| match line {
        None => "nothing".to_owned(),
        Some(line) if line.is_empty() => "an empty line".to_owned(),
        Some(line) => {
            // Not from a blank on, unless blanks are what differs.
            let before = line.chars().take(same).collect::<Vec<_>>();
            let from = same.saturating_sub(BEFORE);
            let blanks = before.iter().skip(from).take_while(|c| **c == ' ').count();
            let blanks = if from == 0 || from + blanks >= same { 0 } else { blanks };
            cut(&line, from + blanks)
        }
    };
    let more = if old.eq(new) { "" } else { ", and more below it" };
    let place = if is_one_line(was) && is_one_line(becomes) { String::new() } else { format!(", line {number}") };
    format!("{name}{place}: {} → {}{more}", line(one), line(other))
}

fn is_one_line(text: &str) -> bool {
    !text.contains('\n')
}

/// What a long list has no more, and what is new in it.
fn list(name: &str, was: &[Value], becomes: &[Value]) -> String {
    let only = |these: &[Value], those: &[Value], show: fn(&Value) -> String| {
        let only: Vec<String> = these.iter().filter(|one| !those.contains(one)).map(show).collect();
        only.join(", ")
    };
    let both = |show| (only(was, becomes, show), only(becomes, was, show));
    // What differs only behind what is shown of it is shown whole.
    let (gone, new) = if both(short).0 == both(short).1 { both(whole) } else { both(short) };
    match (gone.is_empty(), new.is_empty()) {
        (true, true) => format!("{name}: the same in another order or number"),
        (false, true) => format!("{name}: without {gone}"),
        (true, false) => format!("{name}: with {new}"),
        (false, false) => format!("{name}: without {gone}, with {new}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(field: &'static str, was: Value, becomes: Value) -> String {
        Change { field, was: Some(was), becomes }.words().to_string()
    }

    #[test]
    fn a_change_is_told_in_one_safe_line() {
        let change = Change { field: "model", was: None, becomes: json!("a\u{1b}[31mb\n") };
        assert_eq!(&*change.words(), "model: nothing → ab ␛1");
    }

    #[test]
    fn of_a_long_text_the_first_line_that_differs_is_shown_from_a_little_before_it() {
        let prompt = |last: &str| format!("The issue tells what is wrong.\n\nRead it.\nMake it {last}.\nThen stop.");
        assert_eq!(
            words("prompt", prompt("fast").into(), prompt("small").into()),
            "prompt, line 4: Make it fast. → Make it small."
        );
        let line = |end: &str| format!("{} and then {end}", "do this ".repeat(20).trim_end());
        assert_eq!(
            words("prompt", line("rest").into(), line("report").into()),
            "prompt: …do this and then rest → …do this and then report"
        );
        assert_eq!(words("prompt", json!("a\nb\nc"), json!("a\nx\ny")), "prompt, line 2: b → x, and more below it");
        assert_eq!(words("prompt", json!("a\nb"), json!("a\nb\nc")), "prompt, line 3: nothing → c");
        assert_eq!(words("prompt", json!("a\n"), json!("a")), "prompt, line 2: an empty line → nothing");
    }

    #[test]
    fn every_field_of_a_trigger_that_differs_is_told_and_no_other() {
        let was = json!({"interval": {"cadence": ["weekly"], "day_of_week": 1, "hour_utc": 6}, "push": {}});
        let becomes = json!({"interval": {"cadence": ["weekly"], "hour_utc": 7, "minute_utc": 30}, "push": {}});
        assert_eq!(
            words("triggers", was, becomes),
            "triggers.interval.day_of_week: 1 → nothing; triggers.interval.hour_utc: 6 → 7; \
             triggers.interval.minute_utc: nothing → 30"
        );
    }

    #[test]
    fn of_a_long_list_what_is_gone_and_what_is_new_is_told() {
        let all: Vec<String> = (0..20).map(|number| format!("tool-{number:02}")).collect();
        let fewer: Vec<&String> = all.iter().filter(|tool| *tool != "tool-17").collect();
        assert_eq!(words("tools", json!(all), json!(fewer)), "tools: without tool-17");
        assert_eq!(words("tools", json!(fewer), json!(all)), "tools: with tool-17");
        assert_eq!(words("tools", json!(["a"]), json!(["b"])), r#"tools: ["a"] → ["b"]"#);
    }

    #[test]
    fn two_sides_that_differ_never_look_the_same() {
        for (was, becomes) in [
            (json!(1), json!("1")),
            (json!("ab"), json!("a\u{200b}b")),
            (json!("x\nab"), json!("x\na\u{200b}b")),
            (json!("x\nab"), json!("x\nab\r")),
            (json!("x\n    - run tests"), json!("x\n- run tests")),
            (json!(format!("x{}y", " ".repeat(90))), json!(format!("x{}y", " ".repeat(91)))),
        ] {
            let told = words("prompt", was, becomes);
            let (one, other) = told.split_once(": ").unwrap().1.split_once(" → ").unwrap();
            assert_ne!(one, other, "{told}");
        }
        let tools = |numbers: std::ops::Range<u8>| {
            json!(numbers.map(|n| format!("{}{n}", "tool".repeat(20))).collect::<Vec<_>>())
        };
        let told = words("tools", tools(0..9), tools(1..10));
        let (gone, new) = told.split_once("without ").unwrap().1.split_once(", with ").unwrap();
        assert_ne!(gone, new, "{told}");
    }
}
