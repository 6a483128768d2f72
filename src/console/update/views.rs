//! What the panes with saved views have in common besides showing them: finding one by its name, keeping a query under a
//! name (a view for this run, and the lines that keep it in the config), and dropping what was kept so.

use super::command::pick;
use super::{actions, automations, dialog, line, queue};
use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::place::Pane;
use crate::console::state::views::{Look, Views};
use crate::domain::automation::query::Automations;
use crate::domain::listing::{MOST_NAME, MOST_VIEWS};
use crate::domain::query::{QueryOf, Tasks, Wrong};
use crate::domain::{Listing, ViewOf};
use crate::text::{Safe, Untrusted};

/// A pane with saved views.
pub trait Viewed: Listing {
    fn saved(model: &Model) -> &[ViewOf<Self>];
    fn views(model: &Model) -> &Views<Self>;
    fn both(model: &mut Model) -> (&mut Vec<ViewOf<Self>>, &mut Views<Self>);
    /// What is typed over the view, and what is wrong in it.
    fn typed(model: &Model) -> (&str, Option<&Wrong>);
    fn clear(model: &mut Model);
    /// Shows the view in its pane, wherever the operator is.
    fn set(model: &mut Model, view: usize);
    /// Goes to the pane and shows the view.
    fn show(model: &mut Model, view: usize);
    /// Which views each is in has to be found out anew.
    fn anew(model: &mut Model);
}

impl Viewed for Tasks {
    fn saved(model: &Model) -> &[ViewOf<Self>] {
        &model.settings.views
    }

    fn views(model: &Model) -> &Views<Self> {
        &model.queue.views
    }

    fn both(model: &mut Model) -> (&mut Vec<ViewOf<Self>>, &mut Views<Self>) {
        (&mut model.settings.views, &mut model.queue.views)
    }

    fn typed(model: &Model) -> (&str, Option<&Wrong>) {
        (&model.queue.typed.text, model.queue.typed.wrong.as_ref())
    }

    fn clear(model: &mut Model) {
        line::filter(model, String::new());
    }

    fn set(model: &mut Model, view: usize) {
        queue::set_view(model, view);
    }

    fn show(model: &mut Model, view: usize) {
        actions::focus(model, Pane::Queue);
        queue::set_view(model, view);
    }

    fn anew(model: &mut Model) {
        // Each task knows its views by their places.
        model.queue.due = true;
    }
}

impl Viewed for Automations {
    fn saved(model: &Model) -> &[ViewOf<Self>] {
        &model.settings.automation_views
    }

    fn views(model: &Model) -> &Views<Self> {
        &model.place.habits().views
    }

    fn both(model: &mut Model) -> (&mut Vec<ViewOf<Self>>, &mut Views<Self>) {
        let habits = model.place.habits_mut();
        habits.turned = true;
        (&mut model.settings.automation_views, &mut habits.views)
    }

    fn typed(model: &Model) -> (&str, Option<&Wrong>) {
        let pane = model.place.automations.as_ref();
        (&model.place.habits().text, pane.and_then(|pane| pane.wrong.as_ref()))
    }

    fn clear(model: &mut Model) {
        automations::pane::filter(model, String::new());
    }

    fn set(model: &mut Model, view: usize) {
        if model.place.automations.is_some() {
            return automations::pane::set_view(model, view);
        }
        let habits = model.place.habits_mut();
        habits.turned |= habits.views.show(view, &mut habits.selected);
    }

    fn show(model: &mut Model, view: usize) {
        if model.place.automations.is_none() {
            automations::pane::open(model);
        }
        automations::pane::set_view(model, view);
    }

    fn anew(model: &mut Model) {
        if let Some(pane) = &mut model.place.automations {
            pane.due = true;
        }
    }
}

/// `:view [save|drop] NAME`: of the pane that is looked at. A name that is none of its views is looked for among the
/// other's.
pub fn command(model: &mut Model, arguments: &[&str]) -> Result<(), String> {
    if model.place.automations.is_some() {
        of::<Automations, Tasks>(model, arguments)
    } else {
        of::<Tasks, Automations>(model, arguments)
    }
}

