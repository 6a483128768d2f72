//! `[keys]`: a preset, and sections of the operator's own keys, which only a file can hold.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::problem::Problem;
use super::rows::WrongAt;
use super::schema::Config;
use super::text::nearest;
use crate::keys::{Keymap, file, rules};
use crate::text::Safe;

pub const SECTION: &str = "keys";

pub const DOC: &str = "Your own keys, by the place where they are pressed; `global` is everywhere. On the left one key, or \
                       several one after the other with blanks between them; on the right what it does, or \"none\". \
                       The README has the words. They lie over the preset's. In the file only.";

pub const EXAMPLE: &str =
    "[keys.queue]\n\"X\" = \"cancel\"\n\"x\" = \"none\"\n\n[keys.global]\n\"g\" = \"none\"\n\"g g\" = \"top\"\n";

/// One section of keys.
pub(super) fn section(
    config: &mut Config,
    wrong: &mut Vec<WrongAt>,
    name: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
) {
    let mut unread = Vec::new();
    file::section(name.get_ref(), name.span().start, value.get_ref(), &mut config.keys.changes, &mut unread);
    wrong.extend(unread.into_iter().map(|file::Unread { byte, key, what, word }| {
        let meant = word.as_ref().and_then(|(word, among)| nearest(word, among.iter().map(String::as_str)));
        let what = match (meant, &word) {
            (Some(meant), _) => format!("{what}; did you mean {meant}?"),
            (None, Some((_, among))) if among.len() <= 30 => format!("{what}; there are {}", among.join(", ")),
            (None, _) => what,
        };
        WrongAt { byte, key, what }
    }));
}

/// The keys as they hold, whatever file they are from, with what is wrong with them together and what is only odd.
pub(super) fn build(config: &Config, file: &Path, text: &str) -> (Keymap, Vec<Problem>, Vec<Safe>) {
    let changes = &config.keys.changes;
    let at = |n: usize, what: &str| {
        let change = changes.get(n);
        let section = change.map(|change| format!("{SECTION}.{}", change.context.word()));
        Problem::at(file, text, change.map_or(0, |change| change.byte), section.as_deref(), what)
    };
    let (keymap, wrong) = Keymap::build(config.keys.preset, changes);
    let problems = wrong.iter().map(|wrong| at(wrong.change, &wrong.what)).collect();
    let odd = rules::warnings(changes).map(|(n, what)| Safe::new(at(n, &what).to_string())).collect();
    (keymap, problems, odd)
}

/// The sections as a file would hold them; empty where there are none.
pub fn show(config: &Config) -> String {
    file::write(&config.keys.changes)
}
