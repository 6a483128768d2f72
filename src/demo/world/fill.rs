//! Fills the `{{…}}` of a script: parameters of the task, and names for bytes that do not belong into a text file.

use std::collections::BTreeMap;

/// What a script's parameters stand for.
#[derive(Clone, Debug, Default)]
pub struct Fill(BTreeMap<String, String>);

impl Fill {
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Unknown names stay as they are written, so that a mistake in a script is seen.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once("}}") else {
                out.push_str("{{");
                rest = after;
                continue;
            };
            if let Some(value) = self.0.get(name) {
                out.push_str(value);
            } else if let Some(value) = special(name) {
                out.push_str(&value);
            } else {
                out.push_str("{{");
                out.push_str(name);
                out.push_str("}}");
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// `red` and friends, `ESC`, `U+202E`, `x:500` (a run of 500 x).
fn special(name: &str) -> Option<String> {
    let sgr = |code: &str| Some(format!("\u{1b}[{code}m"));
    match name {
        "0" => sgr("0"),
        "bold" => sgr("1"),
        "dim" => sgr("2"),
        "red" => sgr("31"),
        "green" => sgr("32"),
        "yellow" => sgr("33"),
        "blue" => sgr("34"),
        "magenta" => sgr("35"),
        "cyan" => sgr("36"),
        "grey" => sgr("90"),
        "ESC" => Some("\u{1b}".to_owned()),
        "BEL" => Some("\u{7}".to_owned()),
        "BS" => Some("\u{8}".to_owned()),
        "CR" => Some("\r".to_owned()),
        "NUL" => Some("\0".to_owned()),
        "ST" => Some("\u{1b}\\".to_owned()),
        _ => {
            if let Some(hex) = name.strip_prefix("U+") {
                return u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).map(String::from);
            }
            let (unit, count) = name.rsplit_once(':')?;
            let count: usize = count.parse().ok()?;
            (count <= 20_000).then(|| unit.repeat(count))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_named_bytes_are_filled_in_and_unknown_names_stay() {
        let mut fill = Fill::default();
        fill.set("crate", "axum");
        assert_eq!(
            fill.apply("{{crate}} {{green}}ok{{0}} {{U+202E}} {{ab:2}} {{nope}} {{"),
            "axum \u{1b}[32mok\u{1b}[0m \u{202e} abab {{nope}} {{"
        );
    }

    #[test]
    fn what_a_parameter_holds_is_not_filled_again() {
        let mut fill = Fill::default();
        fill.set("prompt", "look at {{ESC}}");
        assert_eq!(fill.apply("{{prompt}}"), "look at {{ESC}}");
    }
}
