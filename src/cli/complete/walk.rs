//! Through the definition of the arguments, as far as the words go.

use clap::{Arg, Command};

use crate::cli::look::columns;
use crate::domain::Column;
use crate::text::sink;
use crate::transcript::Facet;

/// More of a kind help nobody.
const MOST: usize = 200;
/// Characters beside a value.
const MOST_HELP: usize = 60;

/// What only this machine knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Repositories,
    Templates,
    Tasks,
}

/// Something that may stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    pub value: String,
    pub help: String,
}

impl Candidate {
    pub fn new(value: impl Into<String>, help: impl AsRef<str>) -> Self {
        Self { value: value.into(), help: help.as_ref().to_owned() }
    }
}

/// As the scripts read them: a value, a tab and what it is, one a line. What could act on a shell is left out.
pub fn lines(found: &[Candidate]) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./@:#=,+%".contains(c);
    let fine = found.iter().filter(|one| !one.value.is_empty() && one.value.chars().all(harmless));
    let line = |one: &Candidate| {
        let help = sink::plain(one.help.lines().next().unwrap_or_default());
        let help: String = help.chars().filter(|c| (' '..='~').contains(c)).take(MOST_HELP).collect();
        if help.is_empty() { format!("{}\n", one.value) } else { format!("{}\t{help}\n", one.value) }
    };
    fine.take(MOST).map(line).collect()
}

/// What may stand in place of the last of these words; the first is the program's name.
pub fn complete(root: &Command, words: &[String], local: &dyn Fn(Want) -> Vec<Candidate>) -> Vec<Candidate> {
    // Bash makes a word of its own of the sign between an option and its value.
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "=").collect();
    let Some((typed, before)) = words.split_last() else { return Vec::new() };
    let mut place =
        Place { command: root, options: root.get_arguments().collect(), open: None, positional: 0, literal: false };
    for word in before.iter().skip(1) {
        place.pass(word);
    }
    let mut found = place.offers(typed, local);
    found.retain(|one| one.value.starts_with(typed));
    found
}

struct Place<'a> {
    command: &'a Command,
    /// Those of this command, and the global ones of those before it.
    options: Vec<&'a Arg>,
    /// The option whose value comes next.
    open: Option<&'a Arg>,
    positional: usize,
    /// Behind `--`.
    literal: bool,
}

impl<'a> Place<'a> {
    fn pass(&mut self, word: &str) {
        if self.open.take().is_some() {
            return;
        }
        if word == "--" {
            self.literal = true;
        } else if !self.literal && word.starts_with('-') && word != "-" {
            let value_follows = !word.contains('=');
            self.open = self.option(word).filter(|option| value_follows && needs_value(option));
        } else if let Some(command) = self.command.find_subcommand(word).filter(|_| !self.literal) {
            self.command = command;
            self.options.retain(|option| option.is_global_set());
            self.options.extend(command.get_arguments());
            self.positional = 0;
        } else {
            self.positional += 1;
        }
    }

    fn option(&self, word: &str) -> Option<&'a Arg> {
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        let named = |option: &&&Arg| match name.strip_prefix("--") {
            Some(long) => option.get_long() == Some(long),
            None => option.get_short() == name.chars().nth(1),
        };
        self.options.iter().find(named).copied()
    }

    fn offers(&self, typed: &str, local: &dyn Fn(Want) -> Vec<Candidate>) -> Vec<Candidate> {
        if let Some(option) = self.open {
            return values(option, typed, local);
        }
        if self.literal {
            return self.of_position(typed, local);
        }
        if let Some((name, value)) = typed.split_once('=').filter(|(name, _)| name.starts_with("--")) {
            let values = self.option(name).map(|option| values(option, value, local)).unwrap_or_default();
            let whole = |one: Candidate| Candidate { value: format!("{name}={}", one.value), ..one };
            return values.into_iter().map(whole).collect();
        }
        if typed.starts_with('-') {
            let options = self.options.iter().filter(|option| !option.is_hide_set());
            let long =
                options.filter_map(|option| Some(Candidate::new(format!("--{}", option.get_long()?), help(option))));
            return long.chain([Candidate::new("--help", "Print help")]).collect();
        }
        let verbs = self.command.get_subcommands().filter(|verb| !verb.is_hide_set());
        let verb = |verb: &Command| {
            Candidate::new(verb.get_name(), verb.get_about().map(ToString::to_string).unwrap_or_default())
        };
        let mut found: Vec<_> = if self.positional == 0 { verbs.map(verb).collect() } else { Vec::new() };
        found.extend(self.of_position(typed, local));
        found
    }

    fn of_position(&self, typed: &str, local: &dyn Fn(Want) -> Vec<Candidate>) -> Vec<Candidate> {
        let mut positions = self.command.get_positionals();
        let last = self.command.get_positionals().last();
        let repeated = last.filter(|last| last.get_num_args().is_some_and(|count| count.max_values() > 1));
        positions.nth(self.positional).or(repeated).map(|arg| values(arg, typed, local)).unwrap_or_default()
    }
}

