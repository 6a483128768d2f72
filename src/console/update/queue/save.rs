//! A query kept under a name: a view for this run, and the lines that keep it in the config.

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
    let title = "Copy the new view for the config file?";
    let dialog = Dialog::new(model.now, title, body, "Yes, copy the lines", Ask::Copy(Untrusted::new(text)));
    dialog::open(model, dialog);
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
