//! `atc config show | path | check`. The token is no option, so none of them can show it.

use std::path::Path;

use clap::Subcommand;
use serde_json::Value;

use super::args::Options;
use super::exit::Exit;
use super::look::joined::field;
use super::look::shape::{Field, Is, write};
use super::output;
use crate::config::keys;
use crate::config::options::OPTIONS;
use crate::config::policy::{self, PolicyFile};
use crate::config::repo_options;
use crate::config::rows::ROWS;
use crate::config::theme::Themes;
use crate::config::{Config, Invalid, Loaded, Origin, Paths, Sources, load};
use crate::ledger::export::ascii;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigVerb {
    /// Print every option, its value and where it comes from
    Show,
    /// Print where atc's files are
    Path,
    /// Say whether the configuration is right, and if not, everything that is wrong
    Check,
}

/// What there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub text: String,
    pub exit: Exit,
}

/// What else is wrong with a configuration that can be loaded, as far as rooms this one does not know can judge.
pub type Besides<'a> = &'a dyn Fn(&Loaded, &Paths) -> Vec<String>;

/// Looks at this user's configuration and environment and prints what it finds: on the standard output if all is well,
/// on the error output if not. `painted`: what the terminal this is printed to can be painted with, in words.
pub fn run(
    verb: ConfigVerb,
    options: &Options,
    painted: impl Fn(&Config, &Paths) -> String,
    besides: Besides<'_>,
) -> Exit {
    let paths = match Paths::find() {
        Ok(paths) => paths,
        Err(fault) => return output::fail(&fault),
    };
    let Report { text, exit } = report(verb, &options.sources(), &paths, besides);
    if exit == Exit::Done {
        let said = output::say(&text);
        return match load(&options.sources(), &paths) {
            Ok(loaded) if verb == ConfigVerb::Show => {
                said.worse(output::say(&format!("\n# painted here with {}", painted(&loaded.config, &paths))))
            }
            _ => said,
        };
    }
    output::complain(&text);
    exit
}

/// The same for programs: one JSON object a line.
pub fn run_json(verb: ConfigVerb, options: &Options, besides: Besides<'_>) -> Exit {
    let paths = match Paths::find() {
        Ok(paths) => paths,
        Err(fault) => return output::fail(&fault),
    };
    let (rows, exit) = json(verb, &options.sources(), &paths, besides);
    rows.iter().fold(exit, |exit, row| exit.worse(output::line(&ascii(&row.to_string()))))
}

/// What `run_json` prints. A configuration that is wrong is one object of `check`, whatever was asked.
pub fn json(verb: ConfigVerb, sources: &Sources, paths: &Paths, besides: Besides<'_>) -> (Vec<Value>, Exit) {
    let loaded = load(sources, paths);
    match (verb, loaded) {
        (ConfigVerb::Path, loaded) => {
            let files = files(loaded.ok().as_ref(), sources, paths);
            (files.iter().map(|file| write(FILE, file)).collect(), Exit::Done)
        }
        (_, Err(invalid)) => {
            let problems = invalid.all().map(ToString::to_string).collect();
            let checked = Checked { file: None, problems, warnings: Vec::new() };
            (vec![write(CHECKED, &checked)], Exit::Usage)
        }
        (ConfigVerb::Show, Ok(loaded)) => {
            (options_of(&loaded).iter().map(|one| write(OPTION, one)).collect(), Exit::Done)
        }
        (ConfigVerb::Check, Ok(loaded)) => {
            let (problems, warnings) = found(&loaded, paths, besides);
            let file = loaded.file_found.then(|| loaded.file.display().to_string());
            let checked = Checked { file, problems, warnings };
            let exit = if checked.problems.is_empty() { Exit::Done } else { Exit::Usage };
            (vec![write(CHECKED, &checked)], exit)
        }
    }
}

/// One option as it holds.
#[derive(Debug)]
pub struct Shown {
    key: String,
    repos: Option<String>,
    value: Option<String>,
    origin: String,
}

pub const OPTION: &[Field<Shown>] = &[
    field!("key", Is::Text, "The option's key.", |one| one.key.clone().into()),
    field!("repos", Is::Maybe(&Is::Text), "The repositories it holds for; null: everywhere.", |one| one
        .repos
        .clone()
        .into()),
    field!("value", Is::Maybe(&Is::Text), "Its value, as the config file would hold it; null: not set.", |one| {
        one.value.clone().into()
    }),
    field!("origin", Is::Text, "Where the value is from.", |one| one.origin.clone().into()),
];

