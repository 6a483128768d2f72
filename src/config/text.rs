//! Small helpers for TOML text and for finding the key that was meant.

use crate::text::near::distance;

/// A TOML string.
pub(super) fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The candidate that looks most like `text`, if one is near: a typo, or the right name under another section.
pub(super) fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let (text, name) = (text.to_lowercase(), last(&text.to_lowercase()));
    let near = |candidate: &'a str| {
        let key = candidate.to_lowercase();
        let far = distance(&text, &key).min(distance(&name, &last(&key)) + usize::from(name != text));
        (far <= 1 + text.chars().count().min(12) / 4).then_some((far, candidate))
    };
    candidates.filter_map(near).min_by_key(|(far, _)| *far).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_key_that_was_meant() {
        let keys = ["repos", "host", "poll.active_seconds", "ui.colour", "ui.mouse"];
        for (typo, meant) in [
            ("repo", Some("repos")),
            ("poll.active_second", Some("poll.active_seconds")),
            ("active_seconds", Some("poll.active_seconds")),
            ("poll.colour", Some("ui.colour")),
            ("ui.color", Some("ui.colour")),
            ("HOST", Some("host")),
            ("theme", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typo, keys.into_iter()), meant, "{typo}");
        }
    }
}
