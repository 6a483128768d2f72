//! Defaults, then the file, then the environment, then the arguments; each may replace what came before.
//!
//! All problems of a layer are found in one go. A broken configuration is never half applied.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::given::{Given, Raw};
use super::keys;
use super::options::{OPTIONS, OTHER_VARIABLES, Opt, find};
use super::paths::Paths;
use super::problem::{Invalid, Problem};
use super::repo_options::{self, RepoSection};
use super::rows::{self, ROWS, WrongAt};
use super::schema::Config;
use super::text::{nearest, quote};
use crate::domain::RepoPattern;
use crate::domain::stuck::{Each, Said, Thresholds};
use crate::keys::Keymap;
use crate::text::Safe;

/// A config file larger than this is not one.
const MAX_FILE: u64 = 1024 * 1024;

/// Where options may come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`: this file, which must be there.
    pub file: Option<PathBuf>,
    /// The environment; only names that start with `ATC_` are looked at.
    pub environment: Vec<(OsString, OsString)>,
    pub arguments: Vec<Argument>,
}

impl Sources {
    /// The process's own environment.
    pub fn from_process(file: Option<PathBuf>, arguments: Vec<Argument>) -> Self {
        Self { file, environment: std::env::vars_os().collect(), arguments }
    }
}

/// An option given as an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// As the operator wrote it: `--host`.
    pub name: &'static str,
    /// A key of the table.
    pub key: &'static str,
    pub value: String,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Variable(String),
    Argument(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File => f.write_str("config file"),
            Self::Variable(name) => f.write_str(name),
            Self::Argument(name) => f.write_str(name),
        }
    }
}

/// The configuration and how it came about.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    /// The file that was read, or would have been.
    pub file: PathBuf,
    pub file_found: bool,
    origins: BTreeMap<&'static str, Origin>,
    /// What every key means.
    pub keymap: Keymap,
    /// What was left alone but is probably a mistake.
    pub warnings: Vec<Safe>,
}

impl Loaded {
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// What only those who use an option can find wrong with it, said like everything else that is wrong.
    pub fn refuse(&self, key: &str, wrong: impl IntoIterator<Item = String>) -> Result<(), Invalid> {
        let place = match self.origin(key) {
            Origin::Default | Origin::File => self.file.display().to_string(),
            Origin::Variable(name) => name,
            Origin::Argument(name) => name.to_owned(),
        };
        Invalid::from_problems(wrong.into_iter().map(|what| Problem::new(&place, Some(key), what)).collect())
    }

    /// How long is too long, and where each of these limits is from.
    pub fn thresholds(&self) -> Thresholds {
        let said = |key| match self.origin(key) {
            Origin::Default => Said::Default,
            Origin::File => Said::Config,
            Origin::Variable(_) | Origin::Argument(_) => Said::Environment,
        };
        self.config.stuck.thresholds(Each {
            queued: said("stuck.queued_minutes"),
            silent: said("stuck.silent_minutes"),
            waiting: said("stuck.waiting_minutes"),
            session_limit: said("stuck.session_limit_minutes"),
        })
    }
}

pub fn load(sources: &Sources, paths: &Paths) -> Result<Loaded, Invalid> {
    let (file, must_exist) = match (&sources.file, variable(sources, "ATC_CONFIG")) {
        (Some(file), _) => (file.clone(), true),
        (None, Some(value)) => (PathBuf::from(value), true),
        (None, None) => (paths.config_file(), false),
    };
    let text = read(&file, must_exist)?;
    let mut layers = Layers {
        loaded: Loaded {
            config: Config::default(),
            file_found: text.is_some(),
            file,
            origins: BTreeMap::new(),
            keymap: Keymap::default(),
            warnings: Vec::new(),
        },
        problems: Vec::new(),
        home: &paths.home,
    };
    if let Some(text) = &text {
        layers.file(text);
    }
    layers.environment(&sources.environment);
    layers.arguments(&sources.arguments);
    // Last, for the preset may be from anywhere.
    let (keymap, problems, odd) =
        keys::build(&layers.loaded.config, &layers.loaded.file, text.as_deref().unwrap_or(""));
    layers.loaded.keymap = keymap;
    layers.problems.extend(problems);
    layers.loaded.warnings.extend(odd);
    Invalid::from_problems(layers.problems)?;
    Ok(layers.loaded)
}

