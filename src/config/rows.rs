//! Options that are lists of tables, such as `[[views]]`: only a file can hold them.
//!
//! Each says which fields a table has; reading one notes everything that is wrong in it, each at its own place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::{Given, Raw, Wrong, clip};
use super::options::notify;
use super::schema::Config;
use super::text::nearest;
use crate::domain::listing::{MOST_NAME, MOST_VIEWS, Named};
use crate::domain::query::{QueryOf, Subject};
use crate::domain::{Listing, OrderOf, ViewOf};

/// One such option.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub key: &'static str,
    pub doc: &'static str,
    pub fields: &'static [Field],
    pub set: fn(&mut Config, &mut [Item<'_>]),
    /// All tables as the file would hold them.
    pub show: fn(&Config) -> String,
}

/// A key of each table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub values: &'static str,
    pub example: &'static str,
    pub doc: &'static str,
}

pub const ROWS: &[Rows] = &[VIEWS, AUTOMATION_VIEWS, notify::RULES];

const VIEWS: Rows = Rows {
    key: "views",
    doc: "The tabs of the queue, from left to right; the number keys choose the first nine. With none, the six that \
          stand here.",
    fields: &[
        NAME,
        Field {
            name: "query",
            values: "a query",
            example: "\"user:@me is:active\"",
            doc: "Which tasks are in it. Left out: all.",
        },
        Field {
            name: "sort",
            values: "a column, or a column and `reverse`",
            example: "\"age reverse\"",
            doc: "What the rows are sorted by. Left out: `state`.",
        },
        Field {
            name: "group",
            values: "`repo`, `state`, `creator`, `agent` or `day`",
            example: "\"repo\"",
            doc: "What the rows stand together by. Left out: nothing.",
        },
        Field {
            name: "columns",
            values: "a list of columns",
            example: "[\"repo\", \"pull\", \"cost\"]",
            doc: "What the rows say besides state, name and age, the most important first. Left out: what fits.",
        },
        Field { example: "\"Nothing of mine is at work.\"", ..EMPTY },
    ],
    set: |config, items| config.views = views(items),
    show: |config| shown(&config.views),
};

const AUTOMATION_VIEWS: Rows = Rows {
    key: "automation_views",
    doc: "The same of the automations: their tabs, where they are open. With none, the six that stand here.",
    fields: &[
        NAME,
        Field {
            name: "query",
            values: "a query of automations",
            example: "\"violates:any owner:user\"",
            doc: "Which automations are in it. Left out: all.",
        },
        Field {
            name: "sort",
            values: "a column of theirs, or a column and `reverse`",
            example: "\"cost-week\"",
            doc: "What the rows are sorted by. Left out: `name`.",
        },
        Field {
            name: "group",
            values: "`repo` or `none`",
            example: "\"none\"",
            doc: "What the rows stand together by. Left out: the repository, where several are watched.",
        },
        Field {
            name: "columns",
            values: "a list of columns",
            example: "[\"next\", \"cost-week\", \"owner\"]",
            doc: "What the rows say besides state and name, the most important first. Left out: what fits.",
        },
        Field { example: "\"Everybody keeps to the rules.\"", ..EMPTY },
    ],
    set: |config, items| config.automation_views = views(items),
    show: |config| shown(&config.automation_views),
};

const NAME: Field =
    Field { name: "name", values: "at most 40 characters", example: "\"Mine\"", doc: "What the tab says." };
const EMPTY: Field =
    Field { name: "empty", values: "a text", example: "\"\"", doc: "What is said when nothing is in it." };

fn shown<S: Listing>(views: &[ViewOf<S>]) -> String {
    views.iter().map(ViewOf::toml).collect::<Vec<_>>().join("\n\n")
}

pub fn find(key: &str) -> Option<&'static Rows> {
    ROWS.iter().find(|rows| rows.key == key)
}

/// Something wrong at a byte of the file.
#[derive(Debug)]
pub struct WrongAt {
    pub byte: usize,
    pub key: String,
    pub what: String,
}

/// One table on its way in, with what is wrong in it.
#[derive(Debug)]
pub struct Item<'a> {
    key: &'static str,
    table: &'a DeTable<'a>,
    at: usize,
    /// The whole file.
    text: &'a str,
    wrong: Vec<WrongAt>,
}

impl Rows {
    /// Reads the list out of a file's text. Everything that is wrong comes back.
    pub fn read(&self, config: &mut Config, value: &Spanned<DeValue<'_>>, text: &str) -> Vec<WrongAt> {
        let none = |what: String| vec![WrongAt { byte: value.span().start, key: self.key.to_owned(), what }];
        let Some(tables) = value.get_ref().as_array().filter(|tables| !tables.is_empty()) else {
            return none(format!("must be one table or more: write [[{}]] before each", self.key));
        };
        let mut items = Vec::new();
        for item in tables {
            let DeValue::Table(table) = item.get_ref() else {
                return none(format!("must be tables only: write [[{}]] before each", self.key));
            };
            let mut item = Item { key: self.key, table, at: item.span().start, text, wrong: Vec::new() };
            item.unknown(self.fields);
            items.push(item);
        }
        (self.set)(config, &mut items);
        items.into_iter().flat_map(|item| item.wrong).collect()
    }
}

