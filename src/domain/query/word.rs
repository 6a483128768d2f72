//! A word of the query that is no qualifier: looked for in what a row says.

use memchr::memmem::Finder;

use super::{Facts, Needs, name, sign};
use crate::domain::State;

/// Text in lower case, wherever it stands in the haystack, the state's words or the pull request's number.
#[derive(Clone, Debug)]
pub struct FreeWord {
    text: Box<str>,
    finder: Finder<'static>,
    /// The states whose words have it.
    signs: u32,
    number: Option<Number>,
}

/// How a pull request's number may be in the word.
#[derive(Clone, Copy, Debug)]
enum Number {
    /// `#12`: it begins with that.
    From(usize),
    /// `12`: it has that.
    Within,
}

impl FreeWord {
    pub(super) fn new(text: &str) -> Self {
        let text: Box<str> = text.to_lowercase().into();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let number = match text.strip_prefix('#') {
            Some(rest) => digits(rest).then_some(Number::From(1)),
            None => digits(&text).then_some(Number::Within),
        };
        Self { finder: Finder::new(text.as_bytes()).into_owned(), signs: sign::naming(&text), text, number }
    }

    pub(super) fn needs(&self) -> Needs {
        let of_state = if sign::hang_on_the_run(self.signs) { Needs::ORPHAN } else { Needs::NONE };
        Needs { pull: self.number.is_some(), ..of_state }
    }

    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.signs & sign::of(&facts.task.state, &facts.condition) != 0
            || self.finder.find(facts.hay.as_bytes()).is_some()
            || self.number.is_some_and(|number| self.numbers(number, facts))
            || matches!(&facts.task.state, State::Unknown(word) if name::contains(word.raw_for_match(), &self.text))
    }

    fn numbers(&self, number: Number, facts: &Facts<'_>) -> bool {
        let Some(pull) = facts.pull else { return false };
        let mut digits = [0; 20];
        let digits = decimal(pull.number, &mut digits);
        match number {
            Number::From(at) => self.text.get(at..).is_some_and(|text| digits.starts_with(text.as_bytes())),
            Number::Within => self.finder.find(digits).is_some(),
        }
    }
}

fn decimal(mut n: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(n % 10).unwrap_or_default();
        at -= 1;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    digits.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for n in [0, 7, 10, 1288, u64::MAX] {
            assert_eq!(decimal(n, &mut [0; 20]), n.to_string().as_bytes());
        }
    }
}