fn options_of(loaded: &Loaded) -> Vec<Shown> {
    let everywhere = OPTIONS.iter().map(|option| Shown {
        key: option.key.to_owned(),
        repos: None,
        value: (option.show)(&loaded.config),
        origin: loaded.origin(option.key).to_string(),
    });
    let mut all: Vec<_> = everywhere.collect();
    for section in repo_options::REPO_SECTIONS {
        for repos in (section.set)(&loaded.config) {
            all.extend(section.options.iter().filter_map(|option| {
                Some(Shown {
                    key: format!("{}.{}", section.name, option.name),
                    repos: Some(repos.to_string()),
                    value: Some((option.show)(&loaded.config, repos)?),
                    origin: Origin::File.to_string(),
                })
            }));
        }
    }
    all.extend(ROWS.iter().map(|rows| Shown {
        key: rows.key.to_owned(),
        repos: None,
        value: Some((rows.show)(&loaded.config)),
        origin: loaded.origin(rows.key).to_string(),
    }));
    let own_keys = Some(keys::show(&loaded.config)).filter(|keys| !keys.is_empty());
    all.extend(own_keys.map(|keys| Shown {
        key: keys::SECTION.to_owned(),
        repos: None,
        value: Some(keys),
        origin: Origin::File.to_string(),
    }));
    all
}

/// A file of atc's.
type Place = (&'static str, std::path::PathBuf);

pub const FILE: &[Field<Place>] = &[
    field!("what", Is::Text, "What is in it.", |(what, _)| (*what).into()),
    field!("path", Is::Text, "Where it is.", |(_, path)| path.display().to_string().into()),
    field!("exists", Is::Flag, "It is there.", |(_, path)| path.exists().into()),
];

/// What a look at the configuration found.
#[derive(Debug)]
pub struct Checked {
    file: Option<String>,
    problems: Vec<String>,
    warnings: Vec<String>,
}

pub const CHECKED: &[Field<Checked>] = &[
    field!("ok", Is::Flag, "It can be used.", |checked| checked.problems.is_empty().into()),
    field!("file", Is::Maybe(&Is::Text), "The file that was read; null: none could be.", |checked| checked
        .file
        .clone()
        .into()),
    field!("problems", Is::List(&Is::Text), "What is wrong.", |checked| checked.problems.clone().into()),
    field!("warnings", Is::List(&Is::Text), "What may not be meant.", |checked| checked.warnings.clone().into()),
];

pub fn report(verb: ConfigVerb, sources: &Sources, paths: &Paths, besides: Besides<'_>) -> Report {
    let loaded = load(sources, paths);
    match (verb, loaded) {
        (ConfigVerb::Path, loaded) => Report { text: path(loaded.ok().as_ref(), sources, paths), exit: Exit::Done },
        (_, Err(invalid)) => Report { text: problems(&invalid), exit: Exit::Usage },
        (ConfigVerb::Show, Ok(loaded)) => Report { text: show(&loaded), exit: Exit::Done },
        (ConfigVerb::Check, Ok(loaded)) => check(&loaded, paths, besides),
    }
}

/// Everything that is wrong, and what to do about it.
pub fn problems(invalid: &Invalid) -> String {
    let mut lines: Vec<_> = invalid.all().map(|problem| format!("atc: {problem}")).collect();
    lines.push("Correct it there; until then nothing of this configuration is used.".to_owned());
    lines.join("\n")
}

/// In the file's own language, so that a line can be copied back into it.
fn show(loaded: &Loaded) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for option in OPTIONS {
        let (its_section, name) = option.section_and_name();
        if its_section != section {
            by_repository(&mut lines, loaded, section);
            section = its_section;
            lines.push(String::new());
            lines.push(format!("[{section}]"));
        }
        lines.push(match (option.show)(&loaded.config) {
            Some(value) => format!("{:<44} # {}", format!("{name} = {value}"), loaded.origin(option.key)),
            None => format!("{:<44} # not set", format!("#{name} =")),
        });
    }
    by_repository(&mut lines, loaded, section);
    for rows in ROWS {
        lines.push(format!("\n# {}: {}\n{}", rows.key, loaded.origin(rows.key), (rows.show)(&loaded.config)));
    }
    let own_keys = keys::show(&loaded.config);
    if !own_keys.is_empty() {
        lines.push(format!("\n# keys: {}\n{own_keys}", Origin::File));
    }
    lines.join("\n")
}

/// What a section sets for some repositories: only the file can.
fn by_repository(lines: &mut Vec<String>, loaded: &Loaded, section: &str) {
    let Some(section) = repo_options::find(section) else { return };
    for repos in (section.set)(&loaded.config) {
        lines.push(String::new());
        lines.push(format!("[{}.\"{repos}\"]", section.name));
        let set =
            section.options.iter().filter_map(|option| Some((option.name, (option.show)(&loaded.config, repos)?)));
        lines.extend(set.map(|(name, value)| format!("{:<44} # {}", format!("{name} = {value}"), Origin::File)));
    }
}

fn path(loaded: Option<&Loaded>, sources: &Sources, paths: &Paths) -> String {
    let line = |(what, path): &Place| {
        let missing = if path.exists() { "" } else { "  (not there)" };
        format!("{what:<10} {}{missing}", path.display())
    };
    files(loaded, sources, paths).iter().map(line).collect::<Vec<_>>().join("\n")
}

