//! The help's rows, and the README's table of what can be bound where and by which word.

use std::fmt::Write;

use super::intent::{Context, Intent};
use super::keymap::Keymap;
use super::preset::Preset;
use super::table::TABLE;

/// One context's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub context: Context,
    /// The keys of one meaning, and the meaning.
    pub rows: Vec<(Vec<String>, &'static str)>,
}

/// Every key, grouped by context. Without writes when read-only.
pub fn groups(keymap: &Keymap, read_only: bool) -> Vec<Group> {
    let group = |(context, _): &(Context, _)| {
        let mut rows: Vec<(Vec<String>, &'static str)> = Vec::new();
        let writes = |intent: Option<Intent>| read_only && intent.is_some_and(Intent::writes);
        for row in keymap.bindings(*context).filter(|row| !writes(row.intent)) {
            let key = row.keys.to_string();
            match rows.iter_mut().find(|(_, help)| *help == row.help) {
                Some((keys, _)) => keys.push(key),
                None => rows.push((vec![key], row.help)),
            }
        }
        Group { context: *context, rows }
    };
    // The compose pane is not there: its keys are those of a place that cannot be reached.
    let composes = |context: Context| {
        matches!(
            context,
            Context::Templates | Context::Form | Context::Issues | Context::Repos | Context::Plan | Context::FollowUp
        )
    };
    let is_there = |(context, _): &&(Context, _)| !(read_only && composes(*context));
    TABLE.iter().filter(is_there).map(group).filter(|g| !g.rows.is_empty()).collect()
}

/// The README's table: where, what, its word, and its keys in each preset.
pub fn table() -> String {
    let maps: Vec<_> = Preset::WORDS.iter().map(|(word, preset)| (*word, Keymap::of(*preset))).collect();
    let mut out = String::from("| where | what it does | its word |");
    for (word, _) in &maps {
        let _ = write!(out, " {word} |");
    }
    out.push_str("\n|---|---|---|");
    out.push_str(&"---|".repeat(maps.len()));
    out.push('\n');
    for (context, _) in TABLE {
        let mut rows: Vec<(&str, Vec<Intent>)> = Vec::new();
        for row in maps.iter().flat_map(|(_, map)| map.bindings(context)) {
            let Some(intent) = row.intent else { continue };
            match rows.iter_mut().find(|(help, _)| *help == row.help) {
                Some((_, intents)) if intents.contains(&intent) => {}
                Some((_, intents)) => intents.push(intent),
                None => rows.push((row.help, vec![intent])),
            }
        }
        for (help, intents) in rows {
            let place = format!("{} `{}`", context.title(), context.word());
            let _ = write!(out, "| {place} | {} | {} |", cell(help), words(&intents));
            for (_, map) in &maps {
                let keys = map.bindings(context).filter(|row| row.help == help);
                let keys: Vec<_> = keys.map(|row| format!("`{}`", cell(&row.keys.to_string()))).collect();
                let _ = write!(out, " {} |", if keys.is_empty() { "–".to_owned() } else { keys.join(" ") });
            }
            out.push('\n');
        }
    }
    out
}

/// Many of a kind are the first and the last.
fn words(intents: &[Intent]) -> String {
    match intents {
        [first, .., last] if intents.len() > 2 => format!("`{}` … `{}`", first.word(), last.word()),
        some => some.iter().map(|intent| format!("`{}`", intent.word())).collect::<Vec<_>>().join(" "),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn keys_of_one_meaning_stand_in_one_row() {
        let all = groups(&Keymap::default(), false);
        let everywhere = all.iter().find(|g| g.context == Context::Global).unwrap();
        assert!(everywhere.rows.contains(&(vec!["j".to_owned(), "↓".to_owned()], "down")));
    }

    #[test]
    fn read_only_help_knows_no_writes() {
        let all = groups(&Keymap::default(), true);
        let words: Vec<_> = all.into_iter().flat_map(|g| g.rows).map(|(_, help)| help).collect();
        assert!(!words.iter().any(|w| w.contains("cancel the") || w.contains("start the") || w.contains("retry")));
        assert!(words.contains(&"open in the browser"));
    }

    #[test]
    fn the_readme_table_has_every_row_of_every_preset_with_its_word_and_its_keys() {
        let table = table();
        assert!(table.contains("| Queue `queue` | cancel the running session (asks) | `cancel` | `x` | `x` | `x` |"));
        assert!(
            table.contains("| Everywhere `global` | first | `top` | `g` `home` | `g g` `home` | `alt+<` `g` `home` |")
        );
        for (_, preset) in Preset::WORDS {
            for (keys, help) in groups(&Keymap::of(*preset), false).into_iter().flat_map(|group| group.rows) {
                let row = table.lines().find(|row| row.contains(&format!(" {} ", cell(help)))).unwrap();
                assert!(!keys.is_empty() && row.matches(" | ").count() >= 5, "{row}");
            }
        }
    }
}
