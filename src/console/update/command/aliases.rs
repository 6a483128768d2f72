//! The operator's own names for commands: `[aliases] stuck = "view Stuck"`. An alias stands for its words once; what they
//! begin with is a command, never another alias.

use super::{COMMANDS, find};
use crate::console::state::settings::Aliases;

/// What is wrong with them, each beside its name. Empty: nothing.
pub fn problems(aliases: &Aliases) -> Vec<(String, String)> {
    aliases.iter().filter_map(|(name, words)| Some((name.clone(), wrong(aliases, name, words)?))).collect()
}

fn wrong(aliases: &Aliases, name: &str, words: &str) -> Option<String> {
    if COMMANDS.iter().any(|command| command.name == name) {
        return Some("is a command already".to_owned());
    }
    let first = words.split_whitespace().next()?;
    match find(first) {
        _ if first.starts_with(|c: char| c.is_ascii_digit()) => None,
        _ if aliases.contains_key(first) => {
            Some(format!("stands for “{first}”, an alias itself: write what that one stands for"))
        }
        Ok(_) => None,
        Err(why) => Some(format!("stands for no command: {}", why.replace(" (:help lists all)", ""))),
    }
}

/// The line with the words of an alias in its place.
pub fn expand(aliases: &Aliases, text: &str) -> String {
    let text = text.trim();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match aliases.get(name) {
        Some(words) => format!("{words} {rest}").trim_end().to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(all: &[(&str, &str)]) -> Aliases {
        all.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect()
    }

    #[test]
    fn an_alias_stands_for_its_words_once_and_what_follows_stays() {
        let all = aliases(&[("q", "quit"), ("stuck", "view Stuck"), ("s", "sort")]);
        assert_eq!(problems(&all), []);
        assert_eq!(expand(&all, " stuck "), "view Stuck");
        assert_eq!(expand(&all, "s age  reverse"), "sort age  reverse");
        assert_eq!(expand(&all, "sort s"), "sort s", "only the name is one");
    }

    #[test]
    fn everything_wrong_with_them_is_found_together() {
        let all = aliases(&[("quit", "zoom"), ("a", "b"), ("b", "zoom"), ("c", "refrsh"), ("d", "re")]);
        let found = problems(&all);
        let said: Vec<_> = found.iter().map(|(name, what)| format!("{name} {what}")).collect();
        assert_eq!(
            said,
            [
                "a stands for “b”, an alias itself: write what that one stands for",
                "c stands for no command: unknown command :refrsh – did you mean :refresh?",
                "d stands for no command: “re” could be repo, reviews, refresh, retry",
                "quit is a command already",
            ]
        );
    }
}
