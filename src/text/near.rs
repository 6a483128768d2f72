//! Which of several words was meant by one that is none of them.

/// How many letters must be put in, taken out or replaced to make one text the other.
pub fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().take(100).enumerate() {
        let mut next = vec![index + 1];
        for (other, window) in to.iter().zip(row.windows(2)) {
            if let ([above_left, above], Some(left)) = (window, next.last()) {
                let replaced = above_left + usize::from(letter != *other);
                next.push(replaced.min(above + 1).min(left + 1));
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// The candidate that looks most like the text, or that begins most like it: a slip of the finger, or half a word with
/// one. `None`: none is near.
pub fn meant<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let letters = text.chars().count();
    let slips = 1 + letters.min(12) / 4;
    let near = |candidate: &'a str| {
        let begin: String = candidate.chars().take(letters).collect();
        let far = distance(&text, candidate).min(distance(&text, &begin));
        let other = candidate.chars().next() != text.chars().next();
        // With one letter or none everything is near everything.
        (far <= slips && far < letters).then_some(((far, other), candidate))
    };
    candidates.filter_map(near).min_by_key(|(key, _)| *key).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_half_a_word_with_one_find_what_was_meant() {
        let words = ["quit", "queue", "follow-up", "zoom", "refresh"];
        for (typed, found) in [
            ("foo", Some("follow-up")),
            ("zom", Some("zoom")),
            ("ZOMO", Some("zoom")),
            ("refrehs", Some("refresh")),
            ("qiut", Some("quit")),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(meant(typed, words.into_iter()), found, "{typed}");
        }
    }
}
