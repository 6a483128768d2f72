//! `atc config show | path | check`. The token is no option, so none of them can show it.

use std::path::Path;

use clap::Subcommand;

use super::args::Options;
use super::exit::Exit;
use super::output;
use crate::config::options::OPTIONS;
use crate::config::repo_options;
use crate::config::rows::ROWS;
use crate::config::{Config, Invalid, Loaded, Origin, Paths, Sources, load};

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

/// Looks at this user's configuration and environment and prints what it finds: on the standard output if all is well,
/// on the error output if not.
pub fn run(verb: ConfigVerb, options: &Options) -> Exit {
    let paths = match Paths::find() {
        Ok(paths) => paths,
        Err(fault) => return output::fail(&fault),
    };
    let Report { text, exit } = report(verb, &options.sources(), &paths);
    if exit == Exit::Done {
        return output::say(&text);
    }
    output::complain(&text);
    exit
}

pub fn report(verb: ConfigVerb, sources: &Sources, paths: &Paths) -> Report {
    let loaded = load(sources, paths);
    match (verb, loaded) {
        (ConfigVerb::Path, loaded) => Report { text: path(loaded.ok().as_ref(), sources, paths), exit: Exit::Done },
        (_, Err(invalid)) => Report { text: problems(&invalid), exit: Exit::Usage },
        (ConfigVerb::Show, Ok(loaded)) => Report { text: show(&loaded), exit: Exit::Done },
        (ConfigVerb::Check, Ok(loaded)) => check(&loaded),
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
    let default = Config::default();
    let config = loaded.map_or(&default, |loaded| &loaded.config);
    let file = loaded.map(|loaded| loaded.file.clone());
    let file = file.or_else(|| sources.file.clone()).unwrap_or_else(|| paths.config_file());
    let all = [
        ("config", file),
        ("templates", paths.templates(config)),
        ("policy", paths.policy(config)),
        ("ledger", paths.ledger(config)),
        ("journal", paths.journal()),
        ("cache", paths.cache()),
        ("data", paths.data_dir.clone()),
    ];
    let line = |(what, path): &(&str, std::path::PathBuf)| {
        let missing = if path.exists() { "" } else { "  (not there)" };
        format!("{what:<10} {}{missing}", path.display())
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Besides what loading checks: the files that the options name.
fn check(loaded: &Loaded) -> Report {
    let file = loaded.file.display();
    let mut lines = vec![if loaded.file_found {
        format!("{file}: all is well")
    } else {
        format!("{file}: not there, the defaults apply")
    }];
    lines.extend(loaded.warnings.iter().map(|warning| format!("warning: {warning}")));
    let missing: Vec<_> = [
        ("token_file", &loaded.config.token_file, Path::is_file as fn(&Path) -> bool, "file"),
        ("ca_file", &loaded.config.ca_file, Path::is_file, "file"),
        ("templates_dir", &loaded.config.templates_dir, Path::is_dir, "directory"),
    ]
    .into_iter()
    .filter_map(|(key, path, is_there, what)| {
        let path = path.as_deref().filter(|path| !is_there(path))?;
        Some(format!("atc: {}: {key}: there is no {what} {}", loaded.origin(key), path.display()))
    })
    .collect();
    if missing.is_empty() {
        Report { text: lines.join("\n"), exit: Exit::Done }
    } else {
        Report { text: missing.join("\n"), exit: Exit::Usage }
    }
}