fn files(loaded: Option<&Loaded>, sources: &Sources, paths: &Paths) -> Vec<Place> {
    let default = Config::default();
    let config = loaded.map_or(&default, |loaded| &loaded.config);
    let file = loaded.map(|loaded| loaded.file.clone());
    let file = file.or_else(|| sources.file.clone()).unwrap_or_else(|| paths.config_file());
    vec![
        ("config", file),
        ("templates", paths.templates(config)),
        ("themes", paths.themes()),
        ("policy", paths.policy(config)),
        ("diagnosis", paths.diagnosis(config)),
        ("ledger", paths.ledger(config)),
        ("journal", paths.journal()),
        ("cache", paths.cache()),
        ("data", paths.data_dir.clone()),
    ]
}

/// Besides what loading checks: the files that the options name.
fn check(loaded: &Loaded, paths: &Paths, besides: Besides<'_>) -> Report {
    let file = loaded.file.display();
    let mut lines = vec![if loaded.file_found {
        format!("{file}: all is well")
    } else {
        format!("{file}: not there, the defaults apply")
    }];
    let (problems, warnings) = found(loaded, paths, besides);
    let warnings = warnings.iter().map(|warning| format!("warning: {warning}"));
    if problems.is_empty() {
        lines.extend(warnings);
        Report { text: lines.join("\n"), exit: Exit::Done }
    } else {
        let problems: Vec<_> = problems.iter().map(|problem| format!("atc: {problem}")).chain(warnings).collect();
        Report { text: problems.join("\n"), exit: Exit::Usage }
    }
}

/// What is wrong, and what may not be meant, in the files that the options name, in the policy and in themes.
fn found(loaded: &Loaded, paths: &Paths, besides: Besides<'_>) -> (Vec<String>, Vec<String>) {
    let themes = Themes::new(paths.themes()).check(&loaded.config.ui.theme);
    let policy = policy::load(&PolicyFile::find(&loaded.config, paths)).policy.err();
    let of_policy = policy.iter().flat_map(|broken| &broken.problems).map(ToString::to_string);
    let problems = missing(loaded)
        .into_iter()
        .chain(besides(loaded, paths))
        .chain(of_policy)
        .chain(themes.problems.iter().map(ToString::to_string));
    let warnings =
        loaded.warnings.iter().map(ToString::to_string).chain(themes.warnings.iter().map(ToString::to_string));
    (problems.collect(), warnings.collect())
}

/// Files that options name and that are not there.
fn missing(loaded: &Loaded) -> Vec<String> {
    [
        ("token_file", &loaded.config.token_file, Path::is_file as fn(&Path) -> bool, "file"),
        ("ca_file", &loaded.config.ca_file, Path::is_file, "file"),
        ("templates_dir", &loaded.config.templates_dir, Path::is_dir, "directory"),
    ]
    .into_iter()
    .filter_map(|(key, path, is_there, what)| {
        let path = path.as_deref().filter(|path| !is_there(path))?;
        Some(format!("{}: {key}: there is no {what} {}", loaded.origin(key), path.display()))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn themes_that_are_wrong_or_hardly_seen_are_told_by_the_check_with_their_places() {
        let home = tempfile::tempdir().unwrap();
        let dir = |name: &str| home.path().join(name);
        let paths = Paths {
            home: home.path().to_path_buf(),
            config_dir: dir("config"),
            state_dir: dir("state"),
            data_dir: dir("data"),
            cache_dir: dir("cache"),
        };
        std::fs::create_dir_all(paths.themes()).unwrap();
        let write = |name: &str, text: &str| std::fs::write(paths.themes().join(name), text).unwrap();
        write("faint.toml", "background = \"#ffffff\"\n[accent]\nfg = \"#ffff00\"");
        let well = report(ConfigVerb::Check, &Sources::default(), &paths, &|_, _| Vec::new());
        assert_eq!(well.exit, Exit::Done);
        assert!(
            well.text.contains("warning: ") && well.text.contains("faint.toml:3:6: accent: hardly"),
            "{}",
            well.text
        );
        write("wrong.toml", "acent = 3\n[good]\nfg = 256");
        let wrong = report(ConfigVerb::Check, &Sources::default(), &paths, &|_, _| Vec::new());
        assert_eq!(wrong.exit, Exit::Usage);
        assert!(wrong.text.contains("wrong.toml:1:1: acent") && wrong.text.contains("wrong.toml:3:6: good.fg"));
        let (rows, exit) = json(ConfigVerb::Check, &Sources::default(), &paths, &|_, _| Vec::new());
        assert_eq!((exit, rows[0]["problems"].as_array().unwrap().len()), (Exit::Usage, 2));
    }
}
