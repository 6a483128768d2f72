//! The `:` commands. Any clear beginning of a name will do; what is wrong is said in the line.
//!
//! ```text
//! line ──> alias? its words take its place, once ──> the one command so named, or so begun ──> run
//!                                                     └── none: what may have been meant
//! ```

use super::{actions, big};
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::text::near;

mod acts;
pub mod aliases;
mod complete;
mod table;

pub use acts::{to_pull, to_task};
pub use complete::complete;
pub use table::{COMMANDS, Command, Kind, Param, markdown_table};

use table::Run;

/// In a console that shows a saved log and nothing else.
const OF_A_FILE: [&str; 5] = ["mouse", "line", "save", "history", "theme"];

/// Runs a command. The error says what was wrong, for the line.
pub fn run(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    let text = aliases::expand(&model.settings.aliases, text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((name, arguments)) = words.split_first() else { return Ok(()) };
    if arguments.is_empty() && name.starts_with(|c: char| c.is_ascii_digit()) {
        return big::jump(model, name);
    }
    let command = find(name)?;
    if command.params.is_empty() && !arguments.is_empty() {
        return Err(format!("“{}” takes nothing after it", command.name));
    }
    match command.run {
        Run::With(_) | Run::Writing(_) if model.place.log_only && !OF_A_FILE.contains(&command.name) => {
            Err("a saved log is all that is open here".to_owned())
        }
        Run::Writing(_) if model.settings.read_only => Err(actions::read_only_words(model)),
        Run::With(run) | Run::Writing(run) => run(model, arguments, effects)
            .map_err(|wrong| if wrong == misused() { format!("write: {}", command.usage()) } else { wrong }),
        Run::Intent(intent) => {
            actions::run(model, intent, effects);
            Ok(())
        }
    }
}

/// Stands for how the command is written, for what is not written so.
pub(super) fn misused() -> String {
    String::new()
}

/// The command with this name, or the only one that begins so.
pub fn find(name: &str) -> Result<&'static Command, String> {
    if !COMMANDS.iter().any(|command| command.name.starts_with(name)) {
        return Err(match near::meant(name, COMMANDS.iter().map(|command| command.name)) {
            Some(meant) => format!("unknown command :{name} – did you mean :{meant}?"),
            None => format!("unknown command :{name} (:help lists all)"),
        });
    }
    pick(name, COMMANDS.iter().map(|c| (c.name, c)), "command").map_err(|e| format!("{e} (:help lists all)"))
}

/// The one thing whose name is this, or begins like this and no other does.
pub(super) fn pick<'a, T>(name: &str, all: impl Iterator<Item = (&'a str, T)>, what: &str) -> Result<T, String> {
    let mut near: Vec<(&str, T)> = Vec::new();
    for (full, value) in all {
        if full == name {
            return Ok(value);
        }
        if full.starts_with(name) {
            near.push((full, value));
        }
    }
    if near.len() > 1 {
        let names: Vec<_> = near.iter().map(|(n, _)| *n).collect();
        return Err(format!("“{name}” could be {}", names.join(", ")));
    }
    near.pop().map(|(_, value)| value).ok_or_else(|| format!("no {what} “{name}”"))
}
