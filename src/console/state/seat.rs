//! How the operator has arranged the panes: what is kept of it for the next start.

use super::automations::pane::{By, Order, VIEWS};

/// No pane is wished larger or smaller by more rows.
const MOST: i16 = 500;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    pub zoomed: bool,
    /// Side by side; `None`: as the configuration says.
    pub columns: Option<bool>,
    pub queue_extra: i16,
    pub reviews_extra: i16,
    pub automations: Arranged,
}

/// How the automations are put together, in their pane and their calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arranged {
    /// Which of the views.
    pub view: usize,
    pub order: Order,
    /// By repository; `None`: as it is good for so many repositories.
    pub grouped: Option<bool>,
    /// The calendar shows a week, not a day.
    pub week: bool,
}

impl Arranged {
    fn words(self) -> [(&'static str, String); 4] {
        let view = VIEWS.get(self.view).map_or("", |view| view.name);
        let order = if self.order.reversed { "-" } else { "" };
        [
            ("automations.view", view.to_owned()),
            ("automations.sort", format!("{order}{}", self.order.by.word())),
            ("automations.grouped", self.grouped.map_or("as is good".to_owned(), |yes| yes.to_string())),
            ("automations.week", self.week.to_string()),
        ]
    }

    fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        let view = word("automations.view").and_then(|name| VIEWS.iter().position(|view| view.name == name));
        let sort = word("automations.sort").unwrap_or_default();
        let (reversed, by) = sort.strip_prefix('-').map_or((false, sort.as_str()), |by| (true, by));
        let by = By::ALL.into_iter().find(|one| one.word() == by);
        Self {
            view: view.unwrap_or_default(),
            order: by.map(|by| Order { by, reversed }).unwrap_or_default(),
            grouped: word("automations.grouped").and_then(|word| word.parse().ok()),
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
            automations: Arranged::read(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_garbage_is_as_at_first() {
        let order = Order { by: By::Cost, reversed: true };
        let automations = Arranged { view: 3, order, grouped: Some(false), week: true };
        let seat = Seat { zoomed: true, columns: Some(true), queue_extra: -3, reviews_extra: 7, automations };
        let words = seat.words();
        let word = |name: &str| words.iter().find(|(known, _)| *known == name).map(|(_, word)| word.clone());
        assert_eq!(Seat::read(word), seat);
        assert_eq!(Seat::read(|_| None), Seat::default());
        assert_eq!(Seat::read(|_| Some("💥".to_owned())), Seat::default());
        let far = Seat::read(|name| (name == "queue").then(|| "-32768".to_owned()));
        assert_eq!(far.queue_extra, -MOST);
    }
}
