//! Opening what is marked: as many pages as a person can look at, after a question.

use super::{actions, dialog, queue};
use crate::console::effect::Effect;
use crate::console::keys::{Context, Intent};
use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::world::Known;
use crate::text::{Safe, Untrusted};

/// More pages at once help nobody, and hang a browser.
const MOST: usize = 20;
/// So many are listed by name.
const LISTED: usize = 8;

/// Asks before the pages of the marked tasks are opened; one alone is opened at once.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let all: Vec<(&Known, Untrusted)> =
        queue::marked(model).filter_map(|known| Some((known, actions::address(model, known)?))).collect();
    let count = all.len();
    let addresses: Vec<Untrusted> = all.iter().map(|(_, address)| address.clone()).collect();
    if count > MOST {
        let copies = model.key(Context::Queue, Intent::Copy);
        let why =
            format!("{count} tasks are marked; at most {MOST} are opened at once ({copies} copies their addresses)");
        return model.notes.say(model.now, true, why);
    }
    match addresses.as_slice() {
        [] => model.notes.say(model.now, true, "no address is known of what is marked"),
        [one] => {
            model.notes.say(model.now, false, format!("opening {}", one.show_line()));
            effects.push(Effect::Open(one.clone()));
        }
        _ => {
            let listed = if count > LISTED { LISTED - 1 } else { LISTED };
            let line = |(known, _): &(&Known, Untrusted)| {
                Safe::new(format!("{}  {}", known.task.at.repo, known.task.name.show_line()))
            };
            let mut body: Vec<Safe> = all.iter().take(listed).map(line).collect();
            if count > listed {
                body.push(Safe::new(format!("and {} more", count - listed)));
            }
            let title = format!("Open {count} pages in the browser?");
            let question = Dialog::new(model.now, title, body, "Yes, open them", Ask::Open(addresses));
            dialog::open(model, question);
        }
    }
}
