//! How automations are listed: their columns, what they stand together by, and the views of a config that names none. What a
//! view is stands in [`listing`](crate::domain::listing).

use super::query::Automations;
use crate::domain::AutomationRef;
use crate::domain::listing::{Listing, Named, OrderOf, ViewOf};

/// What a row can say, and what rows can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    #[default]
    Name,
    /// The soonest first.
    Next,
    /// In 30 days, 7 days, 24 hours. What cost most first.
    CostMonth,
    CostWeek,
    CostDay,
    /// Where most failed first.
    Success,
    /// What has run most lately first.
    Runs,
    /// Where most pull requests wait for a review first.
    Pulls,
    /// What the service switched off first, then what is on.
    State,
    Repo,
    Triggers,
    /// What writes to the whole repository first.
    Writes,
    Owner,
    Model,
}

impl Named for Column {
    fn all() -> &'static [Self] {
        &[
            Self::Name,
            Self::Next,
            Self::CostMonth,
            Self::CostWeek,
            Self::CostDay,
            Self::Success,
            Self::Runs,
            Self::Pulls,
            Self::State,
            Self::Repo,
            Self::Triggers,
            Self::Writes,
            Self::Owner,
            Self::Model,
        ]
    }

    fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Next => "next",
            Self::CostMonth => "cost-month",
            Self::CostWeek => "cost-week",
            Self::CostDay => "cost-day",
            Self::Success => "success",
            Self::Runs => "runs",
            Self::Pulls => "pulls",
            Self::State => "state",
            Self::Repo => "repo",
            Self::Triggers => "triggers",
            Self::Writes => "writes",
            Self::Owner => "owner",
            Self::Model => "model",
        }
    }
}

impl Column {
    /// Which of the three times a cost is of: a day, a week, a month. `None`: it is no cost.
    pub fn period(self) -> Option<usize> {
        [Self::CostDay, Self::CostWeek, Self::CostMonth].iter().position(|cost| *cost == self)
    }
}

/// What rows can stand together by. A view that names none has them by repository where there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Repo,
    /// Said so: by nothing.
    None,
}

impl Named for Group {
    fn all() -> &'static [Self] {
        &[Self::Repo, Self::None]
    }

    fn word(self) -> &'static str {
        match self {
            Self::Repo => "repo",
            Self::None => "none",
        }
    }
}

pub type Order = OrderOf<Column>;
pub type SavedView = ViewOf<Automations>;

/// Name, query, and what to say when there is nothing.
const DEFAULTS: [(&str, &str, &str); 6] = [
    ("Needs care", "is:needs-care", "Nothing is known that needs care."),
    ("On", "state:on", "None is switched on."),
    ("Off", "state:off", "None is switched off."),
    ("Failing", "concern:runs_fail", "The runs of none are known to fail."),
    (SPENDING, "cost-month:>0", "None is known to have cost anything in 30 days."),
    ("All", "", "No automation is known."),
];

const SPENDING: &str = "Spending";

impl Listing for Automations {
    type Id = AutomationRef;
    type Column = Column;
    type Group = Group;
    const TABLE: &'static str = "automation_views";

    fn defaults() -> Vec<SavedView> {
        let dearest = |view: SavedView| match view.name.as_str() {
            // The dearest of all first, in whichever repository it is.
            SPENDING => {
                let order = Order { by: Column::CostMonth, reversed: false };
                SavedView { order, group: Some(Group::None), ..view }
            }
            _ => view,
        };
        ViewOf::made(&DEFAULTS).into_iter().map(dearest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_view_is_a_query_that_is_understood_and_one_shows_all() {
        let views = SavedView::defaults();
        assert_eq!(views.len(), DEFAULTS.len());
        assert!(views.iter().any(|view| view.query.is_empty()));
    }

    #[test]
    fn every_word_finds_its_column_group_and_order_again() {
        for column in Column::all() {
            for reversed in [false, true] {
                let order = Order { by: *column, reversed };
                assert_eq!(Order::parse(&order.words()), Some(order));
            }
        }
        for group in Group::all() {
            assert_eq!(Group::parse(group.word()), Some(*group));
        }
    }
}
