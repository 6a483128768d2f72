//! It was edited since it was shown: nothing is sent, and both versions are put before the operator, who may take the new
//! one and go on from there.

use super::{acts, form};
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::compose::diff;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::tone::wrap;
use crate::console::update::dialog;
use crate::domain::automation::{Act, Definition, FIELDS, Pinned, Revision, Switch, show_value};
use crate::domain::{Automation, AutomationOrder};
use crate::text::{Safe, width};

/// From this width on the two versions stand side by side.
const WIDE: usize = 100;
/// Room for a field's name.
const FIELD: usize = 32;
/// Lines of a text that differ and are shown.
const MOST: usize = 10;

/// It is asked about as soon as nothing else is.
pub(super) fn found(model: &mut Model, order: &AutomationOrder, now: Automation) {
    model.world.automations.desk.edited = Some(Box::new((order.clone(), now)));
}

/// Both versions are shown where no other question or line stands before them.
pub fn show(model: &mut Model) {
    let is_free = model.dialog.is_none() && model.line.is_none() && model.place.palette.is_none();
    if !is_free || model.place.tour.is_open() {
        return;
    }
    let Some(edited) = model.world.automations.desk.edited.take() else { return };
    let (order, now) = *edited;
    let Some(pinned) = order.pinned() else { return };
    let mut body = vec![Safe::new(format!(
        "Nothing was sent. {}, {}.",
        revision("You saw", pinned.revision.as_ref()),
        revision("now it is", now.revision())
    ))];
    let columns = usize::from(model.place.size.width.saturating_sub(2));
    body.extend(now.definition().map(|now| both(&pinned.seen, now, columns)).unwrap_or_default());
    let title = format!("“{}” in {} was edited since you saw it", now.name.show_line(), order.repo);
    let ask = Ask::TakeNew(Box::new((order, now)));
    dialog::open(model, Dialog::new(model.now, title, body, "Yes, take the new one and go on", ask));
}

fn revision(before: &str, revision: Option<&Revision>) -> String {
    let revision = revision.map_or_else(|| Safe::new("not told"), Revision::show);
    format!("{before} revision {}", width::cut_end(&revision, 24))
}

/// Field by field what differs: as it was seen, and as it is.
pub(super) fn both(seen: &Definition, now: &Definition, columns: usize) -> Vec<Safe> {
    let mut lines = Vec::new();
    let side_by_side = columns >= WIDE;
    if side_by_side {
        lines.extend(beside(["field", "as you saw it", "as it is now"].map(Safe::new), columns));
    }
    let differs = |field: &&&str| seen.get(field) != now.get(field);
    let mut any = false;
    for field in FIELDS.iter().filter(differs) {
        any = true;
        let value = |of: &Definition| of.get(field).map_or_else(|| Safe::new("not said"), show_value);
        if *field == "prompt" {
            lines.push(Safe::new("prompt  (- as you saw it, + as it is now)"));
            lines.extend(differing(seen, now));
        } else if side_by_side {
            lines.extend(beside([Safe::new(field), value(seen), value(now)], columns));
        } else {
            lines.push(Safe::new(field));
            lines.push(Safe::new(format!("  as you saw it  {}", value(seen))));
            lines.push(Safe::new(format!("  as it is now   {}", value(now))));
        }
    }
    if !any {
        lines = vec![Safe::new("Nothing of what can be written differs: only its revision.")];
    }
    lines
}

/// One row of three columns, as many lines as its longest value takes.
fn beside([field, was, is]: [Safe; 3], columns: usize) -> Vec<Safe> {
    let each = columns.saturating_sub(FIELD + 4) / 2;
    let [field, was, is] = [wrap(&field, FIELD), wrap(&was, each), wrap(&is, each)];
    let rows = field.len().max(was.len()).max(is.len());
    let cell = |cells: &[Safe], row: usize, room: usize| {
        let text = cells.get(row).map(Safe::to_string).unwrap_or_default();
        let gap = room.saturating_sub(width::width(&Safe::new(&text)));
        format!("{text}{}", " ".repeat(gap))
    };
    let line = |row: usize| {
        let text = format!("{}  {}  {}", cell(&field, row, FIELD), cell(&was, row, each), cell(&is, row, each));
        Safe::new(text.trim_end())
    };
    (0..rows).map(line).collect()
}

fn differing(seen: &Definition, now: &Definition) -> Vec<Safe> {
    let (was, is) = (seen.prompt(), now.prompt());
    let all = diff::lines(was.raw_for_match(), is.raw_for_match());
    let marked = all.into_iter().filter_map(|line| match line {
        diff::Line::Same(_) => None,
        diff::Line::Gone(text) => Some(format!("  - {text}")),
        diff::Line::New(text) => Some(format!("  + {text}")),
    });
    let lines: Vec<Safe> = marked.map(Safe::new).collect();
    let more = lines.len().saturating_sub(MOST);
    let mut shown: Vec<Safe> = lines.into_iter().take(MOST).collect();
    if more > 0 {
        shown.push(Safe::new(format!("  … {more} more lines differ")));
    }
    shown
}

/// The new version is taken: a form goes on over it, anything else is asked once more of what there is now.
pub fn take(model: &mut Model, order: AutomationOrder, now: &Automation, effects: &mut Vec<Effect>) {
    if acts::is_of_form(model, Some(&now.at)) {
        return form::take_new(model, now);
    }
    let Some(pinned) = Pinned::of(now) else { return };
    let act = match order.act {
        Act::Switch(_, on) if on == now.switch.is_on() && now.switch != Switch::Untold => {
            let word = if on { "on" } else { "off" };
            return acts::say(
                model,
                false,
                format!("“{}” is {word} by now: nothing is left to do", now.name.show_line()),
            );
        }
        Act::Switch(_, on) => Act::Switch(pinned, on),
        Act::Run(_, run) => Act::Run(pinned, run),
        Act::Delete(_) => Act::Delete(pinned),
        Act::Create(_) | Act::Edit(..) => return form::edit(model, now, effects),
    };
    acts::ask_of(model, AutomationOrder { act, id: uuid::Uuid::nil(), reason: None, ..order }, effects);
}
