//! `atc man`: the manual page, made of the definition of the arguments and the tables the README is made of.

use clap::{Arg, Command};

use super::exit::Exit;
use super::help;
use crate::config::options::OTHER_VARIABLES;

/// The page in roff.
pub fn page(root: &Command) -> String {
    let mut out = format!(".TH ATC 1 \"\" \"atc {}\" \"User Commands\"\n", escape(env!("CARGO_PKG_VERSION")));
    section(&mut out, "NAME");
    line(&mut out, &format!("atc - {}", root.get_about().map(ToString::to_string).unwrap_or_default()));
    section(&mut out, "SYNOPSIS");
    out.push_str("\\fBatc\\fR [\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]\n");
    section(&mut out, "DESCRIPTION");
    line(&mut out, &root.get_after_help().map(ToString::to_string).unwrap_or_default());
    section(&mut out, "OPTIONS");
    line(&mut out, "They may stand before and after the command.");
    arguments(&mut out, root, |_| true);
    section(&mut out, "COMMANDS");
    commands(&mut out, root, "atc");
    section(&mut out, "EXIT STATUS");
    for (exit, meaning) in Exit::MEANINGS {
        item(&mut out, &exit.code().to_string(), meaning);
    }
    for (code, meaning) in Exit::OTHERS {
        item(&mut out, code, meaning);
    }
    section(&mut out, "FILES");
    line(&mut out, "atc config path prints where the configuration, templates, ledger, journal and cache are.");
    section(&mut out, "ENVIRONMENT");
    line(&mut out, "Every option of the configuration is a variable, too: poll.idle_seconds is ATC_POLL_IDLE_SECONDS.");
    for (name, doc) in OTHER_VARIABLES {
        item(&mut out, name, doc);
    }
    out
}

fn commands(out: &mut String, command: &Command, path: &str) {
    let mut verbs: Vec<&Command> =
        command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help").collect();
    verbs.sort_by_key(|verb| verb.get_display_order());
    for verb in verbs {
        let path = format!("{path} {}", verb.get_name());
        let positions = verb.get_positionals().map(|arg| format!(" {}", position(arg)));
        out.push_str(&format!(".SS \"{}{}\"\n", escape(&path), escape(&positions.collect::<String>())));
        line(out, &verb.get_about().map(ToString::to_string).unwrap_or_default());
        arguments(out, verb, |arg| !arg.is_global_set() && arg.get_id() != "help");
        for (line, what) in help::examples(path.strip_prefix("atc ").unwrap_or_default()) {
            item(out, line, what);
        }
        commands(out, verb, &path);
    }
}

fn arguments(out: &mut String, command: &Command, wanted: impl Fn(&Arg) -> bool) {
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set() && wanted(arg)) {
        let name = match (arg.get_short(), arg.get_long()) {
            (Some(short), Some(long)) => format!("-{short}, --{long}"),
            (None, Some(long)) => format!("--{long}"),
            (Some(short), None) => format!("-{short}"),
            (None, None) => value_name(arg),
        };
        let takes = !arg.is_positional() && arg.get_action().takes_values();
        let name = if takes { format!("{name} {}", value_name(arg)) } else { name };
        item(out, &name, &arg.get_help().map(ToString::to_string).unwrap_or_default());
    }
}

/// As the usage has it.
fn position(arg: &Arg) -> String {
    let many = if arg.get_num_args().is_some_and(|count| count.max_values() > 1) { " ..." } else { "" };
    if arg.is_required_set() { format!("{}{many}", value_name(arg)) } else { format!("[{}]{many}", value_name(arg)) }
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().and_then(<[_]>::first).map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

fn section(out: &mut String, name: &str) {
    out.push_str(&format!(".SH {name}\n"));
}

fn line(out: &mut String, text: &str) {
    for text in text.lines() {
        out.push_str(&escape(text));
        out.push('\n');
    }
}

fn item(out: &mut String, name: &str, text: &str) {
    out.push_str(&format!(".TP\n\\fB{}\\fR\n", escape(name)));
    line(out, text);
}

/// Nothing in it is an order to roff: a backslash is shown, a line never begins with a control character of roff.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '"' => out.push_str("\\(dq"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    if out.starts_with(['.', '\'']) { format!("\\&{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_option_stands_in_the_page_and_none_of_its_text_is_an_order_to_roff() {
        let root = crate::cli::args::definition();
        let page = page(&root);
        for verb in root.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
            assert!(page.contains(&format!(".SS \"atc {}", escape(verb.get_name()))), "{}", verb.get_name());
        }
        assert!(page.contains("\\-\\-columns") && !page.contains("atc complete"));
        let orders = [".TH ", ".SH ", ".SS ", ".TP"];
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            assert!(orders.iter().any(|order| line.starts_with(order)), "{line}");
        }
        assert_eq!(escape(".so \\x"), "\\&.so \\ex");
        assert!(escape("'br").starts_with("\\&"));
    }
}
