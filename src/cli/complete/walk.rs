//! Through the definition of the arguments, as far as the words go.

use clap::{Arg, Command};

use super::query::Words;
use crate::cli::look::columns;
use crate::domain::Column;
use crate::text::sink;
use crate::transcript::Facet;

/// More of a kind help nobody.
const MOST: usize = 200;
/// Characters beside a value.
const MOST_HELP: usize = 60;

/// What only this machine knows.
pub trait Local {
    fn repositories(&self) -> Vec<Candidate>;
    fn templates(&self) -> Vec<Candidate>;
    fn views(&self) -> Vec<Candidate>;
    fn automation_views(&self) -> Vec<Candidate>;
    fn tasks(&self) -> Vec<Candidate>;
    /// What queries ask about.
    fn words(&self) -> Words;
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

/// What may stand in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub all: Vec<Candidate>,
    /// The quote of the shell the word is typed in.
    quote: Option<char>,
    /// Files may stand there, too.
    files: bool,
}

impl Found {
    /// As the scripts read them: a value, a tab and what it is, one a line. What could act on a shell is left out. An
    /// empty line where there is nothing to offer, and files would not be right either.
    pub fn lines(&self) -> String {
        let quoted = match self.quote {
            None => "",
            Some('"') => " <>*~()",
            Some(_) => " <>*~()\"",
        };
        let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./@:#=,+%".contains(c) || quoted.contains(c);
        let fine = self.all.iter().filter(|one| !one.value.is_empty() && one.value.chars().all(harmless));
        let line = |one: &Candidate| {
            let help = sink::plain(one.help.lines().next().unwrap_or_default());
            let help: String = help.chars().filter(|c| (' '..='~').contains(c)).take(MOST_HELP).collect();
            if help.is_empty() { format!("{}\n", one.value) } else { format!("{}\t{help}\n", one.value) }
        };
        let lines: String = fine.take(MOST).map(line).collect();
        if lines.is_empty() && !self.files { "\n".to_owned() } else { lines }
    }
}

/// What may stand in place of the last of these words; the first is the program's name.
pub fn complete(root: &Command, words: &[String], local: &dyn Local) -> Found {
    let Some((typed, before)) = words.split_last() else { return Found::default() };
    let mut place = Place {
        command: root,
        path: Vec::new(),
        options: root.get_arguments().collect(),
        open: None,
        positional: 0,
        literal: false,
    };
    for word in before.iter().skip(1) {
        place.pass(word);
    }
    // What the shell replaces is what stands behind the quote.
    let quote = typed.chars().next().filter(|c| ['"', '\''].contains(c));
    let typed = quote.map_or(typed.as_str(), |quote| typed.strip_prefix(quote).unwrap_or(typed));
    let (mut all, files) = place.offers(typed, local);
    all.retain(|one| one.value.starts_with(typed));
    Found { all, quote, files }
}

