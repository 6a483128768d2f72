//! The saved views of a pane: which of them is shown, and how each is turned. One thing for the queue and the automations.
//!
//! ```text
//! config ──> saved views ──> a look each ──turned by keys──> stays with its view, while this runs
//!                 └─ saved while running: behind those that were given, and only these can be dropped
//! ```

use crate::domain::listing::Named as _;
use crate::domain::{Listing, OrderOf, ViewOf};

/// How a view is looked at: as saved, then as the operator turned it.
#[derive(Clone, Debug, PartialEq)]
pub struct Look<S: Listing> {
    pub order: OrderOf<S::Column>,
    pub group: Option<S::Group>,
    pub columns: Option<Vec<S::Column>>,
    /// Where the cursor was when the view was left.
    pub selected: Option<S::Id>,
}

impl<S: Listing> Default for Look<S> {
    fn default() -> Self {
        Self { order: OrderOf::default(), group: None, columns: None, selected: None }
    }
}

impl<S: Listing> From<&ViewOf<S>> for Look<S> {
    fn from(view: &ViewOf<S>) -> Self {
        Self { order: view.order, group: view.group, columns: view.columns.clone(), selected: None }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Views<S: Listing> {
    /// Which of the saved views is shown.
    pub at: usize,
    /// So many views were there at the start, from the config or by default; those behind were saved while running.
    pub given: usize,
    /// One for each saved view.
    pub looks: Vec<Look<S>>,
}

impl<S: Listing> Views<S> {
    /// The first that shows everything is shown at first.
    pub fn new(saved: &[ViewOf<S>]) -> Self {
        Self { at: all(saved).unwrap_or(0), given: saved.len(), looks: saved.iter().map(Look::from).collect() }
    }

    pub fn look(&self) -> Look<S> {
        self.looks.get(self.at).cloned().unwrap_or_default()
    }

    pub fn order(&self) -> OrderOf<S::Column> {
        self.looks.get(self.at).map(|look| look.order).unwrap_or_default()
    }

    pub fn group(&self) -> Option<S::Group> {
        self.looks.get(self.at).and_then(|look| look.group)
    }

    /// Those the view names.
    pub fn columns(&self) -> Option<&[S::Column]> {
        self.looks.get(self.at)?.columns.as_deref()
    }

    /// Looks at this view in another way, now and whenever it is shown.
    pub fn turn(&mut self, change: impl FnOnce(&mut Look<S>)) {
        if let Some(look) = self.looks.get_mut(self.at) {
            change(look);
        }
    }

    /// Shows another view, the cursor where it was when that view was left; what is under the cursor stays there where
    /// that view was not shown before. False: it is shown already, or there is none.
    pub fn show(&mut self, view: usize, selected: &mut Option<S::Id>) -> bool {
        if view == self.at || view >= self.looks.len() {
            return false;
        }
        self.turn(|look| look.selected.clone_from(selected));
        self.at = view;
        if let Some(before) = self.looks.get(view).and_then(|look| look.selected.clone()) {
            *selected = Some(before);
        }
        true
    }

    /// The next view, after the last the first; or the other way round.
    pub fn next(&self, forward: bool) -> usize {
        let views: Vec<usize> = (0..self.looks.len()).collect();
        step(&views, self.at, forward)
    }

    /// One more at the end.
    pub fn add(&mut self, view: &ViewOf<S>) {
        self.looks.push(Look::from(view));
    }

    /// One less. What is shown stays shown.
    pub fn remove(&mut self, view: usize) {
        if view < self.looks.len() {
            self.looks.remove(view);
        }
        if self.at > view {
            self.at -= 1;
        }
    }

    /// The view that is shown by its word, and a line for each that is sorted or grouped otherwise than it was saved: what
    /// [`Self::take`] understands.
    pub fn words(&self, saved: &[ViewOf<S>]) -> (String, String) {
        let shown = saved.get(self.at).map(ViewOf::word).unwrap_or_default();
        let turned =
            self.looks.iter().zip(saved).filter(|(look, view)| (look.order, look.group) != (view.order, view.group));
        let line = |(look, view): (&Look<S>, &ViewOf<S>)| {
            let reversed = if look.order.reversed { "-" } else { "" };
            let group = look.group.map_or(UNGROUPED, S::Group::word);
            format!("{} {reversed}{} {group}", view.word(), look.order.by.word())
        };
        (shown, turned.map(line).collect::<Vec<_>>().join("\n"))
    }

    /// As another run of the program left them. A view that is gone, or a word nobody knows, changes nothing.
    pub fn take(&mut self, saved: &[ViewOf<S>], shown: &str, turned: &str) {
        let find = |word: &str| saved.iter().position(|view| view.word() == word);
        self.at = find(shown).unwrap_or(self.at);
        for line in turned.lines() {
            let mut words = line.split(' ');
            let (Some(view), Some(sort), Some(group)) = (words.next().and_then(find), words.next(), words.next())
            else {
                continue;
            };
            let (reversed, by) = sort.strip_prefix('-').map_or((false, sort), |by| (true, by));
            let group = Some(S::Group::parse(group)).filter(|known| known.is_some() || group == UNGROUPED);
            if let (Some(look), Some(by), Some(group)) = (self.looks.get_mut(view), S::Column::parse(by), group) {
                (look.order, look.group) = (OrderOf { by, reversed }, group);
            }
        }
    }
}

/// In place of a group's word. No group is called so.
const UNGROUPED: &str = "-";

/// The first view that shows everything.
pub fn all<S: Listing>(saved: &[ViewOf<S>]) -> Option<usize> {
    saved.iter().position(|view| view.query.is_empty())
}

/// The one behind this one, after the last the first; or the other way round.
pub fn step<T: Copy + PartialEq>(all: &[T], now: T, forward: bool) -> T {
    let at = all.iter().position(|v| *v == now).unwrap_or(0);
    let to = if forward { at + 1 } else { at + all.len().saturating_sub(1) } % all.len().max(1);
    all.get(to).copied().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::domain::automation::query::{Automations, Query};
    use crate::domain::automation::{Column, Group, Order, SavedView};

    fn saved() -> Vec<SavedView> {
        let view = |name: &str, query: &str| SavedView::new(name, Query::parse(query).unwrap());
        vec![view("Mine", "user:@me"), view("All of them", ""), view("Off", "state:off")]
    }

    #[test]
    fn each_view_keeps_how_it_was_turned_and_where_its_cursor_was() {
        let mut views: Views<Automations> = Views::new(&saved());
        let id = |id: &str| {
            Some(crate::domain::AutomationRef {
                repo: "acme/api".parse().unwrap(),
                id: crate::domain::AutomationId::new(id),
            })
        };
        let mut selected = id("a");
        assert_eq!(views.at, 1, "everything is shown at first");
        views.turn(|look| look.order.by = Column::Next);
        assert!(views.show(2, &mut selected) && !views.show(2, &mut selected) && !views.show(3, &mut selected));
        assert_eq!((selected.clone(), views.order().by), (id("a"), Column::Name));
        selected = id("b");
        assert_eq!((views.next(true), views.next(false)), (0, 1));
        assert!(views.show(1, &mut selected));
        assert_eq!((selected, views.order().by), (id("a"), Column::Next));
        views.remove(0);
        assert_eq!((views.at, views.order().by), (0, Column::Next), "what is shown stays shown");
    }

    #[test]
    fn what_one_run_was_told_the_next_one_knows_and_garbage_changes_nothing() {
        let saved = saved();
        let mut views: Views<Automations> = Views::new(&saved);
        views.show(2, &mut None);
        views.turn(|look| {
            (look.order, look.group) = (Order { by: Column::CostWeek, reversed: true }, Some(Group::None));
        });
        let (shown, turned) = views.words(&saved);
        assert_eq!((shown.as_str(), turned.as_str()), ("off", "off -cost-week none"));
        let mut next = Views::new(&saved);
        next.take(&saved, &shown, &turned);
        assert_eq!((next.at, next.order(), next.group()), (2, views.order(), views.group()));
        next.turn(|look| look.group = None);
        let (_, turned) = next.words(&saved);
        views.take(&saved, "", &turned);
        assert_eq!(views.group(), None, "a group that was taken away is kept, too");
        for garbage in ["", "gone name none", "off size none", "off name colour", "💥"] {
            let mut next: Views<Automations> = Views::new(&saved);
            next.take(&saved, garbage, garbage);
            assert_eq!(next, Views::new(&saved), "{garbage}");
        }
    }
}
