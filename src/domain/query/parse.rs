//! What the values of a task's qualifiers mean, and plain sentences about what is none.

use super::amount::{COUNT, CREDITS};
use super::lex::Item;
use super::name::Name;
use super::read::{self, RepoAsked, no_word};
use super::table::{Kind, Qualifier};
use super::time::{Ages, When};
use super::value::Value;

pub(super) fn value(qualifier: &Qualifier, item: &Item<'_>) -> Result<Value, String> {
    let text = &*item.text;
    match qualifier.kind {
        Kind::Fixed => Err(no_word(qualifier, text, "")),
        Kind::State => read::new_word(qualifier, item, "state").map(|name| Value::State(0, name)),
        Kind::Repo => Ok(match read::repo(item)? {
            RepoAsked::Whole(name) => Value::Repo(name),
            RepoAsked::Alone(name) => Value::RepoName(name),
        }),
        Kind::Owner => read::organization(item).map(Value::Owner),
        Kind::Login => read::login(item).map(Value::Login),
        Kind::Agent => Ok(Value::Agent(read::name(item))),
        Kind::Automation => Ok(Value::Automation(read::name(item))),
        Kind::Model => Ok(Value::Model(read::name(item))),
        Kind::Branch => Ok(Value::Branch(read::name(item))),
        Kind::Rule => Ok(Value::Rule(read::name(item))),
        Kind::Id => Ok(Value::Id(Name::beginning(text))),
        Kind::Pull => {
            let digits = text.strip_prefix('#').unwrap_or(text);
            if let Some(beginning) = digits.strip_suffix('*')
                && !beginning.is_empty()
                && beginning.bytes().all(|digit| digit.is_ascii_digit())
            {
                return Ok(Value::PullLike(Name::beginning(beginning)));
            }
            let number = digits.parse().ok().filter(|_| !digits.starts_with('+'));
            number.map(Value::Pull).ok_or_else(|| no_word(qualifier, text, " or a number"))
        }
        Kind::Time(clock) => When::read(text, Ages::Past).map(|when| Value::Time(clock, when)),
        Kind::Cost => CREDITS.read(text).map(Value::Cost),
        Kind::Sessions => COUNT.read(text).map(Value::Sessions),
    }
}
