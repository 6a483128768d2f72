//! Names compared without regard to case, with `*` for anything. Nothing is allocated to compare.

/// Stretches of text in lower case with anything between them; alone it is the whole name.
#[derive(Clone, Debug)]
pub struct Name(Vec<Box<str>>);

impl Name {
    /// The text itself: a `*` in it is a `*`.
    pub fn verbatim(text: &str) -> Self {
        Self(vec![fold(text)])
    }

    /// With `*` for anything.
    pub fn pattern(text: &str) -> Self {
        Self(text.split('*').map(fold).collect())
    }

    /// Whatever begins with the text.
    pub fn beginning(text: &str) -> Self {
        Self(vec![fold(text), Box::default()])
    }

    pub fn matches(&self, name: &str) -> bool {
        match self.0.as_slice() {
            [] => false,
            [whole] => strip(name, whole) == Some(""),
            [first, between @ .., last] => {
                let Some(mut rest) = strip(name, first) else { return false };
                for part in between {
                    let Some(behind) = places(rest, part).next() else { return false };
                    rest = behind;
                }
                last.is_empty() || places(rest, last).any(str::is_empty)
            }
        }
    }
}

/// The text has the word somewhere. The word is in lower case.
pub fn contains(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

fn fold(text: &str) -> Box<str> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What stands behind each place of the part in the text.
fn places<'a>(text: &'a str, part: &str) -> impl Iterator<Item = &'a str> {
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.filter_map(move |at| strip(text.get(at..)?, part))
}

/// What follows the part if the text begins with it. The part is in lower case.
fn strip<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    // Most names are plain; a letter outside of ASCII may be one inside of it in lower case.
    if let Some((start, rest)) = text.split_at_checked(part.len())
        && start.is_ascii()
        && part.is_ascii()
    {
        return start.eq_ignore_ascii_case(part).then_some(rest);
    }
    let mut wanted = part.chars();
    let mut found = text.chars();
    while !wanted.as_str().is_empty() {
        for c in found.next()?.to_lowercase() {
            if wanted.next() != Some(c) {
                return None;
            }
        }
    }
    Some(found.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_case_for_nothing() {
        for (pattern, name, holds) in [
            ("mona", "Mona", true),
            ("mona", "monalisa", false),
            ("mona*", "monalisa", true),
            ("*lisa", "MonaLisa", true),
            ("m*a", "monalisa", true),
            ("m*x", "monalisa", false),
            ("*", "", true),
            ("*na*li*", "monalisa", true),
            ("*na*na*", "mona", false),
            ("a*a", "a", false),
            ("ümläut", "ÜMLÄUT", true),
            ("ü*t", "ÜMLÄUT", true),
            ("acme/*", "acme/api", true),
            ("acme/*", "acme2/api", false),
            ("**", "x", true),
            ("*x", "", false),
            // A kelvin sign is a k in lower case.
            ("k*", "\u{212a}x", true),
            ("kx", "\u{212a}X", true),
        ] {
            assert_eq!(Name::pattern(pattern).matches(name), holds, "{pattern} {name}");
        }
        assert!(!Name::verbatim("m*").matches("mona"));
        assert!(Name::verbatim("m*").matches("M*"));
        assert!(Name::beginning("3f").matches("3F2504E0"));
    }

    #[test]
    fn a_letter_that_folds_to_two_is_not_cut_in_half() {
        // İ is `i` and a dot above in lower case.
        assert!(Name::verbatim("İ").matches("İ"));
        assert!(!Name::pattern("i*").matches("İ"));
        assert!(contains("xİx", "i\u{307}"));
    }
}
