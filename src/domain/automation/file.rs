//! An automation as a TOML file: what is exported, reviewed, kept in a repository and applied again.
//!
//! Every field of a [`Definition`] is written as the TOML it is; one that TOML cannot hold (a `null` inside a trigger
//! nobody here knows, a number of twenty digits) stands as JSON under `[json]`. What a file leaves out is not said: it
//! stays as it is at the service.

use serde_json::{Number, Value, json};
use toml::Table;
use toml::Value as Toml;

use super::definition::{Definition, FIELDS, Fields};
use crate::domain::{AutomationId, AutomationRef, RepoName};
use crate::text::sink;

/// Nano credits in one credit.
const NANO: u64 = 1_000_000_000;

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub repo: RepoName,
    /// `None`: it is found by its name.
    pub id: Option<AutomationId>,
    pub definition: Definition,
}

/// The text of a file.
pub fn write(at: &AutomationRef, definition: &Definition) -> String {
    let mut out = format!(
        "# An automation of {}. What is left out here stays as it is there.\nrepo = {}\nid = {}\n",
        at.repo,
        Toml::from(at.repo.as_str()),
        Toml::from(at.id.raw()),
    );
    let (mut tables, mut as_json) = (Table::new(), Table::new());
    for field in FIELDS {
        let Some(value) = definition.get(field) else { continue };
        let value = if *field == "usage_limits" { in_credits(value) } else { value.clone() };
        match to_toml(&value) {
            None => drop(as_json.insert((*field).to_owned(), value.to_string().into())),
            Some(value) if is_table(&value) => drop(tables.insert((*field).to_owned(), value)),
            Some(value) => out.push_str(&section(field, value)),
        }
    }
    for field in FIELDS {
        if let Some(value) = tables.remove(*field) {
            out.push('\n');
            out.push_str(&section(field, value));
        }
    }
    if !as_json.is_empty() {
        out.push('\n');
        out.push_str(&section("json", Toml::Table(as_json)));
    }
    out
}

fn section(name: &str, value: Toml) -> String {
    let table = Table::from_iter([(name.to_owned(), value)]);
    // Every value that is made here can be written.
    toml::to_string_pretty(&table).unwrap_or_default()
}

fn is_table(value: &Toml) -> bool {
    match value {
        Toml::Table(_) => true,
        // One that holds other things, too, stands in one line.
        Toml::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Toml::Table(_))),
        _ => false,
    }
}

/// Reads a file. The fault says what is wrong and where.
pub fn read(text: &str) -> Result<Written, String> {
    let mut table: Table = toml::from_str(text).map_err(|error| error.to_string().trim_end().replace('\n', " "))?;
    let repo = table.remove("repo").ok_or("`repo` is missing: write repo = \"owner/name\"")?;
    let repo = repo.as_str().ok_or("`repo` must be a text")?;
    let repo = repo.parse::<RepoName>().map_err(|error| format!("`repo`: {error}"))?;
    let id = match table.remove("id") {
        None => None,
        Some(Toml::String(id)) if !id.is_empty() => Some(AutomationId::new(id)),
        Some(_) => return Err("`id` must be a text; leave it out to find the automation by its name".to_owned()),
    };
    let mut fields = Fields::new();
    if let Some(json) = table.remove("json") {
        let Toml::Table(json) = json else { return Err("`json` is a section: write [json]".to_owned()) };
        for (field, value) in json {
            let text = value.as_str().ok_or_else(|| format!("`json.{field}` must be a text of JSON"))?;
            let value = serde_json::from_str(text).map_err(|error| format!("`json.{field}`: {error}"))?;
            fields.insert(field, value);
        }
    }
    for (field, value) in table {
        if fields.contains_key(&field) {
            return Err(format!("`{field}` stands twice: once in [json]"));
        }
        fields.insert(field.clone(), to_json(value).map_err(|why| format!("`{field}` {why}"))?);
    }
    if let Some(limits) = fields.get_mut("usage_limits") {
        *limits = in_nano(limits)?;
    }
    let definition = Definition::take_from(&mut fields);
    if let Some(unknown) = fields.keys().next() {
        return Err(format!("there is no `{unknown}`; there are repo, id, {}", FIELDS.join(", ")));
    }
    if definition.name().is_empty() {
        return Err("`name` is missing".to_owned());
    }
    Ok(Written { repo, id, definition })
}

/// A file name for it, without what another one has taken. `taken` is in lower case: some disks know no other.
pub fn file_name(at: &AutomationRef, name: &str, taken: &[String]) -> String {
    let stem = sink::file_name(&format!("{}.{}.{name}", at.repo.owner(), at.repo.name()));
    let mut file = format!("{stem}.toml");
    let mut number = 2;
    while taken.contains(&file.to_ascii_lowercase()) {
        file = format!("{stem}-{number}.toml");
        number += 1;
    }
    file
}

/// `None`: TOML has no such value.
fn to_toml(value: &Value) -> Option<Toml> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None if number.is_f64() => number.as_f64()?.into(),
            None => return None,
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => Toml::Array(items.iter().map(to_toml).collect::<Option<_>>()?),
        Value::Object(fields) => {
            let all = fields.iter().map(|(key, value)| Some((key.clone(), to_toml(value)?)));
            Toml::Table(all.collect::<Option<_>>()?)
        }
    })
}

