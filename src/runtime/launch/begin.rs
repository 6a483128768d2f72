//! Which command, with which configuration.

use std::ffi::OsString;
use std::path::Path;

use tracing::level_filters::LevelFilter;

use crate::cli::{self, Command, Exit, config_verbs, output, policy_verbs};
use crate::config::{self, Invalid, Loaded, LogLevel, Paths};
use crate::console::update::command;
use crate::domain::{Fault, FaultKind};
use crate::runtime::clock::Clock;
use crate::runtime::{journal, panic, private, terminal};

use super::{check, demo, doctor, headless, kept, look, looks, policy, record, replay, screen, service};

/// Runs the program and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    private::memory();
    let command = match cli::parse(arguments) {
        Ok(command) => command,
        Err(refusal) => {
            output::complain(&refusal.text);
            return refusal.exit.code();
        }
    };
    if let Command::Policy { options, .. }
    | Command::Template { options, .. }
    | Command::Config { options, .. }
    | Command::Doctor { options, .. } = &command
    {
        looks::spell_as(options);
    }
    let result = match command {
        Command::Say(text) => Ok(output::say(&text).code()),
        Command::Cache { verb } => kept::run(verb),
        Command::Policy { verb, options } => match policy_verbs::run(verb, &options) {
            Ok(exit) => Ok(exit.code()),
            Err(explain) => policy::explain(&explain, &options),
        },
        Command::Template { verb, options } => Ok(cli::template::run(&verb, &options).code()),
        Command::Config { verb, json: false, options } => {
            Ok(config_verbs::run(verb, &options, looks::words, &check::problems).code())
        }
        Command::Config { verb, json: true, options } => {
            Ok(config_verbs::run_json(verb, &options, &check::problems).code())
        }
        Command::Ledger { verb, options } => {
            cli::ledger_verbs::run(&verb, &options, Clock::system().now(), looks::speak).map(Exit::code)
        }
        Command::Look { verb, options } => look::run(&verb, &options),
        Command::Headless { verb, options } => headless::run(&verb, &options),
        Command::Doctor { doctor: asked, options } => doctor::run(asked, &options),
        Command::Record { record: asked, options } => record::run(&asked, &options),
        Command::Replay { replay: asked, options } => with_screen(&options, |setting| replay::console(setting, &asked)),
        Command::Console(options) => with_screen(&options, service::console),
        Command::Open { file, options } => with_screen(&options, |setting| screen::open(setting, &file)),
        Command::Demo { demo, options } => match demo.serve {
            Some(address) => demo::serve(&demo, address),
            None => with_screen(&options, |setting| demo::console(setting, &demo)),
        },
    };
    result.unwrap_or_else(|fault| output::fail(&fault).code())
}

/// What every command with a screen starts from.
#[derive(Debug)]
pub struct Setting {
    pub loaded: Loaded,
    pub paths: Paths,
    pub clock: crate::runtime::clock::Clock,
    /// Said in the footer once there is one.
    pub notes: Vec<Fault>,
    /// For so long, and nobody looks: no terminal is touched.
    pub unseen: Option<std::time::Duration>,
}

pub(super) fn with_screen(options: &cli::Options, go: impl FnOnce(Setting) -> Result<u8, Fault>) -> Result<u8, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths).and_then(with_aliases) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    for warning in &loaded.warnings {
        output::complain(&format!("atc: {warning}"));
    }
    if let Err(fault) = terminal::check() {
        output::complain(&format!("atc: {fault}"));
        return Ok(Exit::Usage.code());
    }
    let clock = crate::runtime::clock::Clock::system();
    let notes = observed(&paths, &loaded, &clock)?;
    go(Setting { loaded, paths, clock, notes, unseen: None })
}

/// The journal, and a report should the program itself be wrong: with a screen and without one. What could not be begun
/// is said and stops nothing.
pub fn observed(paths: &Paths, loaded: &Loaded, clock: &crate::runtime::clock::Clock) -> Result<Vec<Fault>, Fault> {
    let notes = start_journal(&paths.state_dir, loaded, clock).err().into_iter().collect();
    panic::install(paths.state_dir.clone())
        .map_err(|error| Fault::new(FaultKind::Local, format!("no panic hook: {error}"), "start atc again"))?;
    Ok(notes)
}

/// The commands are the console's: what stands for none of them is found out here.
fn with_aliases(loaded: Loaded) -> Result<Loaded, Invalid> {
    let wrong = command::aliases::problems(&loaded.config.aliases);
    loaded.refuse("aliases", wrong.into_iter().map(|(name, what)| format!("`{name}` {what}")))?;
    Ok(loaded)
}

fn start_journal(state_dir: &Path, loaded: &Loaded, clock: &crate::runtime::clock::Clock) -> Result<(), Fault> {
    journal::start(state_dir, filter(loaded.config.log_level), clock.as_now())
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// The runtime everything behind the screen lives on.
pub fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
        Fault::new(FaultKind::Local, format!("no threads could be started: {error}"), "free some memory and try again")
    })
}
