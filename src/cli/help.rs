//! What `--help` prints besides the definition of the arguments: lines as wide as the terminal, and examples.
//!
//! Not for what the arguments mean: that stands with each of them.

use std::io::{self, IsTerminal};

use clap::Command;

/// What can be typed, and what it does.
pub type Example = (&'static str, &'static str);

/// By the words of the verb. Each is a line of a shell.
pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "list",
        &[
            ("atc list is:stuck", "what is stuck, in all repositories of the configuration"),
            ("atc list --repo acme/api 'state:failed updated:<1d' --json", "for a program"),
            ("atc list is:stuck -q | atc cancel -", "stop what is stuck"),
        ],
    ),
    (
        "view",
        &[
            ("atc view 1a2b3c4d", "by the beginning of the id"),
            ("atc view acme/api#12 --json", "by the pull request, for a program"),
        ],
    ),
    (
        "logs",
        &[
            ("atc logs 1a2b3c4d --follow", "what it is doing, until it has ended"),
            ("atc logs acme/api#12 --facet errors --facet tests", "only what went wrong and the tests"),
            ("atc logs 1a2b3c4d --format md > session.md", "the whole log for people"),
        ],
    ),
    (
        "reviews",
        &[
            ("atc reviews", "what waits for you first"),
            ("atc reviews --owners --json", "with the owners of the changed files"),
        ],
    ),
    (
        "watch",
        &[
            ("atc watch state:failed,waiting_for_user", "a JSON line for each transition"),
            ("atc watch --once --text", "what happened since an earlier run looked"),
            ("atc watch --metrics /var/lib/prometheus/node-exporter/atc.prom", "for a node exporter"),
        ],
    ),
    (
        "start",
        &[
            ("atc start --repo acme/api Fix the flaky scheduler test", "words are the prompt"),
            (
                "atc start --repo acme/api --template fix-flaky-test --var test=a::b --wait=pr",
                "and wait for its pull request",
            ),
            (
                "atc start --repo acme/api --repo acme/web --prompt-file fix.md --dry-run",
                "what would be sent, and the verdict",
            ),
        ],
    ),
    (
        "cancel",
        &[
            ("atc cancel 1a2b3c4d --wait", "and see it end"),
            ("atc list is:stuck -q | atc cancel --yes -", "all that is stuck"),
        ],
    ),
    (
        "retry",
        &[
            ("atc retry 1a2b3c4d --edit", "with the prompt changed in your editor"),
            ("atc retry acme/api#12 --model claude-opus-4.6 --dry-run", "what would be sent"),
        ],
    ),
    (
        "follow-up",
        &[
            ("atc follow-up acme/api#12 --comment please add a test", "a comment to the agent"),
            ("atc follow-up 1a2b3c4d and mend the lexer, too", "a new task on the same branch"),
        ],
    ),
    ("assign", &[("atc assign acme/api#412 keep the API as it is", "with a word besides the issue's own")]),
    (
        "automation list",
        &[
            ("atc automation list --runs", "with their runs and pull requests"),
            ("atc automation list state:on 'cost:>10'", "those a query holds of"),
        ],
    ),
    (
        "automation edit",
        &[
            ("atc automation edit nightly-deps --set model=gpt-5.4 --limit day=50 --dry-run", "what would be sent"),
            (
                r#"atc automation edit nightly-deps --trigger 'interval={"cadence":["daily"],"hour_utc":6}'"#,
                "every day at 06:00 UTC",
            ),
        ],
    ),
    (
        "automation apply",
        &[
            ("atc automation apply automations/ --prune --dry-run", "the plan alone"),
            ("atc automation apply automations/ --prune --yes", "and carry it out"),
        ],
    ),
    (
        "policy explain",
        &[
            ("atc policy explain acme/api --model gpt-5.4", "rules, numbers and verdict"),
            ("atc policy explain acme/api --offline --json", "the rules alone, for a program"),
        ],
    ),
    (
        "template render",
        &[("atc template render fix-flaky-test --var test=a::b --preset rust", "the prompt, and nothing is sent")],
    ),
    (
        "ledger list",
        &[
            ("atc ledger list --since 24h", "what was done since yesterday"),
            ("atc ledger list --unresolved --json", "what nobody knows the outcome of"),
        ],
    ),
    ("schema", &[("atc schema list", "of atc list --json"), ("atc schema ledger-list", "verbs of two words have a -")]),
    (
        "completions",
        &[
            ("source <(atc completions bash)", "in ~/.bashrc"),
            ("atc completions zsh > \"${fpath[1]}/_atc\"", "once"),
            ("atc completions fish > ~/.config/fish/completions/atc.fish", "once"),
        ],
    ),
    ("man", &[("atc man | man -l -", "read it"), ("atc man > ~/.local/share/man/man1/atc.1", "keep it for man atc")]),
    (
        "record",
        &[("atc record bug.atc --repo acme/api --headless 10m --anonymous", "ten minutes without a screen or names")],
    ),
    ("demo", &[("atc demo --serve 127.0.0.1:4010", "only the server, for other clients")]),
];

