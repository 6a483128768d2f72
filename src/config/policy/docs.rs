//! The example file and the README's table, written from the table of fields. A test keeps them equal.

use super::fields::{FIELDS, Field};
use super::read::{ALL, EVERYWHERE};
use crate::config::docs::{cell, plain, wrap};

const WIDTH: usize = 98;

/// `atc policy example`: a policy that can be used as it stands.
pub fn example() -> String {
    let mut out = String::from(
        "# What may be started, by whom and how much of it. Copy this file to the place that `atc config path` names as\n\
         # policy and change it; `atc policy check` says whether it is right, `atc policy explain OWNER/NAME` what holds.\n\
         # For every key the most specific rule that says it decides; what nobody says, the defaults say. A file with a\n\
         # mistake in it closes the gate: nothing may start until it is mended.\n\n\
         # Everything together, over all repositories.\n",
    );
    out.push_str(&format!("[{ALL}]\n"));
    for field in FIELDS.iter().filter(|field| field.in_all) {
        entry(&mut out, field, field.default.1);
    }
    out.push_str(&format!("\n# Each repository for which no rule says otherwise.\n[{EVERYWHERE}]\n"));
    for field in FIELDS {
        entry(&mut out, field, field.default.0);
    }
    out.push_str(
        "\n# Some repositories: `owner/name`, with `*` for any part of either. The most specific name decides. Can say\n\
         # whatever [everywhere] can.\n\
         #[[rule]]\n\
         #id = \"api-team\"\n\
         #repos = [\"acme/api\", \"acme/web-*\"]\n\
         #active = 3\n\
         #open_pulls = 10\n\
         #base_branches = [\"main\"]\n",
    );
    out
}

/// A key with what it means; its default, or commented out where there is none.
fn entry(out: &mut String, field: &Field, default: Option<&str>) {
    for line in wrap(&format!("{} Values: {}.", plain(field.doc), plain(field.values)), WIDTH) {
        out.push_str(&format!("# {line}\n"));
    }
    match default {
        Some(default) => out.push_str(&format!("{} = {default}\n", field.name)),
        None => out.push_str(&format!("#{} = {}\n", field.name, field.example)),
    }
}

/// The README's table.
pub fn table() -> String {
    let mut out = String::from(
        "| key | default per repository | default in `[all]` | values | what it does |\n|---|---|---|---|---|\n",
    );
    for field in FIELDS {
        let default = |default: Option<&str>, none: &str| default.map_or(none.to_owned(), |value| format!("`{value}`"));
        let all = if field.in_all { "–" } else { "not there" };
        out.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            field.name,
            default(field.default.0, "–"),
            default(field.default.1, all),
            field.values,
            cell(field.doc)
        ));
    }
    out
}