fn needs_value(option: &Arg) -> bool {
    option.get_action().takes_values() && !option.is_require_equals_set()
}

fn help(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

/// By the word the help calls the value by: the same word is the same thing in every verb.
fn values(arg: &Arg, typed: &str, local: &dyn Fn(Want) -> Vec<Candidate>) -> Vec<Candidate> {
    let fixed: Vec<_> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    if !fixed.is_empty() {
        let one = |value: &clap::builder::PossibleValue| {
            Candidate::new(value.get_name(), value.get_help().map(ToString::to_string).unwrap_or_default())
        };
        return fixed.iter().map(one).collect();
    }
    let name = arg.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
    match name {
        "OWNER/NAME" => local(Want::Repositories),
        "TEMPLATE" => local(Want::Templates),
        "TASK" | "TASK|SESSION" => local(Want::Tasks),
        "FACET" => Facet::ALL.iter().map(|facet| Candidate::new(facet.word(), facet.hint())).collect(),
        "COLUMN" => Column::ALL.iter().map(|column| Candidate::new(column.word(), "")).collect(),
        "COLUMNS" => {
            let before = typed.rsplit_once(',').map(|(before, _)| format!("{before},")).unwrap_or_default();
            columns::COLUMNS.iter().map(|column| Candidate::new(format!("{before}{}", column.word), "")).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let local = |want| match want {
            Want::Repositories => vec![Candidate::new("acme/api", "")],
            Want::Templates => vec![Candidate::new("flaky-test", "Mend a test")],
            Want::Tasks => vec![Candidate::new("3f2504e0", "running  Fix it")],
        };
        let found = complete(&crate::cli::args::definition(), &words, &local);
        found.into_iter().map(|one| one.value).collect()
    }

    #[test]
    fn verbs_options_and_values_are_offered_where_they_may_stand() {
        assert!(offered("atc l").iter().any(|verb| verb == "list"));
        assert!(!offered("atc ").iter().any(|verb| verb == "complete"), "it is for scripts");
        assert_eq!(offered("atc config s"), ["show"]);
        assert_eq!(offered("atc list --colu"), ["--columns"]);
        assert_eq!(offered("atc list --columns id,mod"), ["id,model"]);
        assert_eq!(offered("atc list --repo "), ["acme/api"]);
        assert_eq!(offered("atc list --repo = ac"), ["acme/api"]);
        assert_eq!(offered("atc --repo=a"), ["--repo=acme/api"]);
        assert_eq!(offered("atc view "), ["3f2504e0"]);
        assert_eq!(offered("atc cancel 11 22 3"), ["3f2504e0"]);
        assert_eq!(offered("atc start --template f"), ["flaky-test"]);
        assert_eq!(offered("atc logs --facet te"), ["tests"]);
        assert_eq!(offered("atc completions z"), ["zsh"]);
        assert_eq!(offered("atc --color nev"), ["never"]);
        assert_eq!(offered("atc view -- 3"), ["3f2504e0"]);
        assert_eq!(offered("atc nonsense --nothing=x y "), Vec::<String>::new());
    }

    #[test]
    fn what_could_act_on_a_shell_is_left_out() {
        let found = [
            Candidate::new("$(reboot)", "x"),
            Candidate::new("a b", "x"),
            Candidate::new("`id`", ""),
            Candidate::new("a\tb", ""),
            Candidate::new("a\nb", ""),
            Candidate::new("\u{1b}[31m", ""),
            Candidate::new("", "nothing"),
            Candidate::new("fine", "two\u{1b}]0;t\u{7}\tand\u{202e} more\nlines"),
        ];
        let text = lines(&found);
        assert_eq!(text.lines().count(), 1, "{text:?}");
        assert!(
            text.starts_with("fine\t") && text.bytes().all(|b| b == b'\n' || b == b'\t' || (b' '..=b'~').contains(&b))
        );
        assert_eq!(text.matches('\t').count(), 1, "{text:?}");
    }
}