pub fn examples(path: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(verb, _)| *verb == path).map_or(&[], |(_, examples)| examples)
}

/// Every verb's examples below its help.
pub fn with_examples(command: Command) -> Command {
    under(command, "")
}

fn under(mut command: Command, path: &str) -> Command {
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        let path = if path.is_empty() { verb.clone() } else { format!("{path} {verb}") };
        command = command.mut_subcommand(verb, |command| under(command, &path));
    }
    let lines: String = examples(path).iter().map(|(line, what)| format!("\n  {line}\n      {what}")).collect();
    if lines.is_empty() { command } else { command.after_help(format!("Examples:{lines}")) }
}

/// Columns of a text that is not for a terminal, and the most on one: longer lines are hard to read.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

/// Columns of the terminal that reads along.
pub fn width() -> usize {
    let columns = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let terminal = io::stdout().is_terminal().then(columns).flatten().filter(|columns| *columns > 0);
    terminal.map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST))
}

/// Lines of help no longer than this, broken between words; what goes on stands below the words it goes on from.
pub fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let hang = hang(line, width);
        let mut at = 0;
        for (place, word) in words(line) {
            let gap = place - at.min(place);
            let length = out.len() - out.rfind('\n').map_or(0, |end| end + 1);
            if length + gap + word.chars().count() > width && length > hang && place > 0 {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&" ".repeat(hang));
            } else {
                out.push_str(&" ".repeat(gap));
            }
            out.push_str(word);
            at = place + word.len();
        }
        out.push('\n');
    }
    out
}

/// Each word and the byte it begins at.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(' ').filter_map(move |word| {
        let place = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((place, word))
    })
}

/// Where a line that is too long goes on: at its second column, if it has one and there is room, else where it began.
fn hang(line: &str, width: usize) -> usize {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let column = line.get(indent..).and_then(|rest| {
        let gap = rest.find("  ")?;
        let text = rest.get(gap..)?.trim_start_matches(' ');
        Some(line.len() - text.len())
    });
    column.filter(|column| *column + 20 <= width).unwrap_or(indent)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The program's words of the first command of a line, as a shell takes them.
    fn typed(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, '|' | '>') => break,
                (None, ' ') => words.push(String::new()),
                _ => words.last_mut().unwrap().push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_example_is_a_line_the_program_understands_under_the_verb_it_shows() {
        let root = crate::cli::args::definition();
        for (path, examples) in EXAMPLES {
            let found = path.split(' ').try_fold(&root, |command, verb| command.find_subcommand(verb));
            let help = found.unwrap().get_after_help().unwrap().to_string();
            for (line, what) in *examples {
                assert!(help.contains(line) && help.contains(what), "{line}");
                let verb = format!("atc {path}");
                assert!(line.contains(&verb), "{line}: not of {verb}");
                if line.starts_with("atc") {
                    let read = crate::cli::parse(typed(line));
                    assert!(read.is_ok(), "{line}: {}", read.unwrap_err().text);
                }
            }
        }
    }

    #[test]
    fn a_long_line_goes_on_below_its_own_column_and_loses_no_word() {
        let line = "  -q, --quiet  Only ids, one a line";
        assert_eq!(wrapped(line, 30), "  -q, --quiet  Only ids, one a\n  line\n");
        assert_eq!(wrapped(line, 36), format!("{line}\n"));
        let long = "      --columns <COLUMNS>  Which columns, separated by commas";
        assert_eq!(
            wrapped(long, 48),
            "      --columns <COLUMNS>  Which columns,\n                           separated by commas\n"
        );
        let word = "https://example.com/a/very/long/address/that/has/no/blank";
        assert_eq!(wrapped(word, 40), format!("{word}\n"));
        let all = crate::cli::args::definition().render_help().to_string();
        for width in [40, 60, 80, 100] {
            let said = wrapped(&all, width);
            assert!(said.split_whitespace().eq(all.split_whitespace()));
            let longest = said.lines().filter(|line| line.trim().contains(' ')).map(|line| line.chars().count()).max();
            assert!(longest.unwrap() <= width.max(40), "{width}: {longest:?}");
        }
    }
}