impl<'a> Item<'a> {
    fn unknown(&mut self, fields: &[Field]) {
        for name in self.table.keys() {
            let found: &str = name.get_ref();
            if fields.iter().any(|field| field.name == found) {
                continue;
            }
            let names = || fields.iter().map(|field| field.name);
            let near = nearest(found, names()).map(|meant| format!("did you mean {meant}?"));
            let hint = near.unwrap_or_else(|| format!("there are {}", names().collect::<Vec<_>>().join(", ")));
            let what = format!("there is no such field; {hint}");
            self.wrong.push(WrongAt { byte: name.span().start, key: format!("{}.{}", self.key, clip(found)), what });
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = |key: &Spanned<_>| {
            let key: &std::borrow::Cow<'_, str> = key.get_ref();
            key == name
        };
        self.table.iter().find(|(key, _)| found(key)).map(|(_, value)| value)
    }

    /// A field's value. `None`: it is not there, or wrong, which is noted.
    pub(super) fn read<T>(&mut self, name: &str, read: impl FnOnce(Given<'a>) -> Result<T, Wrong>) -> Option<T> {
        let value = self.value(name)?;
        let nowhere = std::path::Path::new("");
        match read(Given { raw: Raw::Toml(value.get_ref()), base: nowhere, home: nowhere }) {
            Ok(value) => Some(value),
            Err(what) => {
                self.wrong(name, None, what);
                None
            }
        }
    }

    /// The field `query`, with everything that is wrong in it noted at its place.
    pub(super) fn query<S: Subject>(&mut self) -> QueryOf<S> {
        let text = self.read("query", |given| given.string("a query")).unwrap_or_default();
        for wrong in QueryOf::<S>::problems(text) {
            let column = text.get(..wrong.at.start).unwrap_or_default().chars().count() + 1;
            self.wrong("query", Some(wrong.at.start), format!("column {column}: {}", wrong.what));
        }
        QueryOf::parse(text).unwrap_or_default()
    }

    /// Notes what is wrong with a field, or with the table where the field is missing. `within`: at this byte of its text.
    pub(super) fn wrong(&mut self, name: &str, within: Option<usize>, what: impl Into<String>) {
        let byte = self.value(name).map_or(self.at, |value| match (value.get_ref(), within) {
            (DeValue::String(text), Some(byte)) => inside(self.text, value.span(), text, byte),
            _ => value.span().start,
        });
        self.wrong.push(WrongAt { byte, key: format!("{}.{name}", self.key), what: what.into() });
    }
}

/// Where a byte of a TOML string's value stands in the file; where it has escapes, the string's beginning.
fn inside(file: &str, span: Range<usize>, value: &str, byte: usize) -> usize {
    let raw = file.get(span.clone()).unwrap_or_default();
    let quotes = raw.chars().take_while(|c| *c == '"' || *c == '\'').count();
    let open = if quotes >= 3 { 3 } else { 1 };
    let inner = raw.get(open..).unwrap_or_default();
    // A line break right behind three quotes is not part of the value.
    let skipped =
        if open == 3 { inner.len() - inner.trim_start_matches('\r').trim_start_matches('\n').len() } else { 0 };
    match inner.get(skipped..) {
        Some(inner) if inner.starts_with(value) => span.start + open + skipped + byte,
        _ => span.start,
    }
}

fn views<S: Listing>(items: &mut [Item<'_>]) -> Vec<ViewOf<S>> {
    let mut views: Vec<ViewOf<S>> = Vec::new();
    for (n, item) in items.iter_mut().enumerate() {
        if n == MOST_VIEWS {
            item.wrong("name", None, format!("there are more than {MOST_VIEWS} views"));
        }
        let view = view(item);
        if !view.name.is_empty()
            && let Some(same) = views.iter().find(|other| other.word() == view.word())
        {
            item.wrong("name", None, format!("there is a view “{}” already", same.name));
        }
        views.push(view);
    }
    views
}

fn view<S: Listing>(item: &mut Item<'_>) -> ViewOf<S> {
    if item.value("name").is_none() {
        item.wrong("name", None, "is missing: every view has one");
    }
    let name = item.read("name", |given| {
        let name = given.text("a text")?;
        match name.chars().count() {
            _ if name.split_whitespace().next().is_none() => Err("must be a text, not blank".to_owned()),
            count if count > MOST_NAME => Err(format!("must have at most {MOST_NAME} characters, not {count}")),
            _ => Ok(name),
        }
    });
    let query = item.query();
    let columns = || S::Column::all().iter().map(|column| column.word()).collect::<Vec<_>>().join(", ");
    let order = item.read("sort", |given| {
        let what = "a column, with ` reverse` behind it to turn it round";
        let text = given.text(what)?;
        OrderOf::parse(text).ok_or_else(|| format!("must be {what}, not `{}`; there are {}", clip(text), columns()))
    });
    let groups: Vec<_> = S::Group::all().iter().map(|group| (group.word(), *group)).collect();
    let group = item.read("group", |given| given.word(&groups));
    let named = item.read("columns", |given| {
        let words = given.list("a list of columns")?;
        let column = |word: &str| {
            S::Column::parse(word)
                .ok_or_else(|| format!("there is no column `{}`; there are {}", clip(word), columns()))
        };
        words.into_iter().map(column).collect::<Result<Vec<_>, _>>()
    });
    let empty = item.read("empty", |given| given.text("a text"));
    ViewOf {
        order: order.unwrap_or_default(),
        group,
        columns: named,
        empty: empty.map(crate::text::Safe::new),
        ..ViewOf::new(name.unwrap_or_default(), query)
    }
}
