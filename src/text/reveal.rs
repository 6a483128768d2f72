//! Code points that are invisible or deceive the reader, and how much may stand in one cell.
//!
//! Deleting such a code point would change what an approver reads; showing it as it is would hide it. It is spelled
//! `<U+XXXX>`. The exceptions are the places where readers need it: joiners and the emoji selector inside an emoji,
//! joiners between letters of scripts that are written with them.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
const EMOJI_SELECTOR: char = '\u{fe0f}';

/// Marks that may sit on one base.
const MARKS: usize = 8;
/// Bytes that may stand in one cell.
const BYTES_PER_CELL: usize = 32;

/// Never shown as it is, but for the exceptions of [`Cluster::keeps`].
fn deceives(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        // Selectors of a variant.
        | '\u{fe00}'..='\u{fe0f}'
        // Private use.
        | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'
        // Tags and the selectors of the supplement.
        | '\u{e0000}'..='\u{e0fff}'
        // Format controls of shorthand, music and hieroglyphs.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{13430}'..='\u{1343f}'
        // Not characters.
        | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Characters that stand for themselves: nothing to spell, one or two cells wide, and a character of their own beside
/// any other of these. Most of what is written is made of them, so that the long way is for the rest.
pub(super) fn is_simple(c: char) -> bool {
    matches!(c,
        ' '..='~'
        // Latin, Greek, Cyrillic.
        | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        // Punctuation, arrows, signs, boxes, pictures.
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}' | '\u{2100}'..='\u{218b}'
        | '\u{2190}'..='\u{23ff}' | '\u{2460}'..='\u{28ff}' | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1f64f}'
        // East Asian.
        | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a0}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff9d}')
}

/// Letters and marks of the scripts that are written with joiners: Arabic and its kin, Mongolian, and the Indic scripts.
fn is_joining(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{7ff}' | '\u{840}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}' | '\u{1820}'..='\u{18aa}' | '\u{a840}'..='\u{a877}' | '\u{a8e0}'..='\u{a8ff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// A sign that takes the vowel off an Indic consonant; a joiner after it may end a word.
fn is_virama(c: char) -> bool {
    matches!(u32::from(c), 0x94d | 0x9cd | 0xa4d | 0xacd | 0xb4d | 0xbcd | 0xc4d | 0xccd | 0xd4d | 0xdca)
}

/// Asks the segmentation tables: only a pictograph is held together with another one by a joiner.
fn is_pictograph(c: char) -> bool {
    let probe: String = [c, ZWJ, '\u{231a}'].iter().collect();
    !c.is_ascii() && probe.graphemes(true).count() == 1
}

/// Has an emoji form that the selector asks for.
fn takes_selector(c: char) -> bool {
    let probe: String = [c, EMOJI_SELECTOR].iter().collect();
    is_pictograph(c) && probe.width() == 2
}

/// `<U+XXXX>`.
pub(super) fn spell(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, "<U+{:04X}>", u32::from(c));
}

/// One user-perceived character with the characters beside it.
struct Cluster<'a> {
    text: &'a str,
    /// The first character after it.
    next: Option<char>,
}

impl Cluster<'_> {
    /// Is this deceptive character, standing between these two, one that readers need?
    fn keeps(&self, c: char, before: Option<char>, after: Option<char>) -> bool {
        let Some(before) = before else { return false };
        match c {
            EMOJI_SELECTOR => {
                takes_selector(before) || (matches!(before, '0'..='9' | '#' | '*') && after == Some('\u{20e3}'))
            }
            ZWJ if is_virama(before) => true,
            ZWJ | ZWNJ if is_joining(before) => after.or(self.next).is_some_and(is_joining),
            ZWJ => after.is_some_and(is_pictograph) && self.text.chars().next().is_some_and(is_pictograph),
            _ => false,
        }
    }

    /// Adds the cluster to `out`; gives back how many marks were too many.
    fn write(&self, out: &mut String, joiners: bool) -> u32 {
        let mut dropped = 0;
        let (mut before, mut marks, mut bytes) = (None, 0, 0);
        let mut chars = self.text.chars().peekable();
        while let Some(c) = chars.next() {
            let hidden = deceives(c);
            let mark = c.width() == Some(0);
            let kept = !hidden || ((joiners || c != ZWJ) && self.keeps(c, before, chars.peek().copied()));
            if !kept || (mark && before.is_none()) {
                // A mark without a base would sit on its neighbour, or vanish; so would one after what is spelled.
                spell(out, c);
                (before, marks, bytes) = (None, 0, 0);
                continue;
            }
            before = Some(c);
            if !mark {
                (marks, bytes) = (0, c.len_utf8());
            } else if !hidden {
                marks += 1;
                bytes += c.len_utf8();
            }
            if marks > MARKS || bytes > BYTES_PER_CELL {
                dropped += 1;
            } else {
                out.push(c);
            }
        }
        dropped
    }
}

/// Adds one grapheme cluster to `out`, deceptive characters spelled and what is too much for its cells left out.
/// `next` is the character that follows the cluster. Gives back how many marks were left out.
pub(super) fn cluster(out: &mut String, text: &str, next: Option<char>) -> u32 {
    let cluster = Cluster { text, next };
    let start = out.len();
    let dropped = cluster.write(out, true);
    let cells = |out: &String| out.get(start..).map_or(0, UnicodeWidthStr::width);
    if cells(out) == 0 {
        out.truncate(start);
        text.chars().take(MARKS).for_each(|c| spell(out, c));
        return u32::try_from(text.chars().skip(MARKS).count()).unwrap_or(u32::MAX);
    }
    if out.len() - start <= BYTES_PER_CELL * cells(out) {
        return dropped;
    }
    // A chain of joined pictures: taken apart.
    out.truncate(start);
    cluster.write(out, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_characters_stand_alone_beside_each_other() {
        let simple = (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| is_simple(*c));
        for c in simple {
            assert!(!deceives(c), "U+{:04X} deceives", u32::from(c));
            assert!(c.width().is_some_and(|w| w > 0), "U+{:04X} takes no cell", u32::from(c));
            for other in ['a', ' ', '日', '한', '❤', '👩', 'é'] {
                for pair in [[c, other], [other, c]] {
                    let text: String = pair.iter().collect();
                    assert_eq!(text.graphemes(true).count(), 2, "U+{:04X} beside {other}", u32::from(c));
                }
            }
        }
    }
}