fn of<Here: Viewed, There: Viewed>(model: &mut Model, arguments: &[&str]) -> Result<(), String> {
    if let ["save", name @ ..] = arguments {
        return save::<Here>(model, &name.join(" "));
    }
    // A view may be called drop; with a name behind it the word is the verb.
    if let ["drop", name @ ..] = arguments
        && (!name.is_empty() || (find::<Here>(model, "drop").is_err() && find::<There>(model, "drop").is_err()))
    {
        let name = name.join("-").to_lowercase();
        return match (find::<Here>(model, &name), find::<There>(model, &name)) {
            _ if name.is_empty() => Err("which view is dropped? view drop NAME".to_owned()),
            (Ok(at), _) => drop_view::<Here>(model, at),
            (Err(_), Ok(at)) => drop_view::<There>(model, at),
            (Err(unknown), Err(_)) => Err(unknown),
        };
    }
    let [name] = arguments else { return Err(super::command::misused()) };
    match (find::<Here>(model, name), find::<There>(model, name)) {
        (Ok(view), _) => Here::show(model, view),
        (Err(_), Ok(view)) => There::show(model, view),
        (Err(unknown), Err(_)) => return Err(unknown),
    }
    Ok(())
}

fn find<S: Viewed>(model: &Model, name: &str) -> Result<usize, String> {
    let words: Vec<String> = S::saved(model).iter().map(ViewOf::word).collect();
    pick(name, words.iter().map(String::as_str).zip(0..), "view")
}

/// The views a command can go on with: of all panes, or those that were saved while running.
pub fn offered(model: &Model, dropped: bool) -> Vec<(String, String)> {
    fn all<S: Viewed>(model: &Model, dropped: bool) -> impl Iterator<Item = (String, String)> {
        let from = if dropped { S::views(model).given } else { 0 };
        S::saved(model).iter().skip(from).map(|view| (view.word(), view.query.text().to_owned()))
    }
    let (tasks, automations) = (all::<Tasks>(model, dropped), all::<Automations>(model, dropped));
    let mut offered: Vec<_> = if model.place.automations.is_some() {
        automations.chain(tasks).collect()
    } else {
        tasks.chain(automations).collect()
    };
    // Of two with one name the one that is gone to stands.
    let mut seen = std::collections::HashSet::new();
    offered.retain(|(word, _)| seen.insert(word.clone()));
    offered
}

/// Makes a view of the one that is shown and what is typed over it, looked at as now.
fn save<S: Viewed>(model: &mut Model, name: &str) -> Result<(), String> {
    let views = S::saved(model);
    let view = ViewOf::new(name, query::<S>(model)?);
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
    let Look { order, group, columns, .. } = S::views(model).look();
    let view = ViewOf { order, group, columns, ..view };
    let text = view.toml();
    S::clear(model);
    let (saved, views) = S::both(model);
    views.add(&view);
    saved.push(view);
    let last = saved.len() - 1;
    S::anew(model);
    S::show(model, last);
    let mut body = vec![Safe::new("It is there for this run. These lines in the config file keep it:")];
    body.extend(text.lines().map(Safe::new));
    let (title, yes) = ("Copy the new view for the config file?", "Yes, copy the lines");
    dialog::open(model, Dialog::new(model.now, title, body, yes, Ask::Copy(Untrusted::new(text))));
    Ok(())
}

/// Takes away a view that was saved while running. Where it was shown, the one to its left is.
fn drop_view<S: Viewed>(model: &mut Model, at: usize) -> Result<(), String> {
    let Some(view) = S::saved(model).get(at) else { return Ok(()) };
    if at < S::views(model).given {
        let (name, table) = (&view.name, S::TABLE);
        return Err(if S::defaults().contains(view) {
            format!("“{name}” is there by default; [[{table}]] in the config file take the place of all of these")
        } else {
            format!("“{name}” is from the config file, and is taken away there")
        });
    }
    let note = format!("dropped the view “{}”", view.name);
    if S::views(model).at == at {
        S::set(model, at.saturating_sub(1));
    }
    let (saved, views) = S::both(model);
    saved.remove(at);
    views.remove(at);
    S::anew(model);
    model.notes.say(model.now, false, note);
    model.dirty = true;
    Ok(())
}

/// All that decides what is listed now.
fn query<S: Viewed>(model: &Model) -> Result<QueryOf<S>, String> {
    let (typed, wrong) = S::typed(model);
    if let Some(wrong) = wrong {
        return Err(format!("the query is not understood: {wrong}"));
    }
    let view = S::saved(model).get(S::views(model).at).map_or("", |view| view.query.text());
    QueryOf::parse(format!("{view} {typed}").trim()).map_err(|wrong| wrong.to_string())
}
