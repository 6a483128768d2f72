//! The arguments. An option given here is the same option as in the config file, under the same checks.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches as _, Parser, Subcommand};

use super::cache::CacheVerb;
use super::config_verbs::ConfigVerb;
use super::demo::Demo;
use super::doctor::Doctor;
use super::exit::Exit;
use super::help;
use super::ledger_verbs::LedgerVerb;
use super::look::LookVerb;
use super::policy_verbs::PolicyVerb;
use super::record::{Record, Replay};
use super::template::TemplateVerb;
use super::verb::HeadlessVerb;
use crate::config::Sources;
use crate::config::load::Argument;

/// What to do, as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The console on GitHub.
    Console(Options),
    /// The console on a saved session log, without any server.
    Open {
        file: PathBuf,
        options: Options,
    },
    Demo {
        demo: Demo,
        options: Options,
    },
    /// The console, recorded.
    Record {
        record: Record,
        options: Options,
    },
    /// The console on a recording.
    Replay {
        replay: Replay,
        options: Options,
    },
    Config {
        verb: ConfigVerb,
        json: bool,
        options: Options,
    },
    Cache {
        verb: CacheVerb,
    },
    Policy {
        verb: PolicyVerb,
        options: Options,
    },
    Template {
        verb: TemplateVerb,
        options: Options,
    },
    Ledger {
        verb: LedgerVerb,
        options: Options,
    },
    /// What the console can do, without a screen.
    Headless {
        verb: HeadlessVerb,
        options: Options,
    },
    /// What can be done here.
    Doctor {
        doctor: Doctor,
        options: Options,
    },
    /// What the console shows, without a screen.
    Look {
        verb: LookVerb,
        options: Options,
    },
    /// Help or version: print it, and all is done.
    Say(String),
}

/// Where the configuration comes from besides the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub config: Option<PathBuf>,
    pub arguments: Vec<Argument>,
}

impl Options {
    /// These arguments and this process's environment, ready to [`load`](crate::config::load()).
    pub fn sources(&self) -> Sources {
        Sources::from_process(self.config.clone(), self.arguments.clone())
    }
}

/// Arguments that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub text: String,
    pub exit: Exit,
}

#[derive(Debug, Parser)]
#[command(name = "atc", version, about = "Watch, read, start and stop GitHub cloud-agent tasks")]
#[command(
    after_help = "Without a command: the console, on the repositories given or on that of the current directory.\n\
                        To look round without a token: atc demo"
)]
struct Cli {
    #[command(flatten)]
    given: GivenOptions,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Every verb's arguments stand in the verb's own module.
#[derive(Debug, Subcommand)]
enum Verb {
    #[command(flatten)]
    Look(LookVerb),
    #[command(flatten)]
    Headless(HeadlessVerb),
    /// Look at prompt templates, try them, begin one
    #[command(subcommand)]
    Template(TemplateVerb),
    /// What may be started, by whom and how much of it
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// What was done from here, and what became of it
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// Say what this token can do here, what it cannot, and why; nothing is changed
    #[command(display_order = SETTING)]
    Doctor(Doctor),
    /// Look at the configuration
    #[command(display_order = SETTING)]
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
        /// One JSON object a line
        #[arg(long, global = true)]
        json: bool,
    },
    /// What is kept for the next start
    #[command(subcommand, display_order = SETTING)]
    Cache(CacheVerb),
    /// Open the console on an embedded world: no token, no network
    #[command(display_order = ELSEWHERE)]
    Demo(Demo),
    /// Show a saved session log
    #[command(display_order = ELSEWHERE)]
    Open {
        /// A session log or an Actions job log, as it was saved
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Open the console and keep what the service answers, without secrets, for a bug report
    #[command(display_order = ELSEWHERE)]
    Record(Record),
    /// Open the console on what `atc record` kept: no token, no network, nothing to change
    #[command(display_order = ELSEWHERE)]
    Replay(Replay),
}

/// Places in the help: what looks and acts comes first, as it is defined. Then what is set up here,
const SETTING: usize = 900;
/// the console on something else,
const ELSEWHERE: usize = 910;
/// and what is for shells and programs.
pub(super) const FOR_PROGRAMS: usize = 920;

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
struct GivenOptions {
    /// A repository this is about; can be repeated
    #[arg(long, global = true, value_name = "OWNER/NAME")]
    repo: Vec<String>,
    /// The config file to read
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// github.com or SUBDOMAIN.ghe.com
    #[arg(long, global = true, value_name = "HOST")]
    host: Option<String>,
    /// A file that holds the token and nothing else
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<String>,
    /// The address of the API, where it is not the host's own
    #[arg(long, global = true, value_name = "URL")]
    api_url: Option<String>,
    /// Look, never touch
    #[arg(long, global = true)]
    read_only: bool,
    /// off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Draw with plain ASCII
    #[arg(long, global = true)]
    ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    no_mouse: bool,
    /// auto, always or never; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_parser = ["auto", "always", "never"], hide_possible_values = true)]
    color: Option<String>,
}

/// `args` with the program's own name first, as `std::env::args_os` gives them.
pub fn parse<T: Into<OsString> + Clone>(args: impl IntoIterator<Item = T>) -> Result<Command, Refusal> {
    let args = repos_together(args.into_iter().map(Into::into).collect());
    // The console is what is started most, and waits for no definition of verbs it does not have.
    if let Ok(given) = alone(&args) {
        return Ok(Command::Console(options(given)));
    }
    let read = |definition: clap::Command| {
        definition.try_get_matches_from(&args).and_then(|matches| Cli::from_arg_matches(&matches))
    };
    // Examples are only seen in help, and a start should not wait for them.
    match read(Cli::command()).or_else(|_| read(help::with_examples(Cli::command()))) {
        Ok(cli) => Ok(command(cli)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Ok(Command::Say(help::wrapped(&error.render().to_string(), help::width())))
            }
            _ => Err(Refusal { text: error.render().to_string(), exit: Exit::Usage }),
        },
    }
}

