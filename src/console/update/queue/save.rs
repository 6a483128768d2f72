//! A query kept under a name: a view for this run, and the lines that keep it in the config. What was saved can be dropped.

use super::super::{dialog, line};
use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::queue::Look;
use crate::domain::listing::{MOST_NAME, MOST_VIEWS};
use crate::domain::{Query, SavedView};
use crate::text::{Safe, Untrusted};

/// Makes a view of the one that is shown and what is typed over it, looked at as now.
pub fn save_view(model: &mut Model, name: &str) -> Result<(), String> {
    let views = &model.settings.views;
    let view = SavedView::new(name, query(model)?);
    if view.word().is_empty() {
        return Err("a view needs a name: view save NAME".to_owned());
    }
    if view.name.chars().count() > MOST_NAME {
        return Err(format!("a view's name has at most {MOST_NAME} characters"));
    }
    if let Some(same) = views.iter().find(|other| other.word() == view.word()) {
        return Err(format!("there is already a view “{}”", same.name));
    }
    if views.len() >= MOST_VIEWS {
        return Err(format!("there are already {MOST_VIEWS} views"));
    }
    let look = model.queue.look();
    let view = SavedView { order: look.order, group: look.group, columns: look.columns, ..view };
    let text = view.toml();
    model.queue.looks.push(Look::from(&view));
    model.settings.views.push(view);
    line::filter(model, String::new());
    super::set_view(model, model.settings.views.len() - 1);
    model.queue.due = true;
    let mut body = vec![Safe::new("It is there for this run. These lines in the config file keep it:")];
    body.extend(text.lines().map(Safe::new));
    let (title, yes) = ("Copy the new view for the config file?", "Yes, copy the lines");
    dialog::open(model, Dialog::new(model.now, title, body, yes, Ask::Copy(Untrusted::new(text))));
    Ok(())
}

/// Takes away a view that was saved while running. Where it was shown, the one to its left is.
pub fn drop_view(model: &mut Model, at: usize) -> Result<(), String> {
    let Some(view) = model.settings.views.get(at) else { return Ok(()) };
    if at < model.queue.given {
        let name = &view.name;
        return Err(if SavedView::defaults().contains(view) {
            format!("“{name}” is there by default; [[views]] in the config file take the place of all of these")
        } else {
            format!("“{name}” is from the config file, and is taken away there")
        });
    }
    let note = format!("dropped the view “{}”", view.name);
    if model.queue.view == at {
        super::set_view(model, at.saturating_sub(1));
    }
    model.settings.views.remove(at);
    model.queue.looks.remove(at);
    if model.queue.view > at {
        model.queue.view -= 1;
    }
    // Each task knows its views by their places.
    model.queue.due = true;
    model.notes.say(model.now, false, note);
    model.dirty = true;
    Ok(())
}

/// All that decides what is listed now.
fn query(model: &Model) -> Result<Query, String> {
    let typed = &model.queue.typed;
    if let Some(wrong) = &typed.wrong {
        return Err(format!("the query is not understood: {wrong}"));
    }
    let view = model.settings.views.get(model.queue.view).map_or("", |view| view.query.text());
    Query::parse(format!("{view} {}", typed.text).trim()).map_err(|wrong| wrong.to_string())
}
