//! The tab bar: the saved views with their counts, the panes with their letters. View draws it, update asks where a
//! click went.
//!
//! A row of tabs gives way in this order: the gaps, the ends of names that are long, the counts, the ends of all names,
//! the tabs farthest from the current one. The current one is always seen.

use super::Model;
use super::layout::Area;
use super::place::Pane;
use super::tone::{Tone, Words};
use crate::console::keys::{Context, Intent};
use crate::domain::{Listing, ViewOf};
use crate::text::width;

/// From this many columns on the views stand at the left and the panes at the right.
pub const BOTH_FROM: u16 = 110;
/// Between views and panes.
const BETWEEN: u16 = 4;
/// No name is cut shorter.
const NAME_LEAST: usize = 8;
/// Where only a stretch of the tabs is seen, no name is longer.
const NAME_MOST: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The saved view with this index.
    View(usize),
    Pane(Pane),
}

#[derive(Clone, Debug)]
pub struct Tab {
    pub to: To,
    pub area: Area,
    pub words: Words,
}

/// All tabs that are seen, from left to right.
pub fn tabs(model: &Model, area: Area) -> Vec<Tab> {
    // The last column stays free.
    let area = Area { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    if area.width + 2 < BOTH_FROM {
        let views = model.place.focus == Pane::Queue || model.place.is_dashboard() || model.place.automations.is_some();
        return if views { fit(&self::views(model), area) } else { fit(&panes(model), area) };
    }
    let panes = panes(model);
    let least = u16::try_from(wide(&panes, Shape::plain(2))).unwrap_or(area.width / 2);
    let mut all = fit(&views(model), Area { width: area.width.saturating_sub(least + BETWEEN), ..area });
    let x = all.last().map_or(area.x, |tab| tab.area.right()) + BETWEEN;
    let mut right = fit(&panes, Area { x, width: area.right().saturating_sub(x), ..area });
    let free = area.right().saturating_sub(right.last().map_or(x, |tab| tab.area.right()));
    for tab in &mut right {
        tab.area.x += free;
    }
    all.extend(right);
    all
}

/// A tab before it has a place.
struct Item {
    to: To,
    key: String,
    name: String,
    /// What the name takes.
    columns: usize,
    tone: Tone,
    counts: Words,
    current: bool,
}

/// How much of each tab is shown.
#[derive(Clone, Copy)]
struct Shape {
    gap: usize,
    counts: bool,
    /// Columns of a name at most.
    name: usize,
}

impl Shape {
    fn plain(gap: usize) -> Self {
        Self { gap, counts: false, name: usize::MAX }
    }
}

fn words(item: &Item, shape: Shape) -> Words {
    let mut words = Words::one(Tone::Dim, if item.key.is_empty() { String::new() } else { format!("{} ", item.key) })
        .with(item.tone, width::cut_end(&item.name, shape.name));
    if shape.counts {
        words.extend(item.counts.clone());
    }
    words
}

fn wide(items: &[Item], shape: Shape) -> usize {
    let one = |item: &Item| {
        let key = if item.key.is_empty() { 0 } else { width::width(&item.key) + 1 };
        key + item.columns.min(shape.name) + if shape.counts { item.counts.width() } else { 0 }
    };
    items.iter().map(one).sum::<usize>() + shape.gap * items.len().saturating_sub(1)
}

/// The tabs of one row, as much of them as there is room for.
fn fit(items: &[Item], area: Area) -> Vec<Tab> {
    let room = usize::from(area.width);
    let longest = items.iter().map(|item| item.columns).max().unwrap_or(0);
    let cut = |least: usize| (least..longest).rev().map(|name| Shape { name, ..Shape::plain(2) });
    let whole = [3, 2].map(|gap| Shape { gap, counts: true, name: usize::MAX });
    let counted = cut(NAME_MOST).map(|shape| Shape { counts: true, ..shape });
    let shapes = whole.into_iter().chain(counted).chain([Shape::plain(2)]).chain(cut(NAME_LEAST));
    if let Some(shape) = shapes.into_iter().find(|shape| wide(items, *shape) <= room) {
        return place(items, shape, area, area.x);
    }
    // Not even the beginnings of all names: a stretch of them with the current one in it, signs at its open ends.
    let shape = Shape { name: NAME_MOST.min(room / 3).max(NAME_LEAST), ..Shape::plain(2) };
    let current = items.iter().position(|item| item.current).unwrap_or(0);
    let seen = |from: usize| items.get(from..=current).unwrap_or_default();
    let room = room.saturating_sub(2 * MORE);
    let first = (0..current).find(|from| wide(seen(*from), shape) <= room).unwrap_or(current);
    let last = (current + 1..=items.len())
        .rev()
        .find(|to| wide(items.get(first..*to).unwrap_or_default(), shape) <= room)
        .unwrap_or(current + 1);
    let inner = Area { width: area.width.saturating_sub(2), ..area };
    let shown = items.get(first..last).unwrap_or_default();
    let mut tabs = place(shown, shape, inner, area.x + if first > 0 { 2 } else { 0 });
    if let (true, Some(tab)) = (first > 0, tabs.first_mut()) {
        tab.words.0.insert(0, (Tone::Dim, crate::text::Safe::new("‹ ")));
        tab.area = Area { x: area.x, width: tab.area.width + 2, ..tab.area };
    }
    if let (true, Some(tab)) = (last < items.len(), tabs.last_mut()) {
        tab.words.push(Tone::Dim, " ›");
        tab.area.width = (tab.area.width + 2).min(area.right().saturating_sub(tab.area.x));
    }
    tabs
}

/// Columns of the sign that there are more.
const MORE: usize = 2;

fn place(items: &[Item], shape: Shape, area: Area, mut x: u16) -> Vec<Tab> {
    let columns = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let mut tabs = Vec::new();
    for item in items {
        let words = words(item, shape);
        // One name alone may be wider than the screen.
        let width = columns(words.width()).min(area.right().saturating_sub(x));
        tabs.push(Tab { to: item.to, area: Area { x, width, height: 1, ..area }, words });
        x = x.saturating_add(width).saturating_add(columns(shape.gap));
    }
    tabs
}

/// The accent is where the keys go, and nowhere else: what is current under something that has them is bold alone.
fn tone(current: bool, has_keys: bool) -> Tone {
    match (current, has_keys) {
        (true, true) => Tone::AccentStrong,
        (true, false) => Tone::Strong,
        (false, _) => Tone::Plain,
    }
}

/// Nothing stands over the pane that is gone to.
fn has_keys(model: &Model, pane: Pane) -> bool {
    let of = match model.screen() {
        Context::Queue => Pane::Queue,
        Context::Log | Context::Record | Context::List => Pane::Log,
        Context::Reviews | Context::Pull | Context::Diff => Pane::Reviews,
        Context::Templates | Context::Issues | Context::Form | Context::Repos | Context::Plan => Pane::Compose,
        _ => return false,
    };
    of == pane && model.place.help.is_none()
}

/// The views of the automations where these are open, else those of the queue.
fn views(model: &Model) -> Vec<Item> {
    let Some(pane) = &model.place.automations else {
        // Before anything was read there is nothing to count.
        let known = model.queue.tally().all > 0;
        let count = |n| known.then(|| model.queue.count(n).to_string());
        return views_of(model, &model.settings.views, model.queue.views.at, has_keys(model, Pane::Queue), count);
    };
    let is_list = model.screen() == Context::Automations && model.place.help.is_none();
    let count = |n: usize| {
        let count = pane.counts.get(n).filter(|_| !pane.entries.is_empty())?;
        Some(format!("{}{}", count.held, if count.is_least { "+" } else { "" }))
    };
    views_of(model, &model.settings.automation_views, pane.habits.views.at, is_list, count)
}

fn views_of<S: Listing>(
    model: &Model,
    views: &[ViewOf<S>],
    shown: usize,
    has_keys: bool,
    count: impl Fn(usize) -> Option<String>,
) -> Vec<Item> {
    let item = |(n, view): (usize, &ViewOf<S>)| Item {
        to: To::View(n),
        key: u8::try_from(n + 1).map_or_else(|_| String::new(), |n| key_of(model, Intent::View(n))),
        name: view.name.to_string(),
        columns: width::width(&view.name),
        tone: tone(n == shown, has_keys),
        counts: Words::one(Tone::Dim, count(n).map(|count| format!(" {count}")).unwrap_or_default()),
        current: n == shown,
    };
    views.iter().enumerate().map(item).collect()
}

fn panes(model: &Model) -> Vec<Item> {
    let item = |(pane, intent): (Pane, Intent)| {
        let current = model.place.focus == pane;
        let tone = tone(current, has_keys(model, pane));
        let (to, key, name) = (To::Pane(pane), key_of(model, intent), pane.title().to_owned());
        Item { to, key, columns: name.len(), name, tone, counts: badges(model, pane), current }
    };
    let read_only = model.settings.read_only;
    Pane::ALL.into_iter().zip(GO).filter(|(pane, _)| *pane != Pane::Compose || !read_only).map(item).collect()
}

/// What goes to the panes, in their order.
const GO: [Intent; 4] = [Intent::Queue, Intent::Log, Intent::Reviews, Intent::Compose];

/// What has no key of its own has none on its tab, nor has what its key does not lead to from here: in the log `n` is the
/// next hit.
fn key_of(model: &Model, intent: Intent) -> String {
    let row = model.settings.keymap.row_of(model.screen(), intent);
    row.map(|row| row.keys.to_string()).unwrap_or_default()
}

fn badges(model: &Model, pane: Pane) -> Words {
    let mut words = Words::new();
    let mut count = |tone, sign: &str, n: usize| {
        if n > 0 {
            words.push(Tone::Plain, " ");
            words.push(tone, format!("{sign}{n}"));
        }
    };
    match pane {
        Pane::Queue => {
            count(Tone::Dim, "", model.queue.tally().all);
            count(Tone::Accent, "•", model.queue.tally().changed);
        }
        Pane::Reviews => {
            count(Tone::Dim, "", model.reviews.open);
            count(Tone::WarnStrong, "◆", model.reviews.waiting);
        }
        Pane::Log | Pane::Compose => {}
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::console::keys::{Keymap, Preset};
    use crate::console::state::layout::Size;
    use crate::console::state::settings::Settings;
    use crate::domain::{Instant, Query, SavedView};

    fn model(views: usize, name: usize) -> Model {
        let view = |n: usize| SavedView::new(format!("{n}{}", "x".repeat(name)), Query::default());
        let settings = Settings { views: (0..views).map(view).collect(), ..Settings::default() };
        Model::new(Instant::UNIX_EPOCH, settings)
    }

    #[test]
    fn however_many_views_and_however_narrow_the_current_one_is_seen_and_nothing_overlaps() {
        for views in [1, 6, 20] {
            for name in [0, 9, 60] {
                let mut model = model(views, name);
                for width in (40..=180).step_by(5) {
                    for height in [24, 45] {
                        model.place.size = Size { width, height };
                        let area = Area { x: 0, y: 1, width, height: 1 };
                        for focus in [Pane::Queue, Pane::Log, Pane::Compose] {
                            model.place.focus = focus;
                            for view in [0, views / 2, views - 1] {
                                model.queue.views.at = view;
                                check(&model, area, view);
                            }
                        }
                    }
                }
            }
        }
    }

    fn check(model: &Model, area: Area, view: usize) {
        let tabs = tabs(model, area);
        let mut end = area.x;
        for tab in &tabs {
            assert!(tab.area.x > end || end == area.x, "{tabs:?}");
            assert!(tab.area.width > 0 && tab.area.right() <= area.right(), "{area:?} {tabs:?}");
            end = tab.area.right();
        }
        let shows = |to: To| tabs.iter().any(|tab| tab.to == to);
        let is_seen = match model.place.focus {
            _ if area.width >= BOTH_FROM => shows(To::View(view)) && shows(To::Pane(model.place.focus)),
            Pane::Queue => shows(To::View(view)),
            _ if model.place.is_dashboard() => shows(To::View(view)),
            pane => shows(To::Pane(pane)),
        };
        assert!(is_seen, "{:?} view {view} at {area:?}: {tabs:?}", model.place.focus);
    }

    #[test]
    fn the_letters_on_the_tabs_are_the_keys_whatever_they_are() {
        let letters = |model: &Model| panes(model).into_iter().map(|item| item.key).collect::<Vec<_>>();
        let mut model = model(10, 3);
        assert_eq!(letters(&model), ["Q", "l", "p", "n"]);
        assert_eq!(views(&model).last().unwrap().key, "", "there is no tenth number");
        model.settings.keymap = Keymap::of(Preset::Vim);
        assert_eq!(letters(&model), ["g q", "g l", "g p", "g n"]);
    }
}
