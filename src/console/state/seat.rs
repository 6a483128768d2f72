//! How the operator has arranged the panes: what is kept of it for the next start.

/// No pane is wished larger or smaller by more rows.
const MOST: i16 = 500;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    pub zoomed: bool,
    /// Side by side; `None`: as the configuration says.
    pub columns: Option<bool>,
    pub queue_extra: i16,
    pub reviews_extra: i16,
}

impl Seat {
    /// As words, to be kept.
    pub fn words(&self) -> [(&'static str, String); 4] {
        let columns = match self.columns {
            None => "as configured",
            Some(true) => "columns",
            Some(false) => "rows",
        };
        [
            ("zoomed", self.zoomed.to_string()),
            ("panes", columns.to_owned()),
            ("queue", self.queue_extra.to_string()),
            ("reviews", self.reviews_extra.to_string()),
        ]
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_garbage_is_as_at_first() {
        let seat = Seat { zoomed: true, columns: Some(true), queue_extra: -3, reviews_extra: 7 };
        let words = seat.words();
        let word = |name: &str| words.iter().find(|(known, _)| *known == name).map(|(_, word)| word.clone());
        assert_eq!(Seat::read(word), seat);
        assert_eq!(Seat::read(|_| None), Seat::default());
        assert_eq!(Seat::read(|_| Some("💥".to_owned())), Seat::default());
        let far = Seat::read(|name| (name == "queue").then(|| "-32768".to_owned()));
        assert_eq!(far.queue_extra, -MOST);
    }
}