/// With every repository where the last one is named: of those before a verb and those behind it the library keeps one
/// place's alone, and a repository that was named must not be left out without a word.
fn repos_together(args: Vec<OsString>) -> Vec<OsString> {
    let is = |arg: &OsString, what: &str| arg.to_str().is_some_and(|arg| arg == what);
    let joined = |arg: &OsString| arg.to_str().is_some_and(|arg| arg.starts_with("--repo="));
    let (mut rest, mut named, mut at) = (Vec::with_capacity(args.len()), Vec::new(), 0);
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if is(&arg, "--") {
            rest.push(arg);
            break;
        }
        if is(&arg, "--repo") || joined(&arg) {
            let value = if joined(&arg) { None } else { args.next() };
            at = rest.len();
            named.push(arg);
            named.extend(value);
        } else {
            rest.push(arg);
        }
    }
    rest.extend(args);
    rest.splice(at..at, named);
    rest
}

/// Options without a verb.
fn alone(args: &[OsString]) -> Result<GivenOptions, clap::Error> {
    let definition = GivenOptions::augment_args(clap::Command::new("atc"));
    GivenOptions::from_arg_matches(&definition.try_get_matches_from(args)?)
}

/// All verbs and options as data, for completion and the manual page.
pub fn definition() -> clap::Command {
    let mut root = help::with_examples(Cli::command());
    root.build();
    root
}

fn command(cli: Cli) -> Command {
    let options = options(cli.given);
    match cli.verb {
        None => Command::Console(options),
        Some(Verb::Open { file }) => Command::Open { file, options },
        Some(Verb::Demo(demo)) => Command::Demo { demo, options },
        Some(Verb::Record(record)) => Command::Record { record, options },
        Some(Verb::Replay(replay)) => Command::Replay { replay, options },
        Some(Verb::Look(verb)) => Command::Look { verb, options },
        Some(Verb::Headless(verb)) => Command::Headless { verb, options },
        Some(Verb::Doctor(doctor)) => Command::Doctor { doctor, options },
        Some(Verb::Config { verb, json }) => Command::Config { verb, json, options },
        Some(Verb::Policy(verb)) => Command::Policy { verb, options },
        Some(Verb::Template(verb)) => Command::Template { verb, options },
        Some(Verb::Cache(verb)) => Command::Cache { verb },
        // The one verb of the ledger that asks the service.
        Some(Verb::Ledger(LedgerVerb::Reconcile(args))) => {
            Command::Headless { verb: HeadlessVerb::Reconcile(args), options }
        }
        Some(Verb::Ledger(verb)) => Command::Ledger { verb, options },
    }
}

