//! What differs between the prompt the fields make and the prompt as it was edited, line by line.

use std::ops::Range;

/// A line of the one, of the other, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// Cells of the table of common lines; beyond it the middle is shown as replaced as a whole.
const MOST: usize = 1 << 20;

/// The shortest way from one text to the other.
pub fn lines<'a>(from: &'a str, to: &'a str) -> Vec<Line<'a>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let part = |all: &[&'a str], range: Range<usize>| all.get(range).unwrap_or_default().to_vec();
    let (old, new) = (part(&a, head..a.len() - tail), part(&b, head..b.len() - tail));
    let same = |all: Vec<&'a str>| all.into_iter().map(Line::Same);
    same(part(&a, 0..head)).chain(middle(&old, &new)).chain(same(part(&a, a.len() - tail..a.len()))).collect()
}

fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let width = new.len() + 1;
    let mut out = Vec::with_capacity(old.len() + new.len());
    // For each place how many lines the rest of both has in common.
    let mut common = vec![0_u32; if (old.len() + 1) * width <= MOST { (old.len() + 1) * width } else { 0 }];
    let at = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev().filter(|_| !common.is_empty()).collect::<Vec<_>>() {
        for (j, b) in new.iter().enumerate().rev() {
            let best =
                if a == b { at(&common, i + 1, j + 1) + 1 } else { at(&common, i + 1, j).max(at(&common, i, j + 1)) };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            out.push(Line::Same(a));
            (i, j) = (i + 1, j + 1);
        } else if at(&common, i + 1, j) >= at(&common, i, j + 1) {
            out.push(Line::Gone(a));
            i += 1;
        } else {
            out.push(Line::New(b));
            j += 1;
        }
    }
    out.extend(old.iter().skip(i).map(|line| Line::Gone(line)));
    out.extend(new.iter().skip(j).map(|line| Line::New(line)));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lines_that_stay_are_not_told_as_changed() {
        use Line::{Gone, New, Same};
        assert_eq!(
            lines("a\nb\nc\nd", "a\nx\nc\ny\nd"),
            [Same("a"), Gone("b"), New("x"), Same("c"), New("y"), Same("d")]
        );
        assert_eq!(lines("", "a"), [New("a")]);
        assert_eq!(lines("a", ""), [Gone("a")]);
        assert_eq!(lines("a\na", "a"), [Same("a"), Gone("a")]);
    }

    #[test]
    fn long_texts_that_share_nothing_are_replaced_as_a_whole() {
        let text = |word: &str| (0..3_000).map(|nth| format!("{word} {nth}")).collect::<Vec<_>>().join("\n");
        assert_eq!(lines(&text("old"), &text("new")).len(), 6_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_texts_can_be_read_from_it(from in "[abc\n]{0,40}", to in "[abc\n]{0,40}") {
            let all = lines(&from, &to);
            let old: Vec<&str> = all.iter().filter_map(|line| match line {
                Line::Same(text) | Line::Gone(text) => Some(*text),
                Line::New(_) => None,
            }).collect();
            let new: Vec<&str> = all.iter().filter_map(|line| match line {
                Line::Same(text) | Line::New(text) => Some(*text),
                Line::Gone(_) => None,
            }).collect();
            prop_assert_eq!(old, from.lines().collect::<Vec<_>>());
            prop_assert_eq!(new, to.lines().collect::<Vec<_>>());
        }
    }
}
