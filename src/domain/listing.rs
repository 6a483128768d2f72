//! How rows are listed: columns, groups, and the saved views that put both behind a name. Views are one thing for every
//! [`Listing`]; the columns and groups here are those of tasks, [others](super::automation::listing) those of automations.

use std::fmt::Debug;

use super::TaskId;
use super::query::{QueryOf, Subject, Tasks};
use crate::text::Safe;

/// What is listed in rows, under saved views.
pub trait Listing: Subject + PartialEq {
    /// How one of them is known again.
    type Id: Clone + Debug + PartialEq;
    type Column: Named + Default;
    type Group: Named;
    /// The config's list of their views.
    const TABLE: &'static str;
    /// Where the config names none.
    fn defaults() -> Vec<ViewOf<Self>>;
}

/// One of a few, each with a word of its own: what stands in the rule, after a command and in the config.
pub trait Named: Copy + Debug + Eq + 'static {
    fn all() -> &'static [Self];
    fn word(self) -> &'static str;

    fn parse(word: &str) -> Option<Self> {
        Self::all().iter().copied().find(|one| one.word() == word)
    }
}

/// What a row can say, and what rows can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// The calm order: rows move when a state changes, not with every sign of work.
    #[default]
    State,
    Name,
    Repo,
    Pull,
    Checks,
    Sessions,
    Agent,
    Model,
    Creator,
    Cost,
    /// Time in the present state.
    InState,
    /// Since the service last touched it.
    Updated,
    /// Since the task was created.
    Age,
}

impl Column {
    pub const ALL: [Self; 13] = [
        Self::State,
        Self::Age,
        Self::InState,
        Self::Updated,
        Self::Name,
        Self::Repo,
        Self::Pull,
        Self::Checks,
        Self::Creator,
        Self::Agent,
        Self::Model,
        Self::Sessions,
        Self::Cost,
    ];

    /// The word in the rule, after `:sort` and in the config.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Repo => "repo",
            Self::Pull => "pull",
            Self::Checks => "checks",
            Self::Sessions => "sessions",
            Self::Agent => "agent",
            Self::Model => "model",
            Self::Creator => "creator",
            Self::Cost => "cost",
            Self::InState => "in-state",
            Self::Updated => "updated",
            Self::Age => "age",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }
}

impl Named for Column {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn word(self) -> &'static str {
        self.word()
    }
}

/// What rows can stand together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Repo,
    State,
    Creator,
    Agent,
    /// The day the task was created, on the operator's clock.
    Day,
}

impl Group {
    pub const ALL: [Self; 5] = [Self::Repo, Self::State, Self::Creator, Self::Agent, Self::Day];

    /// The word after `:group` and in the config.
    pub fn word(self) -> &'static str {
        match self {
            Self::Repo => "repo",
            Self::State => "state",
            Self::Creator => "creator",
            Self::Agent => "agent",
            Self::Day => "day",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.word() == word)
    }
}

impl Named for Group {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn word(self) -> &'static str {
        self.word()
    }
}

/// A sort order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderOf<C> {
    pub by: C,
    pub reversed: bool,
}

pub type Order = OrderOf<Column>;

impl<C: Named> OrderOf<C> {
    /// As after `:sort` and in the config: `age`, `age reverse`.
    pub fn words(self) -> String {
        format!("{}{}", self.by.word(), if self.reversed { " reverse" } else { "" })
    }

    pub fn parse(words: &str) -> Option<Self> {
        let mut words = words.split_whitespace();
        let by = C::parse(words.next()?)?;
        match (words.next(), words.next()) {
            (None, None) => Some(Self { by, reversed: false }),
            (Some("reverse"), None) => Some(Self { by, reversed: true }),
            _ => None,
        }
    }
}

