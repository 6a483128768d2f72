//! What was probably meant by a word that is none.

/// The candidate that the word is a slip or a beginning of.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    if word.is_empty() || word.len() > 40 {
        return None;
    }
    let allowed = if word.chars().count() <= 4 { 1 } else { 2 };
    let cost = |candidate: &&str| {
        let candidate = plain(candidate);
        if candidate.starts_with(&word) { 0 } else { distance(&word, &candidate) }
    };
    candidates
        .into_iter()
        .map(|c| (cost(&c), c))
        .filter(|(cost, _)| *cost <= allowed)
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, c)| c)
}

/// In lower case, with one sign for what separates words: `Needs you`, `needs_you` and `needs-you` are one.
pub fn plain(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, '_' | ' ') { '-' } else { c }).collect()
}

/// Slips between two words: a letter too many, one missing, another one, two changed round.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut older: Vec<usize> = Vec::new();
    let mut old: Vec<usize> = (0..=b.len()).collect();
    let mut before = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&old, j) + usize::from(x != *y)).min(at(&old, j + 1) + 1).min(at(&row, j) + 1);
            let left = j.checked_sub(1);
            if let Some(left) = left.filter(|left| before == Some(*y) && b.get(*left) == Some(&x)) {
                least = least.min(at(&older, left) + 1);
            }
            row.push(least);
        }
        older = std::mem::replace(&mut old, row);
        before = Some(x);
    }
    old.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in [
            ("faild", "failed", 1),
            ("stat", "state", 1),
            ("fialed", "failed", 1),
            ("", "ab", 2),
            ("abc", "abc", 0),
            ("paused", "queued", 4),
        ] {
            assert_eq!(distance(a, b), slips, "{a} {b}");
        }
    }

    #[test]
    fn a_slip_and_a_beginning_are_near_and_another_word_is_not() {
        let words = ["queued", "failed", "waiting_for_user"];
        assert_eq!(near("Faild", words), Some("failed"));
        assert_eq!(near("waiting for", words), Some("waiting_for_user"));
        assert_eq!(near("paused", words), None);
        assert_eq!(near("", words), None);
    }
}