struct Place<'a> {
    command: &'a Command,
    /// The verbs that led there.
    path: Vec<&'a str>,
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
            self.path.push(command.get_name());
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

    /// And whether a file may stand there.
    fn offers(&self, typed: &str, local: &dyn Local) -> (Vec<Candidate>, bool) {
        if let Some(option) = self.open {
            return self.values(option, typed, local);
        }
        if self.literal {
            return self.of_position(typed, local);
        }
        if let Some((name, value)) = typed.split_once('=').filter(|(name, _)| name.starts_with("--")) {
            let found = self.option(name).map(|option| self.values(option, value, local));
            let (values, files) = found.unwrap_or_default();
            let whole = |one: Candidate| Candidate { value: format!("{name}={}", one.value), ..one };
            return (values.into_iter().map(whole).collect(), files);
        }
        if typed.starts_with('-') {
            let options = self.options.iter().filter(|option| !option.is_hide_set());
            let long =
                options.filter_map(|option| Some(Candidate::new(format!("--{}", option.get_long()?), help(option))));
            return (long.collect(), false);
        }
        let verbs = self.command.get_subcommands().filter(|verb| !verb.is_hide_set());
        let verb = |verb: &Command| {
            Candidate::new(verb.get_name(), verb.get_about().map(ToString::to_string).unwrap_or_default())
        };
        let mut found: Vec<_> = if self.positional == 0 { verbs.map(verb).collect() } else { Vec::new() };
        let (values, files) = self.of_position(typed, local);
        found.extend(values);
        (found, files)
    }

    fn of_position(&self, typed: &str, local: &dyn Local) -> (Vec<Candidate>, bool) {
        let mut positions = self.command.get_positionals();
        let last = self.command.get_positionals().last();
        let repeated = last.filter(|last| last.get_num_args().is_some_and(|count| count.max_values() > 1));
        let arg = positions.nth(self.positional).or(repeated);
        arg.map(|arg| self.values(arg, typed, local)).unwrap_or_default()
    }

    /// By the word the help calls the value by: the same word is the same thing in every verb.
    fn values(&self, arg: &Arg, typed: &str, local: &dyn Local) -> (Vec<Candidate>, bool) {
        let fixed: Vec<_> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
        if !fixed.is_empty() {
            let one = |value: &clap::builder::PossibleValue| {
                Candidate::new(value.get_name(), value.get_help().map(ToString::to_string).unwrap_or_default())
            };
            return (fixed.iter().map(one).collect(), false);
        }
        let name = arg.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
        let values = match name {
            "OWNER/NAME" => local.repositories(),
            "TEMPLATE" => local.templates(),
            "VIEW" if self.path.first() == Some(&"automation") => local.automation_views(),
            "VIEW" => local.views(),
            "TASK" | "TASK|SESSION" | "TASK|ACTION" => local.tasks(),
            "QUERY" if self.path.first() == Some(&"automation") => local.words().automations(typed),
            "QUERY" => local.words().tasks(typed),
            "FACET" => Facet::ALL.iter().map(|facet| Candidate::new(facet.word(), facet.hint())).collect(),
            "COLUMN" => Column::ALL.iter().map(|column| Candidate::new(column.word(), "")).collect(),
            "COLUMNS" => {
                let before = typed.rsplit_once(',').map(|(before, _)| format!("{before},")).unwrap_or_default();
                let one = |column: &columns::Column| Candidate::new(format!("{before}{}", column.word), "");
                columns::COLUMNS.iter().map(one).collect()
            }
            _ => Vec::new(),
        };
        // A template may be named by its file.
        (values, ["FILE", "DIR", "PATH", "TEMPLATE"].contains(&name))
    }
}

fn needs_value(option: &Arg) -> bool {
    option.get_action().takes_values() && !option.is_require_equals_set()
}

