//! Text on its way into a field or the prompt.
//!
//! What goes to an agent is what the operator saw: whatever cannot be seen is taken out before it is inserted, and
//! counted, so that it can be said. Terminal sequences (a pasted coloured log) go as a whole, not only their first byte.

use unicode_segmentation::UnicodeSegmentation;

use super::Safe;

/// Line ends become `\n`; tabs stay. The second value says how much was taken out.
pub fn clean(text: &str) -> (String, usize) {
    let (text, mut removed) = without_sequences(text);
    let mut out = String::with_capacity(text.len());
    let mut graphemes = text.graphemes(true).peekable();
    while let Some(grapheme) = graphemes.next() {
        match grapheme {
            "\n" | "\t" => out.push_str(grapheme),
            "\r\n" | "\r" | "\u{85}" | "\u{2028}" | "\u{2029}" => out.push('\n'),
            _ if grapheme.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => out.push_str(grapheme),
            _ => removed += keep(grapheme, graphemes.peek().copied().unwrap_or_default(), &mut out),
        }
    }
    (out, removed)
}

/// [`clean`] for a field of one line: line ends and tabs become spaces.
pub fn clean_line(text: &str) -> (String, usize) {
    let (text, removed) = clean(text);
    (text.split(['\n', '\t']).map(str::trim_end).collect::<Vec<_>>().join(" ").trim_end().to_owned(), removed)
}

/// One grapheme that is not plain ASCII, and the one after it. Returns how many of its characters were left out.
fn keep(grapheme: &str, next: &str, out: &mut String) -> usize {
    let seen: String = grapheme.chars().filter(|c| !is_hidden(*c)).collect();
    // Joiners are part of what is seen in emoji and in the scripts that need them, and only there.
    let joined = grapheme.chars().all(|c| !is_hidden(c) || is_joiner(c)) && !starts_hidden(grapheme);
    // The screen's own rules have the last word: what it would have to spell out does not belong in a prompt.
    let is_shown = |text: &str| Safe::new(format!("{text}{next}")).starts_with(text);
    let kept = if (joined || seen == grapheme) && is_shown(grapheme) {
        grapheme
    } else if is_shown(&seen) {
        &seen
    } else {
        ""
    };
    out.push_str(kept);
    grapheme.chars().count() - kept.chars().count()
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

fn starts_hidden(grapheme: &str) -> bool {
    // A joiner after a plain letter joins nothing: it only makes two equal texts differ.
    grapheme.chars().next().is_none_or(|c| is_hidden(c) || c.is_ascii_alphabetic())
}

/// Controls, and everything that is invisible or changes the order of what is seen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Escape sequences taken out as a whole. One that is not ended ends with its line, so that it hides nothing after it.
fn without_sequences(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut removed = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let kind = match c {
            '\u{1b}' => chars.next_if(|c| *c != '\n' && *c != '\r').unwrap_or('\0'),
            '\u{9b}' => '[',
            '\u{9d}' => ']',
            '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => 'P',
            _ => {
                out.push(c);
                continue;
            }
        };
        removed += 1;
        match kind {
            '[' => {
                while chars.next_if(|c| ('\u{20}'..'\u{40}').contains(c)).is_some() {}
                chars.next_if(|c| ('\u{40}'..'\u{7f}').contains(c));
            }
            ']' | 'P' | 'X' | '^' | '_' => {
                while let Some(c) = chars.next_if(|c| *c != '\n' && *c != '\r') {
                    let ended = matches!(c, '\u{7}' | '\u{9c}') || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some());
                    if ended {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    (out, removed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_out_and_counted() {
        for (raw, text, removed) in [
            ("plain", "plain", 0),
            ("a\r\nb\rc\u{2028}d\te", "a\nb\nc\nd\te", 0),
            ("\u{1b}[31mred\u{1b}[0m", "red", 2),
            ("\u{9b}1mred", "red", 1),
            ("\u{1b}]0;title\u{7}x", "x", 1),
            ("\u{1b}]0;title\u{1b}\\x", "x", 1),
            ("\u{1b}]0;open\nnext", "\nnext", 1),
            ("\u{1b}[", "", 1),
            ("\u{1b}", "", 1),
            ("a\u{0}b\u{7f}c\u{8}", "abc", 3),
            ("pay\u{202e}load\u{202c}", "payload", 2),
            ("a\u{200b}b\u{200d}c\u{feff}", "abc", 3),
            ("tag\u{e0041}\u{e0042}", "tag", 2),
            ("日本 é ß", "日本 é ß", 0),
        ] {
            assert_eq!(clean(raw), (text.to_owned(), removed), "{raw:?}");
        }
    }

    #[test]
    fn joiners_stay_where_they_are_part_of_what_is_seen() {
        for text in ["👩‍👧", "❤️", "1️⃣", "می‌خواهم", "🏳️‍🌈"] {
            assert_eq!(clean(text), (text.to_owned(), 0), "{text:?}");
        }
    }

    #[test]
    fn a_field_of_one_line_stays_one_line() {
        assert_eq!(clean_line("a\nb\t c\n").0, "a b  c");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_acts_or_hides_comes_through(text in "[\u{0}-\u{ff}\u{200b}-\u{206f}\u{e0000}-\u{e00ff}👩日]{0,80}") {
            let (cleaned, _) = clean(&text);
            prop_assert!(cleaned.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            prop_assert!(cleaned.chars().all(|c| !is_hidden(c) || is_joiner(c) || c == '\n' || c == '\t'));
            prop_assert_eq!(clean(&cleaned).0, cleaned.clone(), "what is clean stays as it is");
        }
    }
}
