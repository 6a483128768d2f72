//! `config.example.toml` and the README's tables, written from the table of options. A test keeps them equal.

use super::keys;
use super::options::{OPTIONS, OTHER_VARIABLES, Opt};
use super::repo_options::{self, RepoSection};
use super::rows::{Field, ROWS, Rows};
use super::schema::Config;
use super::text::quote;

const WIDTH: usize = 100;

/// Every option with its default, commented out.
pub fn example() -> String {
    let mut out = String::from(
        "# The options of atc. Copy this file to the place that `atc config path` names and uncomment what you change.\n\
         # An `ATC_*` environment variable replaces what stands here, an argument replaces both.\n",
    );
    let mut section = "";
    for option in OPTIONS {
        let (its_section, name) = option.section_and_name();
        if its_section != section {
            by_repository(&mut out, section);
            section = its_section;
            out.push_str(&format!("\n[{section}]\n"));
        }
        out.push('\n');
        for line in wrap(option.doc, WIDTH - 2) {
            out.push_str(&format!("# {line}\n"));
        }
        out.push_str(&format!("# Values: {}. Environment: {}\n", plain(option.values), option.variable()));
        out.push_str(&format!("#{name} = {}\n", example_value(option)));
    }
    by_repository(&mut out, section);
    for rows in ROWS {
        out.push_str(&format!("\n{}", rows_example(rows)));
    }
    out
}

fn rows_example(rows: &Rows) -> String {
    let mut out = String::new();
    for line in wrap(rows.doc, WIDTH - 2) {
        out.push_str(&format!("# {line}\n"));
    }
    for field in rows.fields {
        let Field { name, example, .. } = field;
        for line in wrap(&format!("{name}: {} Values: {}.", plain(field.doc), plain(field.values)), WIDTH - 4) {
            out.push_str(&format!("#   {line}\n"));
        }
        out.push_str(&format!("#     {name} = {example}\n"));
    }
    let shown = (rows.show)(&Config::default());
    // One that has no default shows how it is written.
    let shown = if shown.is_empty() {
        let example = |field: &Field| format!("\n{} = {}", field.name, field.example);
        format!("[[{}]]{}", rows.key, rows.fields.iter().map(example).collect::<String>())
    } else {
        shown
    };
    for line in shown.lines() {
        out.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("#{line}\n") });
    }
    out
}

/// The README's table of the fields of each of `[[views]]`.
pub fn views_table() -> String {
    rows_table("views")
}

/// The same of `[[automation_views]]`.
pub fn automation_views_table() -> String {
    rows_table("automation_views")
}

/// The same of `[[notify.rules]]`.
pub fn notify_table() -> String {
    rows_table("notify.rules")
}

fn rows_table(key: &str) -> String {
    let mut out = String::from("| field | values | what it is | example |\n|---|---|---|---|\n");
    for Field { name, values, example, doc } in ROWS.iter().filter(|rows| rows.key == key).flat_map(|rows| rows.fields)
    {
        out.push_str(&format!("| `{name}` | {values} | {} | `{example}` |\n", cell(doc)));
    }
    out
}

/// How a section's options are set for some repositories, and what else it can hold.
fn by_repository(out: &mut String, section: &str) {
    if section == keys::SECTION {
        out.push('\n');
        for line in wrap(&plain(keys::DOC), WIDTH - 2) {
            out.push_str(&format!("# {line}\n"));
        }
        for line in keys::EXAMPLE.lines() {
            out.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("#{line}\n") });
        }
    }
    let Some(RepoSection { doc, example: (repos, entry), .. }) = repo_options::find(section) else { return };
    out.push('\n');
    for line in wrap(doc, WIDTH - 2) {
        out.push_str(&format!("# {line}\n"));
    }
    out.push_str(&format!("#[{section}.{}]\n#{entry}\n", quote(repos)));
}

fn default_value(option: &Opt) -> Option<String> {
    (option.show)(&Config::default()).filter(|value| value != "[]" && value != "{}")
}

fn example_value(option: &Opt) -> String {
    option.example.map_or_else(|| default_value(option).unwrap_or_default(), str::to_owned)
}

/// The README's table of options.
pub fn options_table() -> String {
    let mut out = String::from("| option | default | values | what it does |\n|---|---|---|---|\n");
    let last_of = |section: &str| OPTIONS.iter().rfind(|option| option.section_and_name().0 == section);
    for option in OPTIONS {
        let default = default_value(option).map_or_else(|| "–".to_owned(), |value| format!("`{value}`"));
        out.push_str(&format!("| `{}` | {default} | {} | {} |\n", option.key, option.values, cell(option.doc)));
        let section = option.section_and_name().0;
        let is_last = last_of(section).is_some_and(|last| last.key == option.key);
        if let Some(RepoSection { doc, example: (repos, entry), .. }) = repo_options::find(section).filter(|_| is_last)
        {
            let repos = quote(repos);
            out.push_str(&format!(
                "| `[{section}.{repos}]` | – | the options of `{section}`, such as `{entry}` | {} |\n",
                cell(doc)
            ));
        }
        if is_last && section == keys::SECTION {
            let entry = keys::EXAMPLE.lines().nth(1).unwrap_or_default();
            out.push_str(&format!("| `[keys.queue]` | – | keys, such as `{entry}` | {} |\n", cell(keys::DOC)));
        }
    }
    out
}

/// The README's table of the environment variables that are no option.
pub fn variables_table() -> String {
    let mut out = String::from("| variable | what it is |\n|---|---|\n");
    for (name, doc) in OTHER_VARIABLES {
        out.push_str(&format!("| `{name}` | {} |\n", cell(doc)));
    }
    out
}

pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

pub(super) fn plain(text: &str) -> String {
    text.replace('`', "")
}

pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