fn help(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    struct Known;

    impl Local for Known {
        fn repositories(&self) -> Vec<Candidate> {
            vec![Candidate::new("acme/api", "")]
        }

        fn templates(&self) -> Vec<Candidate> {
            vec![Candidate::new("flaky-test", "Mend a test")]
        }

        fn views(&self) -> Vec<Candidate> {
            vec![Candidate::new("needs-me", "is:needs-me")]
        }

        fn automation_views(&self) -> Vec<Candidate> {
            vec![Candidate::new("on", "state:on")]
        }

        fn tasks(&self) -> Vec<Candidate> {
            vec![Candidate::new("3f2504e0", "running  Fix it")]
        }

        fn words(&self) -> Words {
            Words {
                repos: vec!["acme/api".parse().unwrap()],
                logins: ["mona", "$(reboot)"].map(Into::into).to_vec(),
                agents: vec!["release notes".into()],
                ..Words::default()
            }
        }
    }

    fn found(words: &[&str]) -> Found {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        complete(&crate::cli::args::definition(), &words, &Known)
    }

    fn offered(line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        found(&words).all.into_iter().map(|one| one.value).collect()
    }

    /// The values a script would read.
    fn read(words: &[&str]) -> Vec<String> {
        let lines = found(words).lines();
        lines.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn verbs_options_and_values_are_offered_where_they_may_stand() {
        assert!(offered("atc l").iter().any(|verb| verb == "list"));
        assert!(!offered("atc ").iter().any(|verb| verb == "complete"), "it is for scripts");
        assert_eq!(offered("atc config s"), ["show"]);
        assert_eq!(offered("atc list --colu"), ["--columns"]);
        assert_eq!(offered("atc list --columns id,mod"), ["id,model"]);
        assert_eq!(offered("atc list --repo "), ["acme/api"]);
        assert_eq!(offered("atc list --view n"), ["needs-me"]);
        assert_eq!(offered("atc automation calendar --view o"), ["on"]);
        assert_eq!(offered("atc list --repo=ac"), ["--repo=acme/api"]);
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
    fn a_query_is_completed_in_the_language_of_what_is_asked_about() {
        assert_eq!(read(&["atc", "list", "sta"]), ["state:"]);
        assert_eq!(read(&["atc", "list", "state:fai"]), ["state:failed"]);
        assert_eq!(read(&["atc", "watch", "is:active", "-q", "state:failed,time"]), ["state:failed,timed_out"]);
        assert_eq!(read(&["atc", "list", "--", "-state:need"]), ["-state:needs-you"]);
        assert_eq!(read(&["atc", "list", "repository:acme"]), ["repository:acme/api"]);
        assert_eq!(read(&["atc", "list", "user:"]), ["user:@me", "user:mona"], "not what could act on a shell");
        assert_eq!(read(&["atc", "list", "'state:failed user:mo"]), ["state:failed user:mona"]);
        assert_eq!(read(&["atc", "automation", "list", "trig"]), ["trigger:"]);
        assert_eq!(read(&["atc", "automation", "calendar", "state:of"]), ["state:off"]);
        assert!(!read(&["atc", "list", ""]).contains(&"trigger:".to_owned()));
    }

    #[test]
    fn what_only_quotes_make_harmless_is_offered_in_quotes_alone() {
        assert_eq!(read(&["atc", "list", "updated:<1"]), [""]);
        assert_eq!(read(&["atc", "list", "'updated:<1"]), ["updated:<1h", "updated:<1d", "updated:<1w"]);
        assert_eq!(read(&["atc", "list", "'agent:rel"]), [""], "a quoted value does not begin like that");
        assert_eq!(read(&["atc", "list", "'agent:\"rel"]), ["agent:\"release notes\""]);
        assert_eq!(read(&["atc", "list", "\"agent:"]), [""]);
    }

    #[test]
    fn files_are_named_only_where_one_may_stand() {
        for (words, files) in [
            (&["atc", "view", "zzzz"][..], false),
            (&["atc", "list", "nonsense:"], false),
            (&["atc", "open", ""], true),
            (&["atc", "--config", "x"], true),
            (&["atc", "start", "--prompt-file=x"], true),
            (&["atc", "start", "--template", "./x"], true),
            (&["atc", "frobnicate", "x"], false),
        ] {
            assert_eq!(found(words).lines(), if files { "" } else { "\n" }, "{words:?}");
        }
    }

    #[test]
    fn what_could_act_on_a_shell_is_left_out() {
        let all = vec![
            Candidate::new("$(reboot)", "x"),
            Candidate::new("a b", "x"),
            Candidate::new("`id`", ""),
            Candidate::new("a\tb", ""),
            Candidate::new("a\nb", ""),
            Candidate::new("\u{1b}[31m", ""),
            Candidate::new("", "nothing"),
            Candidate::new("fine", "two\u{1b}]0;t\u{7}\tand\u{202e} more\nlines"),
        ];
        let text = Found { all, ..Found::default() }.lines();
        assert_eq!(text.lines().count(), 1, "{text:?}");
        assert!(
            text.starts_with("fine\t") && text.bytes().all(|b| b == b'\n' || b == b'\t' || (b' '..=b'~').contains(&b))
        );
        assert_eq!(text.matches('\t').count(), 1, "{text:?}");
    }
}