/// A query with a name and a look: a tab.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewOf<S: Listing> {
    pub name: Safe,
    pub query: QueryOf<S>,
    pub order: OrderOf<S::Column>,
    pub group: Option<S::Group>,
    /// The columns to show, the most important first; `None`: those that fit, by worth. Some always are.
    pub columns: Option<Vec<S::Column>>,
    /// What to say when nothing is in it.
    pub empty: Option<Safe>,
}

pub type SavedView = ViewOf<Tasks>;

/// More views than keys and columns for them help nobody.
pub const MOST_VIEWS: usize = 20;

/// Characters of a view's name.
pub const MOST_NAME: usize = 40;

/// Name, query, and what to say when there is nothing.
pub const DEFAULTS: [(&str, &str, &str); 6] = [
    ("Needs me", "is:needs-me", "Nothing needs you."),
    ("Active", "is:active", "Nothing is at work."),
    ("Stuck", "is:stuck", "Nothing is stuck."),
    ("Failed", "state:failed,timed_out", "Nothing failed."),
    ("Done", "state:completed", "Nothing is done yet."),
    ("All", "", "No agent tasks yet."),
];

impl Listing for Tasks {
    type Id = TaskId;
    type Column = Column;
    type Group = Group;
    const TABLE: &'static str = "views";

    fn defaults() -> Vec<SavedView> {
        ViewOf::made(&DEFAULTS)
    }
}

impl<S: Listing> ViewOf<S> {
    pub fn new(name: impl AsRef<str>, query: QueryOf<S>) -> Self {
        Self { name: Safe::new(name), query, order: OrderOf::default(), group: None, columns: None, empty: None }
    }

    /// The views of a config that names none.
    pub fn defaults() -> Vec<Self> {
        S::defaults()
    }

    /// Of name, query, and what to say when there is nothing.
    pub(super) fn made(all: &[(&str, &str, &str)]) -> Vec<Self> {
        let parsed = all.iter().filter_map(|(name, query, empty)| {
            let query = QueryOf::parse(query).ok()?;
            Some(Self { empty: Some(Safe::new(empty)), ..Self::new(name, query) })
        });
        parsed.collect()
    }

    /// As the config file holds it; defaults are left out.
    pub fn toml(&self) -> String {
        let mut lines = vec![format!("[[{}]]", S::TABLE), format!("name = {}", quote(&self.name))];
        lines.push(format!("query = {}", quote(self.query.text())));
        if self.order != OrderOf::default() {
            lines.push(format!("sort = {}", quote(&self.order.words())));
        }
        if let Some(group) = self.group {
            lines.push(format!("group = {}", quote(group.word())));
        }
        if let Some(columns) = &self.columns {
            let words: Vec<_> = columns.iter().map(|column| quote(column.word())).collect();
            lines.push(format!("columns = [{}]", words.join(", ")));
        }
        if let Some(empty) = &self.empty {
            lines.push(format!("empty = {}", quote(empty)));
        }
        lines.join("\n")
    }

    /// The name as one word after `:view`: `needs-me`.
    pub fn word(&self) -> String {
        one_word(&self.name)
    }

    /// The view of this name, as it is written or as one word.
    pub fn called<'a>(name: &str, views: &'a [Self]) -> Option<&'a Self> {
        let word = one_word(name);
        views.iter().find(|view| view.word() == word)
    }
}

fn one_word(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}

/// A text in TOML's quotes.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_is_written() {
        for by in Column::ALL {
            for reversed in [false, true] {
                let order = Order { by, reversed };
                assert_eq!(Order::parse(&order.words()), Some(order));
            }
        }
        for wrong in ["", "nonsense", "age backwards", "age reverse reverse"] {
            assert_eq!(Order::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_default_view_is_a_query_that_is_understood() {
        assert_eq!(SavedView::defaults().len(), DEFAULTS.len());
    }

    #[test]
    fn every_word_finds_its_column_and_group_again() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.word()), Some(column));
        }
        for group in Group::ALL {
            assert_eq!(Group::parse(group.word()), Some(group));
        }
    }
}