fn options(given: GivenOptions) -> Options {
    let flag = |flag: bool, value: &str| flag.then(|| value.to_owned());
    let repos = (!given.repo.is_empty()).then(|| given.repo.join(","));
    let all = [
        ("--repo", "repos", repos),
        ("--host", "host", given.host),
        ("--token-file", "token_file", given.token_file),
        ("--api-url", "api_url", given.api_url),
        ("--read-only", "read_only", flag(given.read_only, "true")),
        ("--log-level", "log_level", given.log_level),
        ("--ascii", "ui.ascii", flag(given.ascii, "true")),
        ("--no-mouse", "ui.mouse", flag(given.no_mouse, "false")),
        ("--color", "ui.colour", given.color.as_deref().map(colour)),
    ];
    let argument = |(name, key, value): (_, _, Option<_>)| Some(Argument { name, key, value: value? });
    Options { config: given.config, arguments: all.into_iter().filter_map(argument).collect() }
}

/// The word of other programs for what the option calls a switch.
fn colour(when: &str) -> String {
    match when {
        "always" => "true",
        "never" => "false",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> Result<Command, Refusal> {
        parse(std::iter::once("atc").chain(line.split_whitespace()))
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_given_is_one_of_the_table() {
        let line = "--repo a/b --repo c/d --host github.com --token-file t --api-url https://x --read-only --log-level off --ascii --no-mouse --color never --config f";
        let Ok(Command::Console(options)) = run(line) else { panic!("not understood") };
        assert_eq!(options.config, Some("f".into()));
        let keys: Vec<_> = options.arguments.iter().map(|argument| argument.key).collect();
        assert_eq!(keys.len(), 9);
        assert!(keys.iter().all(|key| crate::config::options::find(key).is_some()), "{keys:?}");
        assert_eq!(options.arguments[0], Argument { name: "--repo", key: "repos", value: "a/b,c/d".into() });
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        let expected = run("--ascii demo --seed 7 --speed 2.5");
        assert!(
            matches!(&expected, Ok(Command::Demo { demo: Demo { serve: None, speed, seed: Some(7) }, .. }) if (*speed - 2.5).abs() < 1e-9)
        );
        assert_eq!(run("demo --seed 7 --ascii --speed 2.5"), expected);
        let behind = run("automation list --repo a/b --repo c/d --repo e/f");
        for line in [
            "--repo a/b automation --repo=c/d list --repo e/f",
            "--repo a/b --repo c/d automation list --repo e/f",
            "--repo=a/b automation list --repo c/d --repo=e/f",
        ] {
            assert_eq!(run(line), behind, "{line}");
        }
        assert_eq!(run("--repo a/b start -- --repo c/d"), run("start --repo a/b -- --repo c/d"), "words are words");
    }

    #[test]
    fn the_demo_server_is_only_for_this_machine() {
        for good in ["127.0.0.1:4010", "localhost:4010", "[::1]:0", "127.8.8.8:1"] {
            assert!(
                matches!(
                    run(&format!("demo --serve {good}")),
                    Ok(Command::Demo { demo: Demo { serve: Some(_), .. }, .. })
                ),
                "{good}"
            );
        }
        for bad in ["0.0.0.0:4010", "192.168.1.4:80", "[::]:80", "example.com:80", "4010"] {
            assert_eq!(run(&format!("demo --serve {bad}")).unwrap_err().exit, Exit::Usage, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_hint() {
        for bad in [
            "--repo",
            "--nonsense",
            "demo --speed 0",
            "demo --speed nan",
            "demo --speed inf",
            "record",
            "record x --max-mb 0",
            "record x --headless soon",
            "replay",
            "replay x --speed 0",
            "demo --seed -1",
            "open",
            "config",
            "config burn",
            "cache",
            "cache fill",
            "template",
            "template render",
            "template render x --var y",
            "template new",
            "cancel",
            "retry",
            "follow-up",
            "start --wait=never x",
            "start --json --quiet x",
            "start --once-per 1d x",
            "start --color sometimes x",
            "cancel 1a2b --timeout 1m",
            "frobnicate",
        ] {
            let refusal = run(bad).unwrap_err();
            assert_eq!(refusal.exit, Exit::Usage, "{bad}");
            assert!(refusal.text.contains("Usage") || refusal.text.contains("--help"), "{bad}: {}", refusal.text);
        }
    }

    #[test]
    fn help_and_version_are_no_failure() {
        assert!(matches!(run("--help"), Ok(Command::Say(text)) if text.contains("atc demo")));
        assert_eq!(run("--version"), Ok(Command::Say(format!("atc {}\n", env!("CARGO_PKG_VERSION")))));
    }
}