fn to_json(value: Toml) -> Result<Value, &'static str> {
    Ok(match value {
        Toml::String(text) => text.into(),
        Toml::Integer(whole) => whole.into(),
        Toml::Float(number) => Value::Number(Number::from_f64(number).ok_or("holds a number that is none")?),
        Toml::Boolean(flag) => flag.into(),
        Toml::Datetime(_) => return Err("holds a date: put it in quotes"),
        Toml::Array(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?),
        Toml::Table(table) => {
            let all = table.into_iter().map(|(key, value)| Ok((key, to_json(value)?)));
            Value::Object(all.collect::<Result<_, &'static str>>()?)
        }
    })
}

/// Whole credits are written as such: nobody reviews nine zeros.
fn in_credits(limits: &Value) -> Value {
    let one = |limit: &Value| {
        let fields = limit.as_object()?;
        let nano = limit.get("limit")?.as_u64().filter(|nano| nano % NANO == 0)?;
        (fields.len() == 2).then(|| json!({ "period": limit.get("period"), "credits": nano / NANO }))
    };
    match limits {
        Value::Array(all) => {
            Value::Array(all.iter().map(|limit| one(limit).unwrap_or_else(|| limit.clone())).collect())
        }
        other => other.clone(),
    }
}

fn in_nano(limits: &Value) -> Result<Value, String> {
    let Value::Array(all) = limits else { return Err("`usage_limits` is a list: write [[usage_limits]]".to_owned()) };
    let one = |limit: &Value| {
        let mut fields = limit.as_object().cloned().ok_or("`usage_limits` holds something that is no section")?;
        if let Some(credits) = fields.shift_remove("credits") {
            if fields.contains_key("limit") {
                return Err("`usage_limits` says credits and limit: give one of them");
            }
            let nano = credits.as_u64().and_then(|credits| credits.checked_mul(NANO));
            fields.insert("limit".to_owned(), nano.ok_or("`usage_limits.credits` must be a whole number")?.into());
        }
        Ok(Value::Object(fields))
    };
    let all: Result<Vec<Value>, &str> = all.iter().map(one).collect();
    Ok(Value::Array(all.map_err(str::to_owned)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn at() -> AutomationRef {
        AutomationRef { repo: "acme/api".parse().unwrap(), id: AutomationId::new("a-1") }
    }

    fn of(value: Value) -> Definition {
        Definition::take_from(&mut value.as_object().unwrap().clone())
    }

    #[test]
    fn a_file_is_read_as_it_is_reviewed() {
        let definition = of(json!({
            "name": "Nightly deps", "enabled": true, "write_scope": "trigger", "prompt": "Update\nthe \"deps\"\n",
            "triggers": {
                "interval": {"cadence": ["weekly"], "hour_utc": 6, "day_of_week": 1},
                "moon": {"phase": null, "id": 18_446_744_073_709_551_615_u64},
            },
            "usage_limits": [{"period": "day", "limit": 50_000_000_000_u64}, {"period": "week", "limit": 1_500_000_000}],
            "tools": ["a", "b"], "permissions": {"contents": "write"},
        }));
        let text = write(&at(), &definition);
        insta::assert_snapshot!(text);
        let known =
            of(json!({"name": "n", "triggers": {"issues": {"types": ["opened"]}, "push": {}}, "usage_limits": []}));
        insta::assert_snapshot!(write(&at(), &known));
        for definition in [definition, known] {
            let written = read(&write(&at(), &definition)).unwrap();
            assert_eq!(written, Written { repo: at().repo, id: Some(at().id), definition });
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, says) in [
            ("name = \"n\"", "`repo` is missing"),
            ("repo = \"acme\"\nname = \"n\"", "`repo`"),
            ("repo = \"a/b\"", "`name` is missing"),
            ("repo = \"a/b\"\nname = \"n\"\nmodle = \"m\"", "no `modle`"),
            ("repo = \"a/b\"\nname = \"n\"\nprompt = 2026-01-01", "date"),
            ("repo = \"a/b\"\nname = \"n\"\n[[usage_limits]]\nperiod = \"day\"\ncredits = 1.5", "whole"),
            ("repo = \"a/b\"\nname = ", "line 2"),
            ("repo = \"a/b\"\nname = \"n\"\n[json]\ntriggers = \"{\"", "json.triggers"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_name_never_leaves_its_folder_nor_meets_another() {
        let name = file_name(&at(), "../x y", &[]);
        assert!(name.starts_with("acme.api.") && !name.contains(['/', '\\', ' ']), "{name}");
        let taken = [name.to_ascii_lowercase()];
        assert_ne!(file_name(&at(), "../X Y", &taken).to_ascii_lowercase(), name.to_ascii_lowercase());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[a-z\"'\\\\\r\n\t ]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_export_read_again_changes_nothing(
            fields in prop::collection::btree_map(prop::sample::select(FIELDS.to_vec()), any_json(), 0..12),
            name in "[^\u{0}]{1,30}", limits in prop::collection::vec((any::<u64>(), 0_u64..100), 0..3),
        ) {
            let mut all: Fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            all.insert("name".to_owned(), name.into());
            let limits = limits.into_iter().map(|(nano, whole)| json!({"period": "day", "limit": if whole > 50 { whole * NANO } else { nano }}));
            all.insert("usage_limits".to_owned(), Value::Array(limits.collect()));
            let definition = Definition::take_from(&mut all);
            let written = read(&write(&at(), &definition)).unwrap();
            prop_assert_eq!(written.definition.patch_from(&definition, None), None);
            prop_assert_eq!(&written.definition, &definition);
        }
    }
}
