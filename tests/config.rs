//! Where options come from, what is said when one is wrong, and where files go.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "config/properties.rs"]
mod properties;
#[path = "config/views.rs"]
mod views;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use atc::cli::config_verbs::{Report, report};
use atc::cli::{ConfigVerb, Exit};
use atc::config::load::Argument;
use atc::config::options::OPTIONS;
use atc::config::repo_options::REPO_SECTIONS;
use atc::config::schema::{Config, CopilotApi, LogLevel, Notify, Stuck, Switch};
use atc::config::{Invalid, Loaded, Origin, Paths, Sources, docs, load};
use atc::domain::stuck::{Each, Kind};
use atc::domain::{Fault, SavedView};

/// A user's home with a config file, an environment and arguments.
struct Desk {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Desk {
    fn new(file: &str) -> Self {
        let desk = Self::empty();
        fs::create_dir_all(desk.paths().config_dir).unwrap();
        fs::write(desk.paths().config_file(), file).unwrap();
        desk
    }

    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), sources: Sources::default() }
    }

    fn paths(&self) -> Paths {
        let home = self.folder.path().to_path_buf();
        let [config_dir, state_dir, data_dir, cache_dir] =
            ["config", "state", "data", "cache"].map(|name| home.join(name));
        Paths { home, config_dir, state_dir, data_dir, cache_dir }
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn argument(mut self, name: &'static str, key: &'static str, value: &str) -> Self {
        self.sources.arguments.push(Argument { name, key, value: value.into() });
        self
    }

    fn load(&self) -> Result<Loaded, Invalid> {
        load(&self.sources, &self.paths())
    }

    fn config(&self) -> Config {
        self.load().unwrap().config
    }

    /// Every problem, with the home directory left out of the paths.
    fn problems(&self) -> Vec<String> {
        let home = format!("{}/", self.folder.path().display());
        self.load().unwrap_err().all().map(|problem| problem.to_string().replace(&home, "")).collect()
    }

    fn report(&self, verb: ConfigVerb) -> Report {
        let Report { text, exit } = report(verb, &self.sources, &self.paths(), &|_, _| Vec::new());
        Report { text: text.replace(&self.folder.path().display().to_string(), "~"), exit }
    }
}

fn names(config: &Config) -> Vec<&str> {
    config.repos.iter().map(atc::domain::RepoName::as_str).collect()
}

#[test]
fn with_nothing_anywhere_the_defaults_apply() {
    let desk = Desk::empty();
    let loaded = desk.load().unwrap();
    assert_eq!(loaded.config, Config::default());
    assert!(!loaded.file_found && loaded.warnings.is_empty());
    assert_eq!(loaded.file, desk.paths().config_file());
    let thresholds = loaded.thresholds();
    assert_eq!(thresholds, atc::domain::stuck::Thresholds::default());
}

#[test]
fn the_file_beats_the_defaults_the_environment_the_file_and_an_argument_all() {
    let file = "repos = ['a/file']\nread_only = true\n[poll]\nactive_seconds = 20\nidle_seconds = 0x50\n";
    let desk = Desk::new(file)
        .variable("ATC_REPOS", "a/variable b/variable,a/variable")
        .variable("ATC_POLL_ACTIVE_SECONDS", "30")
        .argument("--repo", "repos", "a/argument");
    let loaded = desk.load().unwrap();
    assert_eq!(names(&loaded.config), ["a/argument"]);
    assert_eq!((loaded.config.poll.active_seconds, loaded.config.poll.idle_seconds), (30, 80));
    assert!(loaded.config.looks_only());
    assert_eq!(loaded.origin("repos"), Origin::Argument("--repo"));
    assert_eq!(loaded.origin("poll.active_seconds"), Origin::Variable("ATC_POLL_ACTIVE_SECONDS".into()));
    assert_eq!((loaded.origin("read_only"), loaded.origin("host")), (Origin::File, Origin::Default));
    let desk = Desk::new(file).variable("ATC_REPOS", "a/variable b/variable,a/variable");
    assert_eq!(names(&desk.config()), ["a/variable", "b/variable"]);
}

#[test]
fn a_false_in_the_environment_undoes_a_true_in_the_file() {
    for word in ["false", "0", "no", "off", "FALSE"] {
        assert!(!Desk::new("read_only = true").variable("ATC_READ_ONLY", word).config().looks_only(), "{word}");
    }
    assert!(Desk::new("read_only = true").variable("ATC_READ_ONLY", "").config().looks_only());
}

