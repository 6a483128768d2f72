//! Themes: chosen by `:theme`, read anew when a file changes, following the terminal's background.

use super::command::pick;
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::look::{AUTO, Themes};
use crate::domain::Fault;
use crate::domain::look::Ground;

/// `:theme [NAME]`.
pub(super) fn command(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    match arguments {
        [] => {
            let words = model.settings.look.words();
            model.notes.say(model.now, false, &words);
            model.dirty = true;
            Ok(())
        }
        [name] => {
            let names = names(model);
            let all = || names.iter().map(|name| (name.as_str(), name.clone()));
            // One nobody heard of may have been written this moment: whoever reads it says what is wrong with it.
            let name = if all().any(|(known, _)| known.starts_with(name)) {
                pick(name, all(), "theme")?
            } else {
                (*name).to_owned()
            };
            effects.push(Effect::Theme(name));
            Ok(())
        }
        _ => Err("write: theme [NAME]".to_owned()),
    }
}

/// What can follow `:theme`.
pub(super) fn names(model: &Model) -> Vec<String> {
    let known = model.settings.look.themes.names.iter().map(ToString::to_string);
    std::iter::once(AUTO.to_owned()).chain(known).collect()
}

/// Themes were read. One that cannot be is told, and the last good one stays. `asked`: by name, not by a file that changed.
pub(super) fn read(model: &mut Model, asked: bool, read: Result<Box<Themes>, Fault>) {
    match read {
        Ok(themes) => {
            model.settings.look.themes = *themes;
            if asked {
                let look = &model.settings.look;
                let other =
                    look.made_for_this().map(|name| format!("; this background is light: {name} is made for that"));
                let (words, other) = (look.words(), other.unwrap_or_default());
                let words = format!("{words}{other}; to keep it: theme = \"{}\" under [ui]", look.themes.name);
                model.notes.say(model.now, false, &words);
            }
        }
        Err(fault) => model.notes.say(model.now, true, fault.to_string()),
    }
    model.dirty = true;
}

/// The terminal said what its background is.
pub(super) fn ground(model: &mut Model, ground: Ground) {
    let look = &mut model.settings.look;
    if look.ground_said {
        return;
    }
    let before = (look.palette(), look.shown_on());
    (look.ground, look.ground_told) = (ground, true);
    model.dirty |= (look.palette(), look.shown_on()) != before;
}
