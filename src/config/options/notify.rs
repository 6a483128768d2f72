//! The section `notify`: its options and `[[notify.rules]]`.

use chrono::NaiveTime;

use super::table::Opt;
use crate::config::given::{Wrong, clip};
use crate::config::rows::{Field, Item, Rows};
use crate::config::schema::Config;
use crate::config::text::quote;
use crate::config::url;
use crate::domain::transition::{On, Rule, Way};

/// More rules are not looked at for each change of a task.
const MOST_RULES: usize = 50;
/// Arguments of the command at most, and bytes of each.
const MOST_WORDS: usize = 64;
const MOST_BYTES: usize = 4096;

pub(super) const QUIET: Opt = Opt {
    key: "notify.quiet",
    values: "a span such as `22:00-07:00`, or empty",
    example: Some(r#""22:00-07:00""#),
    doc: "Nobody is told between these times of your clock; what happened is summed up in one message after them, \
          by whichever console or `atc watch` runs then.",
    set: |config, given| {
        config.notify.quiet = quiet(given.string("a span of time")?)?;
        Ok(())
    },
    show: |config| config.notify.quiet.map(|quiet| quote(&span(quiet))),
};

pub(super) const PER_MINUTE: Opt = Opt {
    key: "notify.per_minute",
    values: "1 to 60",
    example: None,
    doc: "So many messages in a minute, over all ways of telling; what is more is counted in the next.",
    set: |config, given| {
        config.notify.per_minute = given.whole(1..=60)?;
        Ok(())
    },
    show: |config| Some(config.notify.per_minute.to_string()),
};

pub(super) const FOCUSED: Opt = Opt {
    key: "notify.focused",
    values: "`true` or `false`",
    example: None,
    doc: "Ring the terminal also while it has the focus. Else only when it has lost it, or has never said whether it has.",
    set: |config, given| {
        config.notify.focused = given.flag()?;
        Ok(())
    },
    show: |config| Some(config.notify.focused.to_string()),
};

pub(super) const WEBHOOK_URL: Opt = Opt {
    key: "notify.webhook_url",
    values: "an `https://` address, or `http://` to a loopback address",
    example: Some(r#""https://hooks.example.com/atc""#),
    doc: "Where messages are posted to as JSON. No redirect is followed.",
    set: |config, given| {
        config.notify.webhook_url = Some(url::hook(given.text("an address")?)?);
        Ok(())
    },
    // The address may hold what nobody else is to know.
    show: |config| config.notify.webhook_url.as_deref().map(|address| quote(&url::shown(address))),
};

pub(super) const WEBHOOK_SECRET_FILE: Opt = Opt {
    key: "notify.webhook_secret_file",
    values: "a path",
    example: Some(r#""~/.config/atc/webhook-secret""#),
    doc: "A file that holds the secret messages are signed with and nothing else, readable by you alone. \
          `ATC_WEBHOOK_SECRET` is asked before it. Without a secret nothing is posted.",
    set: |config, given| {
        config.notify.webhook_secret_file = Some(given.path()?);
        Ok(())
    },
    show: |config| config.notify.webhook_secret_file.as_ref().map(|path| quote(&path.to_string_lossy())),
};

pub(super) const WEBHOOK_TRIES: Opt = Opt {
    key: "notify.webhook_tries",
    values: "1 to 10",
    example: None,
    doc: "How often a message is posted until it is taken, each time later than the last.",
    set: |config, given| {
        config.notify.webhook_tries = given.whole(1..=10)?;
        Ok(())
    },
    show: |config| Some(config.notify.webhook_tries.to_string()),
};

pub(super) const COMMAND: Opt = Opt {
    key: "notify.command",
    values: "a list: the program and its arguments",
    example: Some(r#"["notify-send", "{title}", "{text}"]"#),
    doc: "A program to start. No shell reads it. An argument that is `{title}`, `{text}`, `{kind}`, `{became}`, `{repo}`, \
          `{task}`, `{pull}` or `{url}` as a whole is what it says, in plain ASCII. No token is in its environment, and \
          what it prints is not read.",
    set: |config, given| {
        config.notify.command = command(given.list("a list of texts")?)?;
        Ok(())
    },
    show: |config| {
        let all: Vec<_> = config.notify.command.iter().map(|word| quote(word)).collect();
        Some(format!("[{}]", all.join(", ")))
    },
};

pub(super) const COMMAND_SECONDS: Opt = Opt {
    key: "notify.command_seconds",
    values: "1 to 300",
    example: None,
    doc: "After so long the program is ended.",
    set: |config, given| {
        config.notify.command_seconds = given.whole(1..=300)?;
        Ok(())
    },
    show: |config| Some(config.notify.command_seconds.to_string()),
};

pub(in crate::config) const RULES: Rows = Rows {
    key: "notify.rules",
    doc: "Who is told of what, each rule by itself: what becomes of the tasks a query holds for, and how that is told. \
          With none, nobody is told anything. What was told once is not told again, whichever console saw it, also \
          after a restart.",
    fields: &[
        Field { name: "query", values: "a query", example: "\"user:@me\"", doc: "Of which tasks. Left out: of all." },
        Field {
            name: "on",
            values: "a list of `task.new`, `task.state`, `task.stuck`, `task.orphaned`, `diagnosis.found`, \
                     `pull.new`, `pull.state`, `pull.review`, `pull.checks`, `pull.workflows`, `action.unresolved`, \
                     each also with what it became, as `pull.checks=failing`; of the states `queued`, `in_progress`, \
                     `waiting_for_user`, `idle`, `completed`, `failed`, `timed_out`, `cancelled`; and of the short \
                     words `new`, `state`, `stuck`, `orphaned`, `diagnosis`, `pull`, `ready`, `merged`, `closed`, \
                     `approved`, `changes_requested`, `checks_red`, `checks_green`, `workflow_approval`, `unresolved`",
            example: "[\"waiting_for_user\", \"failed\", \"checks_red\"]",
            doc: "What becomes of them, in the words of `atc watch`; a state alone is a task that came into it.",
        },
        Field {
            name: "by",
            values: "a list of `bell`, `osc9`, `osc777`, `webhook`, `command`",
            example: "[\"bell\", \"osc9\"]",
            doc: "How it is told: the terminal's bell, its own notification in either of two dialects, a webhook, a \
                  command.",
        },
    ],
    set: rules,
    show: |config| config.notify.rules.iter().map(toml).collect::<Vec<_>>().join("\n\n"),
};

fn toml(rule: &Rule) -> String {
    let on: Vec<String> = rule.on.iter().map(On::word).collect();
    let list = |words: Vec<&str>| words.into_iter().map(quote).collect::<Vec<_>>().join(", ");
    let mut lines = vec!["[[notify.rules]]".to_owned()];
    if !rule.query.is_empty() {
        lines.push(format!("query = {}", quote(rule.query.text())));
    }
    lines.push(format!("on = [{}]", list(on.iter().map(String::as_str).collect())));
    lines.push(format!("by = [{}]", list(rule.by.iter().map(|way| way.word()).collect())));
    lines.join("\n")
}

fn rules(config: &mut Config, items: &mut [Item<'_>]) {
    let mut rules = Vec::new();
    for (n, item) in items.iter_mut().enumerate() {
        if n == MOST_RULES {
            item.wrong("on", None, format!("there are more than {MOST_RULES} rules"));
        }
        rules.push(rule(item));
    }
    config.notify.rules = rules;
}

fn rule(item: &mut Item<'_>) -> Rule {
    let on = words(item, "on", &On::words(), On::parse);
    let ways: Vec<String> = Way::ALL.iter().map(|way| way.word().to_owned()).collect();
    let by = words(item, "by", &ways, Way::parse);
    Rule { query: item.query(), on, by }
}

/// A list of words of which there must be one.
fn words<T>(item: &mut Item<'_>, name: &str, all: &[String], parse: fn(&str) -> Option<T>) -> Vec<T> {
    if item.value(name).is_none() {
        item.wrong(name, None, "is missing: every rule has it");
        return Vec::new();
    }
    let read = item.read(name, |given| {
        let words = given.list("a list of words")?;
        if words.is_empty() {
            return Err(format!("must be one word or more of {}", all.join(", ")));
        }
        let unknown = |word: &str| format!("there is no `{}`; there are {}", clip(word), all.join(", "));
        words.into_iter().map(|word| parse(word).ok_or_else(|| unknown(word))).collect::<Result<Vec<_>, _>>()
    });
    read.unwrap_or_default()
}

/// `22:00-07:00`; nothing: never.
fn quiet(text: &str) -> Result<Option<(NaiveTime, NaiveTime)>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
    let span = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
    match span {
        Some((from, to)) if from != to => Ok(Some((from, to))),
        _ => Err(format!("must be a span such as 22:00-07:00, not `{}`", clip(text))),
    }
}

fn span((from, to): (NaiveTime, NaiveTime)) -> String {
    format!("{}-{}", from.format("%H:%M"), to.format("%H:%M"))
}

/// The program and its arguments. Nothing: none.
fn command(words: Vec<&str>) -> Result<Vec<String>, Wrong> {
    if words.first().is_some_and(|program| program.is_empty() || program.contains('{')) {
        return Err("must begin with the name of a program".to_owned());
    }
    if words.len() > MOST_WORDS || words.iter().any(|word| word.len() > MOST_BYTES || word.contains('\0')) {
        return Err(format!("must be at most {MOST_WORDS} arguments of at most {MOST_BYTES} bytes, without NUL"));
    }
    Ok(words.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_span_of_time_is_read_as_it_is_written() {
        for text in ["22:00-07:00", "00:00-23:59", "12:30-13:00"] {
            assert_eq!(span(quiet(text).unwrap().unwrap()), text);
        }
        assert_eq!(quiet(" ").unwrap(), None);
        for wrong in ["22-7", "22:00", "24:00-07:00", "7:00-7:00", "22:00-07:00-09:00", "x-y"] {
            assert!(quiet(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_program_is_never_a_placeholder() {
        assert!(command(vec!["{title}"]).is_err() && command(vec![""]).is_err() && command(vec!["a", "b\0"]).is_err());
        assert_eq!(command(vec!["notify-send", "{title}"]).unwrap().len(), 2);
        assert!(command(Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn the_address_of_a_webhook_is_https_or_a_loopback_literal_and_never_shown_whole() {
        for (good, shown) in [
            ("https://h.example/x?token=abc", "https://h.example/…"),
            ("https://h.example", "https://h.example"),
            ("https://h.example?token=abc", "https://h.example/…"),
            ("http://127.0.0.1:9/hook/", "http://127.0.0.1:9/…"),
        ] {
            assert_eq!(url::hook(good).as_deref(), Ok(good));
            assert_eq!(url::shown(good), shown);
        }
        for bad in
            ["http://h.example/s3cret", "http://localhost/s3cret", "https://a:s3cret@h", "ftp://h", "https://h#s3cret"]
        {
            assert!(!url::hook(bad).unwrap_err().contains("s3cret"), "{bad}");
        }
    }
}
