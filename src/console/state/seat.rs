//! How the operator has arranged the panes: what is kept of it for the next start.

use std::sync::Arc;

use super::automations::pane::Habits;
use crate::domain::automation::SavedView;

/// No pane is wished larger or smaller by more rows.
const MOST: i16 = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    pub zoomed: bool,
    /// Side by side; `None`: as the configuration says.
    pub columns: Option<bool>,
    pub queue_extra: i16,
    pub reviews_extra: i16,
    /// Shared: it is compared with every key, and hardly ever another.
    pub automations: Arc<Arranged>,
}

/// How the automations are put together, in their pane and their calendar: as words, because which views there are is
/// nothing the panes know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arranged {
    /// The word of the view that is shown.
    pub view: String,
    /// How views are turned, as [`Views::words`](super::views::Views::words) says it.
    pub turned: String,
    /// The calendar shows a week, not a day.
    pub week: bool,
}

impl Arranged {
    pub fn of(habits: &Habits, saved: &[SavedView]) -> Self {
        let (view, turned) = habits.views.words(saved);
        Self { view, turned, week: habits.week }
    }

    /// Puts them together so.
    pub fn give(&self, habits: &mut Habits, saved: &[SavedView]) {
        habits.views.take(saved, &self.view, &self.turned);
        habits.week = self.week;
    }

    fn words(&self) -> [(&'static str, String); 3] {
        [
            ("automations.view", self.view.clone()),
            ("automations.turned", self.turned.clone()),
            ("automations.week", self.week.to_string()),
        ]
    }

    fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            view: word("automations.view").unwrap_or_default(),
            turned: word("automations.turned").unwrap_or_default(),
            week: word("automations.week").is_some_and(|word| word == "true"),
        }
    }
}

impl Seat {
    /// As words, to be kept.
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let columns = match self.columns {
            None => "as configured",
            Some(true) => "columns",
            Some(false) => "rows",
        };
        let mut words = vec![
            ("zoomed", self.zoomed.to_string()),
            ("panes", columns.to_owned()),
            ("queue", self.queue_extra.to_string()),
            ("reviews", self.reviews_extra.to_string()),
        ];
        words.extend(self.automations.words());
        words
    }

    /// What is missing or makes no sense is as at first.
    pub fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        let rows = |name: &str| word(name).and_then(|rows| rows.parse::<i16>().ok()).unwrap_or(0).clamp(-MOST, MOST);
        Self {
            zoomed: word("zoomed").is_some_and(|word| word == "true"),
            columns: match word("panes").as_deref() {
                Some("columns") => Some(true),
                Some("rows") => Some(false),
                _ => None,
            },
            queue_extra: rows("queue"),
            reviews_extra: rows("reviews"),
            automations: Arc::new(Arranged::read(word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_garbage_is_as_at_first() {
        let turned = "failing -cost-week none\non next -".to_owned();
        let automations = Arc::new(Arranged { view: "failing".to_owned(), turned, week: true });
        let seat = Seat { zoomed: true, columns: Some(true), queue_extra: -3, reviews_extra: 7, automations };
        let words = seat.words();
        let word = |name: &str| words.iter().find(|(known, _)| *known == name).map(|(_, word)| word.clone());
        assert_eq!(Seat::read(word), seat);
        assert_eq!(Seat::read(|_| None), Seat::default());
        let garbage = Seat::read(|_| Some("💥".to_owned()));
        let mut habits = Habits::default();
        garbage.automations.give(&mut habits, &SavedView::defaults());
        assert_eq!(Seat { automations: Arc::default(), ..garbage }, Seat::default());
        assert_eq!(habits, Habits::default());
        let far = Seat::read(|name| (name == "queue").then(|| "-32768".to_owned()));
        assert_eq!(far.queue_extra, -MOST);
    }
}
