//! The option `aliases`: the operator's own names for commands. Whether what they stand for is a command, the console says.

use std::collections::BTreeMap;

use super::table::Opt;
use crate::config::given::{Wrong, clip};
use crate::config::text::quote;

/// More are nobody's to remember.
const MOST: usize = 100;
/// Characters of a name, and of what it stands for.
const NAME: usize = 30;
const WORDS: usize = 500;

pub(super) const ALIASES: Opt = Opt {
    key: "aliases",
    values: "a table of names and what they stand for",
    example: Some(r#"{ q = "quit", stuck = "view stuck" }"#),
    doc: "Names of your own for commands after `:`, as a table `[aliases]` at the end of the file. What follows a name is \
          put behind its words. A name stands for a command and its words, never for another alias, and never in a \
          command's place. In the environment: one `name: words` per line.",
    set: |config, given| {
        let table = given.table()?;
        check(&table)?;
        config.aliases = table;
        Ok(())
    },
    show: |config| {
        let pair = |(name, words): (&String, &String)| format!("{} = {}", quote(name), quote(words));
        let all: Vec<_> = config.aliases.iter().map(pair).collect();
        Some(if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join(", ")) })
    },
};

/// Everything that is wrong with their form, together.
fn check(table: &BTreeMap<String, String>) -> Result<(), Wrong> {
    let mut wrong = Vec::new();
    if table.len() > MOST {
        wrong.push(format!("has {} names, more than {MOST}", table.len()));
    }
    for (name, words) in table {
        let letters = |c: char| c.is_alphanumeric() || "-_!?".contains(c);
        let shown = clip(name);
        if name.is_empty() || name.chars().count() > NAME || !name.chars().all(letters) {
            wrong.push(format!("`{shown}` must be one word of at most {NAME} letters, digits and -_!?"));
        } else if name.starts_with(|c: char| c.is_ascii_digit()) {
            wrong.push(format!("`{shown}` begins with a digit: a number goes to a line"));
        }
        if words.trim().is_empty() || words.chars().count() > WORDS || words.chars().any(char::is_control) {
            wrong.push(format!("`{shown}` must stand for a command on one line of at most {WORDS} characters"));
        } else if words.trim_start().starts_with(':') {
            wrong.push(format!("`{shown}`: leave out the `:` before the command"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}