/// An empty variable counts as not set.
fn variable<'a>(sources: &'a Sources, name: &str) -> Option<&'a OsString> {
    let found = sources.environment.iter().find(|(found, _)| found.to_str() == Some(name));
    found.map(|(_, value)| value).filter(|value| !value.is_empty())
}

fn read(file: &Path, must_exist: bool) -> Result<Option<String>, Problem> {
    use std::io::{ErrorKind, Read};
    let wrong = |what: String| Problem::new(file.display().to_string(), None, what);
    let mut bytes = Vec::new();
    match std::fs::File::open(file).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)) {
        // Where a folder is to be there is a file: there is nothing in it either.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) && !must_exist => {
            return Ok(None);
        }
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
        Ok(_) if bytes.len() as u64 > MAX_FILE => return Err(wrong("is far too large for a config file".to_owned())),
        Ok(_) => {}
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default()).into_owned();
        Problem::at(file, &text, text.len(), None, "is not UTF-8 text")
    })
}

struct Layers<'a> {
    loaded: Loaded,
    problems: Vec<Problem>,
    home: &'a Path,
}

impl Layers<'_> {
    fn file(&mut self, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let byte = error.span().map_or(0, |span| span.start);
            self.problems.push(Problem::at(&self.loaded.file, text, byte, None, error.message()));
        }
        if errors.is_empty() {
            let mut wrong = Vec::new();
            self.table(&mut wrong, "", table.get_ref(), text);
            wrong.sort_by_key(|wrong| wrong.byte);
            let problem = |w: WrongAt| Problem::at(&self.loaded.file, text, w.byte, Some(&w.key), w.what);
            self.problems.extend(wrong.into_iter().map(problem));
        }
    }

    fn table(&mut self, wrong: &mut Vec<WrongAt>, section: &str, table: &DeTable<'_>, text: &str) {
        for (name, value) in table {
            let name_at = name.span().start;
            let key = match section {
                "" => name.get_ref().to_string(),
                _ => format!("{section}.{}", name.get_ref()),
            };
            let inside = format!("{key}.");
            if section == keys::SECTION && find(&key).is_none() && matches!(value.get_ref(), DeValue::Table(_)) {
                keys::section(&mut self.loaded.config, wrong, name, value);
            } else if let Some(option) = find(&key) {
                self.file_option(wrong, option, value);
            } else if let Some(repo_section) = repo_options::find(section).filter(|_| is_repos(name.get_ref(), value)) {
                self.repos(wrong, repo_section, name, value);
            } else if let Some(rows) = rows::find(&key) {
                wrong.extend(rows.read(&mut self.loaded.config, value, text));
                self.loaded.origins.insert(rows.key, Origin::File);
            } else if !OPTIONS.iter().any(|option| option.key.starts_with(&inside)) {
                wrong.push(WrongAt { byte: name_at, what: unknown(&key), key });
            } else if let DeValue::Table(table) = value.get_ref() {
                self.table(wrong, &key, table, text);
            } else {
                let what = format!("is a section: write [{key}]");
                wrong.push(WrongAt { byte: value.span().start, key, what });
            }
        }
    }

    /// A table of a section for some repositories.
    fn repos(
        &mut self,
        wrong: &mut Vec<WrongAt>,
        section: &'static RepoSection,
        name: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let table_key = format!("{}.{}", section.name, quote(name.get_ref()));
        let repos = match name.get_ref().parse::<RepoPattern>() {
            Ok(repos) => repos,
            Err(error) => {
                return wrong.push(WrongAt { byte: name.span().start, key: table_key, what: error.to_string() });
            }
        };
        let DeValue::Table(table) = value.get_ref() else {
            let what = format!("is a section: write [{table_key}]");
            return wrong.push(WrongAt { byte: value.span().start, key: table_key, what });
        };
        let base = self.base();
        for (name, value) in table {
            let key = format!("{table_key}.{}", name.get_ref());
            let Some(option) = section.options.iter().find(|option| option.name == name.get_ref().as_ref()) else {
                let names = section.options.iter().map(|option| option.name);
                let what = match nearest(name.get_ref(), names) {
                    Some(meant) => format!("cannot be set for repositories; did you mean {meant}?"),
                    None => "cannot be set for repositories".to_owned(),
                };
                wrong.push(WrongAt { byte: name.span().start, key, what });
                continue;
            };
            let given = Given { raw: Raw::Toml(value.get_ref()), base: &base, home: self.home };
            if let Err(what) = (option.set)(&mut self.loaded.config, &repos, given) {
                wrong.push(WrongAt { byte: value.span().start, key, what });
            }
        }
    }

    /// What a relative path in the file counts from.
    fn base(&self) -> PathBuf {
        self.loaded.file.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    fn file_option(&mut self, wrong: &mut Vec<WrongAt>, option: &'static Opt, value: &Spanned<DeValue<'_>>) {
        let base = self.base();
        let given = Given { raw: Raw::Toml(value.get_ref()), base: &base, home: self.home };
        match (option.set)(&mut self.loaded.config, given) {
            Ok(()) => {
                self.loaded.origins.insert(option.key, Origin::File);
            }
            Err(what) => wrong.push(WrongAt { byte: value.span().start, key: option.key.to_owned(), what }),
        }
    }

    fn environment(&mut self, variables: &[(OsString, OsString)]) {
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("ATC_")) else { continue };
            if value.is_empty() || OTHER_VARIABLES.iter().any(|(other, _)| *other == name) {
                continue;
            }
            match (OPTIONS.iter().find(|option| option.variable() == name), value.to_str()) {
                // Another program may use names like ours, so this is no reason to stop.
                (None, _) => self.loaded.warnings.push(Safe::new(format!("{name}: {}", unknown_variable(name)))),
                (Some(option), None) => self.problems.push(Problem::new(name, Some(option.key), "is not UTF-8 text")),
                (Some(option), Some(value)) => self.text(option, name, value, Origin::Variable(name.to_owned())),
            }
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            match find(argument.key) {
                Some(option) => self.text(option, argument.name, &argument.value, Origin::Argument(argument.name)),
                None => self.problems.push(Problem::new(argument.name, Some(argument.key), unknown(argument.key))),
            }
        }
    }

    fn text(&mut self, option: &'static Opt, place: &str, value: &str, origin: Origin) {
        let given = Given { raw: Raw::Text(value), base: Path::new(""), home: self.home };
        match (option.set)(&mut self.loaded.config, given) {
            Ok(()) => {
                self.loaded.origins.insert(option.key, origin);
            }
            Err(wrong) => self.problems.push(Problem::new(place, Some(option.key), wrong)),
        }
    }
}

/// A name that can only be meant for repositories: one with a slash, or a table where no option takes one.
fn is_repos(name: &str, value: &Spanned<DeValue<'_>>) -> bool {
    name.contains('/') || name.contains('*') || matches!(value.get_ref(), DeValue::Table(_))
}

fn unknown(key: &str) -> String {
    let all = OPTIONS.iter().map(|option| option.key).chain(ROWS.iter().map(|rows| rows.key));
    match nearest(key, all) {
        Some(meant) => format!("there is no such option; did you mean {meant}?"),
        None => "there is no such option; `atc config show` lists all".to_owned(),
    }
}

fn unknown_variable(name: &str) -> String {
    let names: Vec<_> = OPTIONS.iter().map(Opt::variable).collect();
    let others = OTHER_VARIABLES.iter().map(|(name, _)| *name);
    match nearest(name, names.iter().map(String::as_str).chain(others)) {
        Some(meant) => format!("no option has this name, it is left alone; did you mean {meant}?"),
        None => "no option has this name, it is left alone".to_owned(),
    }
}
