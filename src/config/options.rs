//! The one table of options. An option that is not here does not exist; its description here is the one in
//! `config.example.toml` and in the README.

use super::given::{Given, Wrong, clip};
use super::notify;
use super::retry;
use super::schema::{Background, Config, CopilotApi, Headers, Layout, LogLevel, Switch};
use super::text::quote;
use super::theme;
use super::url;
use crate::domain::RepoName;
use crate::keys::Preset;

/// The limits of the section `stuck`: a minute to a week.
pub(super) const MINUTES: std::ops::RangeInclusive<u32> = 1..=10_080;

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// As in the file, with the section before a dot.
    pub key: &'static str,
    /// What can be chosen.
    pub values: &'static str,
    /// An entry for the example file, where there is no default to show.
    pub example: Option<&'static str>,
    pub doc: &'static str,
    pub set: fn(&mut Config, Given<'_>) -> Result<(), Wrong>,
    /// The value as the file would hold it; `None`: nothing chosen. Never shows a header's value.
    pub show: fn(&Config) -> Option<String>,
}

impl Opt {
    /// `poll.active_seconds` is `ATC_POLL_ACTIVE_SECONDS`.
    pub fn variable(&self) -> String {
        format!("ATC_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// Section and name in it; the section is empty at the top.
    pub fn section_and_name(&self) -> (&'static str, &'static str) {
        self.key.rsplit_once('.').unwrap_or(("", self.key))
    }
}

pub fn find(key: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.key == key)
}

/// Variables that start with `ATC_` and are no option.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("ATC_WEBHOOK_SECRET", "The secret that messages to `notify.webhook_url` are signed with. Asked before the file."),
    ("ATC_CONFIG", "The config file to read, like `--config`."),
    ("ATC_TOKEN", "The token. `GH_TOKEN`, `GITHUB_TOKEN` and `gh auth token` are asked after it."),
];

