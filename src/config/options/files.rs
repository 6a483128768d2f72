//! What is read from this machine beside the configuration, and what is kept on it.

use super::table::Opt;
use crate::config::schema::LogLevel;
use crate::config::text::quote;

pub(super) const TEMPLATES_DIR: Opt = Opt {
    key: "templates_dir",
    values: "a path",
    example: Some(r#""~/.config/atc/templates""#),
    doc: "Where your own prompt templates are. By default the folder `templates` in the config directory.",
    set: |config, given| {
        config.templates_dir = Some(given.path()?);
        Ok(())
    },
    show: |config| config.templates_dir.as_ref().map(|path| quote(&path.to_string_lossy())),
};

pub(super) const DIAGNOSIS_FILE: Opt = Opt {
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
};

pub(super) const POLICY_FILE: Opt = Opt {
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
};

pub(super) const DIAGNOSE: Opt = Opt {
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
};

pub(super) const LEDGER: Opt = Opt {
    key: "ledger",
    values: "a path",
    example: Some(r#""~/.local/state/atc/ledger.db""#),
    doc: "The file in which every action is recorded before it is sent. By default `ledger.db` in the state directory.",
    set: |config, given| {
        config.ledger = Some(given.path()?);
        Ok(())
    },
    show: |config| config.ledger.as_ref().map(|path| quote(&path.to_string_lossy())),
};

pub(super) const CACHE: Opt = Opt {
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
};

pub(super) const KEEP_LOGS_MB: Opt = Opt {
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
};

pub(super) const LOG_LEVEL: Opt = Opt {
    key: "log_level",
    values: r#"`"off"`, `"error"`, `"warn"`, `"info"`, `"debug"` or `"trace"`"#,
    example: None,
    doc: "How much goes into the journal, the file `atc.log` in the state directory. Tokens never do.",
    set: |config, given| {
        config.log_level = given.word(LogLevel::WORDS)?;
        Ok(())
    },
    show: |config| Some(quote(config.log_level.word())),
};