#[test]
fn a_key_that_does_not_exist_is_named_with_file_line_and_the_one_that_was_meant() {
    let desk = Desk::new("# mine\n\nrepo = ['a/b']\n[poll]\n  active_second = 3\n[theme]\nname = 'dark'\n");
    assert_eq!(
        desk.problems(),
        [
            "config/config.toml:3:1: repo: there is no such option; did you mean repos?",
            "config/config.toml:5:3: poll.active_second: there is no such option; did you mean poll.active_seconds?",
            "config/config.toml:6:2: theme: there is no such option; did you mean ui.theme?",
        ]
    );
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_place_and_what_would_fit() {
    for (file, expected) in [
        (
            "host = 'github.example'",
            "1:8: host: must be github.com or a tenant SUBDOMAIN.ghe.com, not `github.example` (GitHub Enterprise Server has no agent tasks)",
        ),
        ("\nhost = 7", "2:8: host: must be a host name, not 7"),
        ("repos = 'a/b'", "1:9: repos: must be a list of owner/name, not `a/b`"),
        ("repos = ['a/b', 7]", "1:9: repos: must be a list of owner/name, not a list"),
        (
            "repos = ['ab']",
            "1:9: repos: `ab` is no repository: a repository is written owner/name, with letters, digits, `-`, `_` and `.`",
        ),
        ("copilot_api = 'on'", "1:15: copilot_api: must be \"auto\" or \"off\", not `on`"),
        ("read_only = 'true'", "1:13: read_only: must be \"auto\", true or false, not `true`"),
        ("[poll]\nactive_seconds = 1", "2:18: poll.active_seconds: must be a whole number from 2 to 3600, not 1"),
        ("[poll]\nactive_seconds = 2.5", "2:18: poll.active_seconds: must be a whole number from 2 to 3600, not 2.5"),
        (
            "poll.active_seconds = 99999999999",
            "1:23: poll.active_seconds: must be a whole number from 2 to 3600, not 99999999999",
        ),
        ("[poll]\nbudget_share = 0.0", "2:16: poll.budget_share: must be a number above 0 and at most 1, not 0.0"),
        ("[poll]\nbudget_share = nan", "2:16: poll.budget_share: must be a number above 0 and at most 1, not nan"),
        ("[ui]\nascii = 'yes'", "2:9: ui.ascii: must be \"auto\", true or false, not `yes`"),
        ("ui = 3", "1:6: ui: is a section: write [ui]"),
        ("token_file = ''", "1:14: token_file: must be a path, not empty"),
        (
            "token_file = 'ghp_abc'",
            "1:14: token_file: must be the path of a file that holds the token, not the token itself",
        ),
        ("api_url = 'https://me:secret@x'", "1:11: api_url: must not hold a user name or password"),
        ("[extra_headers]\nAuthorization = 'x'", "1:1: extra_headers: `Authorization` is set by atc itself"),
        ("extra_headers = { 'a b' = 'x' }", "1:17: extra_headers: `a b` is no header name"),
        ("extra_headers = { A = \"x\\n\" }", "1:17: extra_headers: the value of `A` must be plain ASCII on one line"),
    ] {
        assert_eq!(Desk::new(file).problems(), [format!("config/config.toml:{expected}")], "{file}");
    }
}

#[test]
fn a_limit_for_some_repositories_beats_the_one_for_all_and_the_most_specific_counts() {
    let desk = Desk::new(
        "[stuck]\nqueued_minutes = 5\n[stuck.\"*/*\"]\nsilent_minutes = 30\nwaiting_minutes = 90\n\
         [stuck.\"acme/*\"]\nsilent_minutes = 45\n",
    )
    .variable("ATC_STUCK_SESSION_LIMIT_MINUTES", "70");
    let thresholds = desk.load().unwrap().thresholds();
    let minutes = |repo: &str| {
        let limits = thresholds.of(&repo.parse().unwrap());
        [limits.queued, limits.silent, limits.waiting, limits.session_limit].map(|limit| limit.num_minutes())
    };
    assert_eq!(minutes("acme/api"), [5, 45, 90, 70]);
    assert_eq!(minutes("ACME/api"), [5, 45, 90, 70]);
    assert_eq!(minutes("other/api"), [5, 30, 90, 70]);
    let whence = |kind| thresholds.whence(&"acme/api".parse().unwrap(), kind).to_string();
    assert_eq!(
        [Kind::Queued, Kind::Silent, Kind::Waiting, Kind::SessionLimit].map(whence),
        ["config", "config acme/*", "config */*", "environment"]
    );
    let nothing_set = Desk::empty().load().unwrap().thresholds();
    assert_eq!(nothing_set.whence(&"a/b".parse().unwrap(), Kind::Silent).to_string(), "default");
}

#[test]
fn what_is_wrong_with_a_limit_for_some_repositories_is_named_with_its_place() {
    for (file, expected) in [
        (
            "[stuck.\"acme/api\"]\nsilent_minutes = 0",
            "2:18: stuck.\"acme/api\".silent_minutes: must be a whole number from 1 to 10080, not 0",
        ),
        (
            "[stuck.\"acme/api\"]\nsilent_minuts = 3",
            "2:1: stuck.\"acme/api\".silent_minuts: cannot be set for repositories; did you mean silent_minutes?",
        ),
        ("[stuck.\"acme/api\"]\ncolour = 3", "2:1: stuck.\"acme/api\".colour: cannot be set for repositories"),
        (
            "[stuck.acme]\nsilent_minutes = 3",
            "1:8: stuck.\"acme\": repositories are written owner/name, with `*` for any part of either",
        ),
        (
            "[stuck]\n\"acme/a b\" = 3",
            "2:1: stuck.\"acme/a b\": repositories are written owner/name, with `*` for any part of either",
        ),
        ("[stuck]\n\"acme/api\" = 3", "2:14: stuck.\"acme/api\": is a section: write [stuck.\"acme/api\"]"),
        (
            "[poll.\"acme/api\"]\nidle_seconds = 9",
            "1:7: poll.acme/api: there is no such option; `atc config show` lists all",
        ),
    ] {
        assert_eq!(Desk::new(file).problems(), [format!("config/config.toml:{expected}")], "{file}");
    }
}

#[test]
fn show_tells_the_limits_of_some_repositories_in_words_that_can_be_read_back() {
    let file = "[stuck.\"acme/*\"]\nsilent_minutes = 45\n[stuck.'acme/api']\nqueued_minutes = 3\n[ui]\nmouse = false\n";
    let desk = Desk::new(file);
    let Report { text, .. } = desk.report(ConfigVerb::Show);
    let lines: Vec<&str> = text.lines().map(|line| line.split("  ").next().unwrap().trim_end()).collect();
    let at = lines.iter().position(|line| *line == "[stuck.\"acme/api\"]").unwrap();
    assert_eq!(
        lines[at..at + 6],
        ["[stuck.\"acme/api\"]", "queued_minutes = 3", "", "[stuck.\"acme/*\"]", "silent_minutes = 45", ""],
        "{text}"
    );
    assert!(text.contains(&format!("{:<44} # config file", "silent_minutes = 45")), "{text}");
    assert_eq!(Desk::new(&text).config(), desk.config());
}

#[test]
fn broken_syntax_is_named_with_its_line() {
    for (file, line) in
        [("host = ", "1:"), ("a = 1\nb = [\n", "2:"), ("[poll\n", "1:"), ("host = 'a'\nhost = 'b'", "2:")]
    {
        let problems = Desk::new(file).problems();
        assert!(problems[0].starts_with(&format!("config/config.toml:{line}")), "{problems:?}");
    }
}

#[test]
fn a_wrong_variable_or_argument_is_named_by_its_name() {
    let desk = Desk::empty().variable("ATC_REPOS", " , ").variable("ATC_POLL_IDLE_SECONDS", "soon").argument(
        "--log-level",
        "log_level",
        "loud",
    );
    assert_eq!(
        desk.problems(),
        [
            "ATC_REPOS: repos: must be a list of owner/name, not ` , `",
            "ATC_POLL_IDLE_SECONDS: poll.idle_seconds: must be a whole number from 2 to 86400, not `soon`",
            "--log-level: log_level: must be \"off\" or \"error\" or \"warn\" or \"info\" or \"debug\" or \"trace\", not `loud`",
        ]
    );
    let fault = Fault::from(desk.load().unwrap_err());
    assert_eq!(Exit::from(&fault), Exit::Usage);
    assert!(fault.next_step.contains("atc config check"), "{fault}");
}

#[test]
fn a_variable_that_nothing_listens_to_is_only_a_warning() {
    let desk = Desk::empty().variable("ATC_REPO", "a/b").variable("ATC_TOKEN", "t").variable("OTHER", "x");
    let loaded = desk.load().unwrap();
    assert_eq!(loaded.config, Config::default());
    assert_eq!(loaded.warnings.len(), 1);
    assert!(loaded.warnings[0].starts_with("ATC_REPO: ") && loaded.warnings[0].ends_with("ATC_REPOS?"));
}

#[test]
fn paths_in_the_file_count_from_the_file_and_others_from_here() {
    let desk = Desk::new("token_file = 'token'\nledger = '~/l.db'\ntemplates_dir = '/t'\n");
    let home = desk.folder.path();
    let config = desk.config();
    assert_eq!(config.token_file, Some(home.join("config/token")));
    assert_eq!(desk.paths().ledger(&config), home.join("l.db"));
    assert_eq!(desk.paths().templates(&config), Path::new("/t"));
    let desk = desk.variable("ATC_TOKEN_FILE", "token").argument("--ledger", "ledger", "~/x.db");
    assert_eq!(desk.config().token_file, Some(PathBuf::from("token")));
    assert_eq!(desk.config().ledger, Some(desk.folder.path().join("x.db")));
    let config = Config::default();
    assert_eq!(desk.paths().ledger(&config), desk.folder.path().join("state/ledger.db"));
    assert_eq!(desk.paths().templates(&config), desk.folder.path().join("config/templates"));
}

#[test]
fn a_named_file_must_be_there_and_be_text() {
    let mut desk = Desk::new("host = 'acme.ghe.com'");
    desk.sources.file = Some(desk.folder.path().join("none.toml"));
    assert!(desk.problems()[0].starts_with("none.toml: cannot be read: "));
    desk.sources.file = None;
    let desk = desk.variable("ATC_CONFIG", "/nowhere/atc.toml");
    assert!(desk.problems()[0].starts_with("/nowhere/atc.toml: cannot be read: "));

    let mut desk = Desk::empty();
    let file = desk.folder.path().join("x.toml");
    desk.sources.file = Some(file.clone());
    fs::write(&file, b"host = 'github.com'\n# \xff\n").unwrap();
    assert_eq!(desk.problems(), ["x.toml:2:3: is not UTF-8 text"]);
    fs::write(&file, "#".repeat(2_000_000)).unwrap();
    assert_eq!(desk.problems(), ["x.toml: is far too large for a config file"]);
    fs::write(&file, "\u{feff}host = 'acme.ghe.com'").unwrap();
    assert_eq!(desk.config().host, "acme.ghe.com");
    desk.sources.file = Some(desk.folder.path().to_path_buf());
    assert!(desk.problems()[0].contains("cannot be read"));
}

#[test]
fn every_option_can_be_set_in_the_file_and_in_the_environment() {
    let other = |key: &str| match key {
        "repos" => ("['a/b']", "a/b"),
        "aliases" => ("{ w = 'wall all' }", "w: wall all"),
        "keys.preset" => ("'vim'", "vim"),
        "host" => ("'acme.ghe.com'", "acme.ghe.com"),
        "api_url" => ("'http://127.0.0.1:1'", "http://127.0.0.1:1"),
        "token_file" | "ca_file" | "templates_dir" | "diagnosis_file" | "policy_file" | "ledger" => ("'/x'", "/x"),
        "copilot_api" | "log_level" => ("'off'", "off"),
        "extra_headers" => ("{ A = 'b' }", "A: b"),
        "ui.layout" => ("'columns'", "columns"),
        "ui.mouse" | "automations" | "cache" | "diagnose" => ("false", "false"),
        "read_only" | "own_tasks" | "ui.ascii" | "ui.colour" | "ui.hyperlinks" | "notify.focused" => ("true", "true"),
        "ui.theme" | "ui.background" => ("'light'", "light"),
        "notify.quiet" => ("'22:00-07:00'", "22:00-07:00"),
        "notify.webhook_url" => ("'https://hooks.example.com/x'", "https://hooks.example.com/x"),
        "notify.webhook_secret_file" => ("'/x'", "/x"),
        "notify.command" => ("['x']", "x"),
        "cancel.force_after_seconds" => ("31", "31"),
        "poll.budget_share" | "poll.unchanged_weight" => ("1", "1"),
        _ => ("7", "7"),
    };
    for option in OPTIONS {
        let (toml, text) = other(option.key);
        let by_file = Desk::new(&format!("{} = {toml}", option.key)).config();
        let by_variable = Desk::empty().variable(&option.variable(), text).config();
        assert_eq!(by_file, by_variable, "{}", option.key);
        assert_ne!(by_file, Config::default(), "{} changes nothing", option.key);
        assert_ne!((option.show)(&by_file), (option.show)(&Config::default()), "{} is not shown", option.key);
        for untouched in OPTIONS.iter().filter(|other| other.key != option.key) {
            assert_eq!((untouched.show)(&by_file), (untouched.show)(&Config::default()), "{}", option.key);
        }
    }
}

#[test]
fn the_example_file_uncommented_is_right_and_as_it_stands_changes_nothing() {
    assert_eq!(Desk::new(&docs::example()).config(), Config::default());
    let uncomment = |line| str::strip_prefix(line, "#").filter(|rest| !rest.starts_with(' ')).unwrap_or(line);
    let uncommented = docs::example().lines().map(uncomment).collect::<Vec<_>>().join("\n");
    let config = Desk::new(&uncommented).config();
    assert_eq!(names(&config), ["acme/billing", "acme/api"]);
    let of_acme = config.stuck.repos.values().map(|limits| limits.silent).collect::<Vec<_>>();
    assert_eq!(of_acme, [Some(45)]);
    assert_eq!(config.notify.rules.len(), 1);
    let defaults = Config::default();
    let left = Config {
        repos: vec![],
        api_url: None,
        token_file: None,
        ca_file: None,
        extra_headers: defaults.extra_headers.clone(),
        aliases: BTreeMap::new(),
        keys: defaults.keys.clone(),
        templates_dir: None,
        diagnosis_file: None,
        policy_file: None,
        ledger: None,
        stuck: Stuck { repos: BTreeMap::new(), ..config.stuck },
        notify: Notify {
            quiet: None,
            webhook_url: None,
            webhook_secret_file: None,
            command: Vec::new(),
            rules: Vec::new(),
            ..config.notify
        },
        ..config
    };
    assert_eq!(left, defaults);
}

#[test]
fn show_tells_every_value_and_where_it_is_from_and_hides_header_values() {
    let desk = Desk::new("log_level = 'debug'\n[extra_headers]\nX-Key = 'hunter2'\n").variable("ATC_UI_MOUSE", "no");
    let Report { text, exit } = desk.report(ConfigVerb::Show);
    assert_eq!(exit, Exit::Done);
    for option in OPTIONS {
        assert!(text.contains(&format!("{} =", option.section_and_name().1)), "{}", option.key);
    }
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    assert!(line("log_level = \"debug\"").ends_with("# config file"));
    assert!(line("mouse = false").ends_with("# ATC_UI_MOUSE"));
    assert!(line("host = \"github.com\"").ends_with("# default"));
    assert!(line("#token_file =").ends_with("# not set"));
    assert!(text.contains("X-Key") && !text.contains("hunter2"), "{text}");
    assert!(!format!("{:?}", desk.config()).contains("hunter2"));
    assert!(text.contains("# views: default\n[[views]]\nname = \"Needs me\"\n"), "{text}");
    // What is shown can be read back.
    let again = Desk::new(&text).config();
    assert_eq!((again.log_level, again.views), (LogLevel::Debug, SavedView::defaults()));
}

#[test]
fn check_lists_all_that_is_wrong_and_path_works_all_the_same() {
    let desk = Desk::new("hots = 1\n[ui]\nmouse = 2\n");
    let Report { text, exit } = desk.report(ConfigVerb::Check);
    assert_eq!(exit, Exit::Usage);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(desk.report(ConfigVerb::Show).exit, Exit::Usage);
    let Report { text, exit } = desk.report(ConfigVerb::Path);
    assert_eq!(exit, Exit::Done);
    assert!(
        text.contains("config     ~/config/config.toml\n")
            && text.contains("ledger     ~/state/ledger.db  (not there)"),
        "{text}"
    );
}

#[test]
fn check_reads_the_policy_that_the_gate_would_read() {
    let desk = Desk::new("");
    fs::write(desk.paths().config_dir.join("policy.toml"), "[all]\nactve = 1\n").unwrap();
    let Report { text, exit } = desk.report(ConfigVerb::Check);
    assert_eq!(exit, Exit::Usage);
    assert!(text.contains("policy.toml") && text.contains("actve"), "{text}");
}

#[test]
fn check_looks_for_the_files_that_options_name() {
    let desk = Desk::new("token_file = 'token'\n");
    let Report { text, exit } = desk.report(ConfigVerb::Check);
    assert_eq!((text.as_str(), exit), ("atc: config file: token_file: there is no file ~/config/token", Exit::Usage));
    let ca = Desk::new("ca_file = 'ca.pem'\n").report(ConfigVerb::Check);
    assert_eq!(ca.text, "atc: config file: ca_file: there is no file ~/config/ca.pem");
    fs::write(desk.paths().config_dir.join("token"), "ghp_secret").unwrap();
    let Report { text, exit } = desk.report(ConfigVerb::Check);
    assert_eq!((text.as_str(), exit), ("~/config/config.toml: all is well", Exit::Done));
    let Report { text, .. } = Desk::empty().variable("ATC_HOTS", "x").report(ConfigVerb::Check);
    assert_eq!(
        text,
        "~/config/config.toml: not there, the defaults apply\nwarning: ATC_HOTS: no option has this name, it is left alone; did you mean ATC_HOST?"
    );
}

/// Runs `say_paths` of this test program in another environment.
#[cfg(unix)]
fn paths_with(environment: &[(&str, &str)], as_a_stranger: bool) -> String {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("test");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut child = std::process::Command::new(&program);
    child.args(["say_paths", "--exact", "--ignored", "--nocapture"]).env_clear().current_dir("/");
    child.envs(environment.iter().copied()).env("CONFIG_TEST_SAY_PATHS", "1");
    if as_a_stranger {
        child.uid(54_321).gid(54_321);
    }
    let output = output_of_a_copy(&mut child);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a program says that has just been written. A child that another test starts at this moment holds the file open
/// for writing until it has become its own program; so long the system refuses to run it.
#[cfg(unix)]
fn output_of_a_copy(program: &mut std::process::Command) -> std::process::Output {
    loop {
        match program.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => return output.unwrap(),
        }
    }
}

/// Not a test: what the child says.
#[test]
#[ignore = "runs only as a child of other tests"]
#[allow(clippy::print_stdout)]
fn say_paths() {
    if std::env::var_os("CONFIG_TEST_SAY_PATHS").is_none() {
        return;
    }
    match Paths::find() {
        Ok(paths) => println!("\n{paths:?} {:?}", paths.make_state_dir()),
        Err(fault) => println!("\nfault {fault}"),
    }
}

#[test]
#[cfg(unix)]
fn directories_follow_xdg_and_home() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let said = paths_with(&[("HOME", home)], false);
    for expected in [".config/atc", ".local/state/atc", ".local/share/atc"] {
        assert!(cfg!(target_os = "macos") || said.contains(&format!("\"{home}/{expected}\"")), "{said}");
    }
    let xdg = format!("{home}/x");
    let said = paths_with(&[("HOME", home), ("XDG_CONFIG_HOME", &xdg), ("XDG_STATE_HOME", "relative")], false);
    if !cfg!(target_os = "macos") {
        assert!(said.contains(&format!("config_dir: \"{xdg}/atc\"")), "{said}");
        assert!(said.contains(&format!("state_dir: \"{home}/.local/state/atc\"")), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_home_that_is_no_place_to_write_is_a_fault_and_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let said = paths_with(&[("HOME", file.to_str().unwrap())], false);
    assert!(said.contains("could not make the directory"), "{said}");
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Somebody the user database does not know either; only the superuser can become that.
    let said = paths_with(&[], true);
    assert!(said.contains("fault this user has no home directory — set HOME"), "{said}");
    let said = paths_with(&[("HOME", "/")], true);
    assert!(said.contains("could not make the directory /.local/state/atc"), "{said}");
}