pub const OPTIONS: &[Opt] = &[
    Opt {
        key: "repos",
        values: "a list of `owner/name`",
        example: Some(r#"["acme/billing", "acme/api"]"#),
        doc: "The repositories to watch. With none, the repository of the current directory's `origin` remote; \
              outside of a checkout, your own tasks in all repositories.",
        set: |config, given| {
            let repo = |text: &str| {
                let wrong = |error| format!("`{}` is no repository: {error}", clip(text));
                text.parse::<RepoName>().map_err(wrong)
            };
            let mut repos = Vec::new();
            for repo in given.list("a list of owner/name")?.into_iter().map(repo) {
                let repo = repo?;
                if !repos.contains(&repo) {
                    repos.push(repo);
                }
            }
            config.repos = repos;
            Ok(())
        },
        show: |config| {
            let all: Vec<_> = config.repos.iter().map(|repo| quote(repo.as_str())).collect();
            Some(format!("[{}]", all.join(", ")))
        },
    },
    Opt {
        key: "own_tasks",
        values: r#"`"auto"`, `true` or `false`"#,
        example: None,
        doc: "Your own tasks in all repositories, which GitHub lists in one request. \"auto\": they are the queue where no \
              repository is named; where some are, the request only saves others and nothing else is shown. `true`: show \
              them all, whatever else is watched. `false`: never ask for them.",
        set: |config, given| {
            config.own_tasks = given.switch()?;
            Ok(())
        },
        show: |config| Some(switch(config.own_tasks)),
    },
    Opt {
        key: "automations",
        values: "`true` or `false`",
        example: None,
        doc: "Ask GitHub for the automations of the watched repositories: their list once an hour, more while you look at \
              them. `false`: never; what `atc automation` asks for is asked all the same.",
        set: |config, given| {
            config.automations = given.flag()?;
            Ok(())
        },
        show: |config| Some(config.automations.to_string()),
    },
    Opt {
        key: "host",
        values: "`github.com` or `SUBDOMAIN.ghe.com`",
        example: None,
        doc: "Where the repositories are. GitHub Enterprise Server has no agent tasks and is refused.",
        set: |config, given| {
            config.host = url::host(given.text("a host name")?)?;
            Ok(())
        },
        show: |config| Some(quote(&config.host)),
    },
    Opt {
        key: "api_url",
        values: "an `https://` address, or `http://` to a loopback address",
        example: Some(r#""http://127.0.0.1:4010""#),
        doc: "The address of the API, if it is not the host's own. Meant for tests and for `atc demo --serve`.",
        set: |config, given| {
            config.api_url = Some(url::api(given.text("an address")?)?);
            Ok(())
        },
        show: |config| config.api_url.as_deref().map(quote),
    },
    Opt {
        key: "token_file",
        values: "a path",
        example: Some(r#""~/.config/atc/token""#),
        doc: "A file that holds the token and nothing else, readable by you alone. Asked before every other source.",
        set: |config, given| {
            let text = given.text("a path")?;
            if ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].iter().any(|prefix| text.starts_with(prefix)) {
                return Err("must be the path of a file that holds the token, not the token itself".to_owned());
            }
            config.token_file = Some(given.path()?);
            Ok(())
        },
        show: |config| config.token_file.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "ca_file",
        values: "a path",
        example: Some(r#""/etc/ssl/our-proxy.pem""#),
        doc: "A file of PEM certificates to trust besides the system's: behind a proxy that looks into TLS, its own.",
        set: |config, given| {
            config.ca_file = Some(given.path()?);
            Ok(())
        },
        show: |config| config.ca_file.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "copilot_api",
        values: r#"`"auto"` or `"off"`"#,
        example: None,
        doc: "Live session logs come from the Copilot API, which GitHub does not document. \"auto\" tries it with tokens \
              that can work and stops for good when it is refused; \"off\" never sends a request there.",
        set: |config, given| {
            config.copilot_api = given.word(CopilotApi::WORDS)?;
            Ok(())
        },
        show: |config| Some(quote(config.copilot_api.word())),
    },
    Opt {
        key: "extra_headers",
        values: "a table of header names and values",
        example: Some(r#"{ "X-Example" = "value" }"#),
        doc: "Headers to add to requests to the Copilot API, and to nothing else. In the environment: one `Name: value` \
              per line.",
        set: |config, given| {
            let headers = given.table()?;
            for (name, value) in &headers {
                header(name, value)?;
            }
            config.extra_headers = Headers(headers);
            Ok(())
        },
        show: |config| {
            let hidden = |name: &String| format!("{} = \"(hidden)\"", quote(name));
            let all: Vec<_> = config.extra_headers.0.keys().map(hidden).collect();
            Some(if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join(", ")) })
        },
    },
    Opt {
        key: "read_only",
        values: r#"`"auto"`, `true` or `false`"#,
        example: None,
        doc: "Look, never touch: nothing that could change anything is sent, and the keys for it are gone. \"auto\": with an \
              `api_url` that is neither GitHub's nor this machine; `false` says that changes may be sent there. A token \
              whose scopes can change nothing makes it so in any case.",
        set: |config, given| {
            config.read_only = given.switch()?;
            Ok(())
        },
        show: |config| Some(switch(config.read_only)),
    },
    super::aliases::ALIASES,
    Opt {
        key: "templates_dir",
        values: "a path",
        example: Some(r#""~/.config/atc/templates""#),
        doc: "Where your own prompt templates are. By default the folder `templates` in the config directory.",
        set: |config, given| {
            config.templates_dir = Some(given.path()?);
            Ok(())
        },
        show: |config| config.templates_dir.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "diagnosis_file",
        values: "a path",
        example: Some(r#""~/.config/atc/diagnosis.toml""#),
        doc: "Rules of your own for what a log says about why a session went wrong, beside the shipped ones: `[[rule]]` \
              tables. A rule of a shipped one's id takes its place; `absent` names a tag that a session must have said \
              by its end. By default `diagnosis.toml` in the config directory, where there is one.",
        set: |config, given| {
            config.diagnosis_file = Some(given.path()?);
            Ok(())
        },
        show: |config| config.diagnosis_file.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "policy_file",
        values: "a path",
        example: Some(r#""/etc/atc/policy.toml""#),
        doc: "What may be started, by whom and how much of it: see the policy section. A file named here must be there. By \
              default `policy.toml` in the config directory; where there is none, the documented defaults hold.",
        set: |config, given| {
            config.policy_file = Some(given.path()?);
            Ok(())
        },
        show: |config| config.policy_file.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "diagnose",
        values: "`true` or `false`",
        example: None,
        doc: "Read the log of a task that failed, timed out or was cancelled once, though nobody opens it, so that its row \
              says why: one at a time, of the twenty newest of three days, with requests that nothing else wants. What \
              was found is remembered.",
        set: |config, given| {
            config.diagnose = given.flag()?;
            Ok(())
        },
        show: |config| Some(config.diagnose.to_string()),
    },
    Opt {
        key: "ledger",
        values: "a path",
        example: Some(r#""~/.local/state/atc/ledger.db""#),
        doc: "The file in which every action is recorded before it is sent. By default `ledger.db` in the state directory.",
        set: |config, given| {
            config.ledger = Some(given.path()?);
            Ok(())
        },
        show: |config| config.ledger.as_ref().map(|path| quote(&path.to_string_lossy())),
    },
    Opt {
        key: "cache",
        values: "`true` or `false`",
        example: None,
        doc: "Keep tasks, sessions with their prompts, pull requests and names on disk, readable by you alone, so that \
              the next start shows them at once with their age and asks less.",
        set: |config, given| {
            config.cache = given.flag()?;
            Ok(())
        },
        show: |config| Some(config.cache.to_string()),
    },
    Opt {
        key: "keep_logs_mb",
        values: "0 to 100000",
        example: None,
        doc: "Megabytes on disk for the logs of finished sessions, which the service lets expire: compressed, in the folder \
              `logs` of the state directory, the oldest dropped first. 0 keeps none.",
        set: |config, given| {
            config.keep_logs_mb = given.whole(0..=100_000)?;
            Ok(())
        },
        show: |config| Some(config.keep_logs_mb.to_string()),
    },
    Opt {
        key: "log_level",
        values: r#"`"off"`, `"error"`, `"warn"`, `"info"`, `"debug"` or `"trace"`"#,
        example: None,
        doc: "How much goes into the journal, the file `atc.log` in the state directory. Tokens never do.",
        set: |config, given| {
            config.log_level = given.word(LogLevel::WORDS)?;
            Ok(())
        },
        show: |config| Some(quote(config.log_level.word())),
    },
    Opt {
        key: "poll.active_seconds",
        values: "2 to 3600",
        example: None,
        doc: "How old, in seconds, news of a task that is running may be. Seconds between two looks at a repository in which \
              something is running, unless a cheaper request speaks for it.",
        set: |config, given| {
            config.poll.active_seconds = given.whole(2..=3600)?;
            Ok(())
        },
        show: |config| Some(config.poll.active_seconds.to_string()),
    },
    Opt {
        key: "poll.idle_seconds",
        values: "2 to 86400",
        example: None,
        doc: "Seconds between two looks at a repository in which nothing is running, at first.",
        set: |config, given| {
            config.poll.idle_seconds = given.whole(2..=86_400)?;
            Ok(())
        },
        show: |config| Some(config.poll.idle_seconds.to_string()),
    },
    Opt {
        key: "poll.slowest_seconds",
        values: "2 to 86400",
        example: None,
        doc: "A repository in which nothing happens is asked ever less often, until there are so many seconds between two \
              looks. Anything new there, a refresh or selecting one of its tasks brings `idle_seconds` back.",
        set: |config, given| {
            config.poll.slowest_seconds = given.whole(2..=86_400)?;
            Ok(())
        },
        show: |config| Some(config.poll.slowest_seconds.to_string()),
    },
    Opt {
        key: "poll.whole_sweep_minutes",
        values: "1 to 10080",
        example: None,
        doc: "Minutes between two readings of a whole list that is longer than a page. Only these find out that a task is \
              gone, and it takes two.",
        set: |config, given| {
            config.poll.whole_sweep_minutes = given.whole(1..=10_080)?;
            Ok(())
        },
        show: |config| Some(config.poll.whole_sweep_minutes.to_string()),
    },
    Opt {
        key: "poll.away_factor",
        values: "1 to 60",
        example: None,
        doc: "So many times slower while the terminal has lost the focus, where the terminal tells.",
        set: |config, given| {
            config.poll.away_factor = given.whole(1..=60)?;
            Ok(())
        },
        show: |config| Some(config.poll.away_factor.to_string()),
    },
    Opt {
        key: "poll.budget_share",
        values: "above 0, at most 1",
        example: None,
        doc: "The part of the token's hourly request limit that watching may use; near it the console slows down by \
              itself. The limit is shared with everything else that uses the same account.",
        set: |config, given| {
            config.poll.budget_share = given.share()?;
            Ok(())
        },
        show: |config| Some(format!("{:?}", config.poll.budget_share)),
    },
    Opt {
        key: "poll.unchanged_weight",
        values: "above 0, at most 1",
        example: None,
        doc: "What an answer that proves that nothing changed (304) is taken to cost of a request. GitHub does not count it \
              against the limit; it is work all the same.",
        set: |config, given| {
            config.poll.unchanged_weight = given.share()?;
            Ok(())
        },
        show: |config| Some(format!("{:?}", config.poll.unchanged_weight)),
    },
    Opt {
        key: "stuck.queued_minutes",
        values: "1 to 10080",
        example: None,
        doc: "A task that has been queued longer than this is called stuck.",
        set: |config, given| {
            config.stuck.queued_minutes = given.whole(MINUTES)?;
            Ok(())
        },
        show: |config| Some(config.stuck.queued_minutes.to_string()),
    },
    Opt {
        key: "stuck.silent_minutes",
        values: "1 to 10080",
        example: None,
        doc: "A running task that has shown no sign of work for longer than this is called stuck.",
        set: |config, given| {
            config.stuck.silent_minutes = given.whole(MINUTES)?;
            Ok(())
        },
        show: |config| Some(config.stuck.silent_minutes.to_string()),
    },
    Opt {
        key: "stuck.waiting_minutes",
        values: "1 to 10080",
        example: None,
        doc: "A task that has waited for an answer longer than this is called stuck.",
        set: |config, given| {
            config.stuck.waiting_minutes = given.whole(MINUTES)?;
            Ok(())
        },
        show: |config| Some(config.stuck.waiting_minutes.to_string()),
    },
    Opt {
        key: "stuck.session_limit_minutes",
        values: "1 to 10080",
        example: None,
        doc: "The service ends a session after about an hour; one that is still running after this is called stuck. A \
              job log that names the session's own limit counts instead.",
        set: |config, given| {
            config.stuck.session_limit_minutes = given.whole(MINUTES)?;
            Ok(())
        },
        show: |config| Some(config.stuck.session_limit_minutes.to_string()),
    },
    retry::LIMITED,
    notify::QUIET,
    notify::PER_MINUTE,
    notify::FOCUSED,
    notify::WEBHOOK_URL,
    notify::WEBHOOK_SECRET_FILE,
    notify::WEBHOOK_TRIES,
    notify::COMMAND,
    notify::COMMAND_SECONDS,
    Opt {
        key: "cancel.batch_max",
        values: "1 to 20",
        example: None,
        doc: "The most sessions one answer cancels together.",
        set: |config, given| {
            config.cancel.batch_max = given.whole(1..=20)?;
            Ok(())
        },
        show: |config| Some(config.cancel.batch_max.to_string()),
    },
    Opt {
        key: "cancel.force_after_seconds",
        values: "30 to 3600",
        example: None,
        doc: "A run that is still in progress so long after its cancel was accepted may be forced, after another question.",
        set: |config, given| {
            config.cancel.force_after_seconds = given.whole(30..=3600)?;
            Ok(())
        },
        show: |config| Some(config.cancel.force_after_seconds.to_string()),
    },
    Opt {
        key: "cancel.wait_minutes",
        values: "0 to 1440",
        example: None,
        doc: "A session whose run cannot be found yet is cancelled as soon as it can, if that is within so many minutes. \
              Until then nothing is sent and it can be taken back. 0: not waited for.",
        set: |config, given| {
            config.cancel.wait_minutes = given.whole(0..=1440)?;
            Ok(())
        },
        show: |config| Some(config.cancel.wait_minutes.to_string()),
    },
    Opt {
        key: "ui.ascii",
        values: r#"`"auto"`, `true` or `false`"#,
        example: None,
        doc: "Draw with plain ASCII. \"auto\": where the locale is not UTF-8.",
        set: |config, given| {
            config.ui.ascii = given.switch()?;
            Ok(())
        },
        show: |config| Some(switch(config.ui.ascii)),
    },
    Opt {
        key: "ui.hyperlinks",
        values: r#"`"auto"`, `true` or `false`"#,
        example: None,
        doc: "Numbers, names and addresses are links of the terminal's own. \"auto\": where the terminal, or tmux for the one \
              it runs in, is known to understand them.",
        set: |config, given| {
            config.ui.hyperlinks = given.switch()?;
            Ok(())
        },
        show: |config| Some(switch(config.ui.hyperlinks)),
    },
    Opt {
        key: "ui.colour",
        values: r#"`"auto"`, `true` or `false`"#,
        example: None,
        doc: "Use colours. \"auto\": unless `NO_COLOR` is set. No meaning is ever in the colour alone.",
        set: |config, given| {
            config.ui.colour = given.switch()?;
            Ok(())
        },
        show: |config| Some(switch(config.ui.colour)),
    },
    Opt {
        key: "ui.theme",
        values: "`auto` or the name of a theme",
        example: None,
        doc: "Which theme is painted with: dark, light, high-contrast, high-contrast-light, mono, colour-blind-safe, \
              colour-blind-safe-light, or one of your own, a file `themes/NAME.toml` in the config directory. \"auto\": \
              dark or light, as the terminal's background is. What the verbs print follows it, too.",
        set: |config, given| {
            let name = given.text("\"auto\" or the name of a theme")?;
            if !theme::is_name(name) {
                return Err(format!("`{}` is no name of a theme: {}", clip(name), theme::NAME_RULE));
            }
            name.clone_into(&mut config.ui.theme);
            Ok(())
        },
        show: |config| Some(quote(&config.ui.theme)),
    },
    Opt {
        key: "ui.background",
        values: r#"`"auto"`, `"dark"` or `"light"`"#,
        example: None,
        doc: "The terminal's background, for the theme \"auto\". \"auto\": the terminal is asked when the first picture \
              stands, and followed when it changes; until it answers, `COLORFGBG` counts, else dark. With the other two it \
              is never asked.",
        set: |config, given| {
            config.ui.background = given.word(Background::WORDS)?;
            Ok(())
        },
        show: |config| Some(quote(config.ui.background.word())),
    },
    Opt {
        key: "ui.mouse",
        values: "`true` or `false`",
        example: None,
        doc: "Take the mouse. Without it the terminal's own selection works as usual.",
        set: |config, given| {
            config.ui.mouse = given.flag()?;
            Ok(())
        },
        show: |config| Some(config.ui.mouse.to_string()),
    },
    Opt {
        key: "ui.layout",
        values: r#"`"stack"` or `"columns"`"#,
        example: None,
        doc: "Panes one above the other, or side by side where the terminal has 160 columns. Stacked panes send far \
              less over a slow link.",
        set: |config, given| {
            config.ui.layout = given.word(Layout::WORDS)?;
            Ok(())
        },
        show: |config| Some(quote(config.ui.layout.word())),
    },
    Opt {
        key: "ui.history",
        values: "0 to 5000",
        example: None,
        doc: "Lines typed after `:` and `/` that are kept on disk for the next start, readable by you alone. One that looks \
              as if it held a secret, or begins with a blank, never is. 0 keeps none; `:history clear` forgets them.",
        set: |config, given| {
            config.ui.history = given.whole(0..=5000)?;
            Ok(())
        },
        show: |config| Some(config.ui.history.to_string()),
    },
    Opt {
        key: "keys.preset",
        values: r#"`"default"`, `"vim"` or `"emacs"`"#,
        example: None,
        doc: "Keys for hands that know another program. Your own keys lie over it.",
        set: |config, given| {
            config.keys.preset = given.word(Preset::WORDS)?;
            Ok(())
        },
        show: |config| Some(quote(config.keys.preset.word())),
    },
];

fn switch(switch: Switch) -> String {
    match switch {
        Switch::Auto => quote("auto"),
        Switch::On => "true".to_owned(),
        Switch::Off => "false".to_owned(),
    }
}

/// Names and values that can stand in a request, and none that the program itself must decide.
fn header(name: &str, value: &str) -> Result<(), Wrong> {
    const OURS: [&str; 9] = [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "host",
        "proxy-authorization",
        "transfer-encoding",
        "user-agent",
    ];
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || name.len() > 100 || !name.chars().all(token) {
        return Err(format!("`{}` is no header name", clip(name)));
    }
    if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("`{name}` is set by atc itself"));
    }
    if value.len() > 4096 || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(format!("the value of `{name}` must be plain ASCII on one line"));
    }
    Ok(())
}
