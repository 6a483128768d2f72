//! Keys or text? A paste is text, never commands: also one the terminal does not mark, one whose end is forged inside it
//! and one that never ends.
//!
//! ```text
//!          few keys                     more keys at once than fingers press
//! Keys ───────────────> keys      Keys ─────────────────────────────────────> Text ──quiet──> one paste, Keys
//! Keys ──paste starts──> Marked ──paste ends──> Text
//!                        Marked ──nothing for long──> one paste, Keys (a late end still closes it)
//! ```
//!
//! Pure: the reader says what came and when it was quiet for as long as [`Decoder::patience`] asked.

use std::time::Duration;

use super::decode::{Token, is_answer_begun, token, token_at_end};
use crate::console::event::{Op, What};
use crate::console::keys::{Chord, Key};
use crate::text::{Safe, Untrusted};

/// More plain keys than this at once are a paste.
const FINGERS: usize = 4;
/// Keys with less between them came at once.
const AT_ONCE: Duration = Duration::from_millis(2);
/// Text ends when nothing came for so long; nobody presses a key that soon after a paste.
const TEXT_ENDS: Duration = Duration::from_millis(50);
/// A sequence whose rest does not come within this time ends: a lone escape is the escape key. Terminals that tell the
/// escape key apart are asked to, so only old ones wait.
const SPLIT: Duration = Duration::from_millis(250);
/// A marked paste, or an answer, that stands still for so long has lost its end.
const LOST_END: Duration = Duration::from_secs(2);
/// More than this of one paste is thrown away, and said so.
pub const LARGEST_PASTE: usize = 8 * 1024 * 1024;

const START: &[u8] = b"\x1b[200~";
const END: &[u8] = b"\x1b[201~";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Keys,
    /// Plain keys are text and everything else is dropped, until it is quiet.
    Text,
    /// Between the marks of a paste.
    Marked,
}

#[derive(Debug, Default)]
pub struct Decoder {
    mode: Mode,
    /// Keys that are held down to move. On a slow line many of one come at once; none of them answers or changes
    /// anything.
    held: String,
    /// Bytes that are no whole token yet.
    rest: Vec<u8>,
    text: Vec<u8>,
    cut: bool,
    /// Plain keys since it was last quiet.
    at_once: usize,
    /// The last plain key.
    last: Option<char>,
    /// A marked paste lost its end, which may still come.
    open: bool,
    /// The terminal gave the last of the answers it was asked for.
    answered: bool,
}

impl Decoder {
    /// `held`: characters that only move.
    pub fn new(held: String) -> Self {
        Self { held, ..Self::default() }
    }

    /// Takes bytes and gives what they mean so far.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<What>) {
        self.rest.extend_from_slice(bytes);
        if self.open && self.mode != Mode::Marked {
            match (find(&self.rest, START), find(&self.rest, END)) {
                // Another paste begins: the end of the one that was given up does not come any more.
                (Some(start), end) if end.is_none_or(|end| start < end) => self.open = false,
                // The end of the paste that was given up: all before it belongs to the paste.
                (_, Some(_)) => self.mode = Mode::Marked,
                _ => {}
            }
        }
        loop {
            if self.mode == Mode::Marked {
                if !self.marked() {
                    return;
                }
            } else {
                let tokens = self.tokens();
                let starts = tokens.last() == Some(&Token::PasteStart);
                self.classify(&tokens, out);
                if !starts {
                    return;
                }
                self.mode = Mode::Marked;
            }
        }
    }

    /// How long to wait for more before calling [`Decoder::quiet`]. `None`: nothing is unfinished.
    pub fn patience(&self) -> Option<Duration> {
        match self.mode {
            Mode::Marked => Some(LOST_END),
            Mode::Text => Some(TEXT_ENDS),
            Mode::Keys if is_answer_begun(&self.rest) => Some(LOST_END),
            Mode::Keys if !self.rest.is_empty() => Some(SPLIT),
            Mode::Keys if self.at_once > 0 => Some(AT_ONCE),
            Mode::Keys => None,
        }
    }

    /// Whether the terminal gave its last answer since this was asked last.
    pub fn answered(&mut self) -> bool {
        std::mem::take(&mut self.answered)
    }

    /// Nothing came for as long as was asked.
    pub fn quiet(&mut self, out: &mut Vec<What>) {
        match self.mode {
            Mode::Marked => {
                self.open = true;
                let rest = std::mem::take(&mut self.rest);
                self.keep(&rest);
            }
            Mode::Text => self.rest.clear(),
            Mode::Keys => {
                let rest = std::mem::take(&mut self.rest);
                deliver(token_at_end(&rest), out);
            }
        }
        self.flush(out);
        self.mode = Mode::Keys;
        self.at_once = 0;
        self.last = None;
    }

    /// Whole tokens from the front, up to the start of a paste.
    fn tokens(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut used = 0;
        while let Some((token, n)) = self.rest.get(used..).and_then(token) {
            used += n;
            tokens.push(token);
            if token == Token::PasteStart {
                break;
            }
        }
        self.rest.drain(..used);
        tokens
    }

    fn classify(&mut self, tokens: &[Token], out: &mut Vec<What>) {
        for c in tokens.iter().filter_map(|token| text_of(*token)) {
            let held = self.last == Some(c) && self.held.contains(c);
            self.at_once += usize::from(!held);
            self.last = Some(c);
        }
        if self.at_once > FINGERS {
            self.mode = Mode::Text;
        }
        self.answered |= tokens.contains(&Token::Answered);
        for token in tokens {
            match (self.mode, text_of(*token)) {
                (Mode::Text, Some(c)) => self.keep(c.encode_utf8(&mut [0; 4]).as_bytes()),
                (Mode::Text, None) => {
                    if let Token::Focus(_) | Token::Ground(_) = token {
                        deliver(*token, out);
                    }
                }
                _ => deliver(*token, out),
            }
        }
    }

    /// Takes text up to the end mark. `false`: it did not come yet.
    fn marked(&mut self) -> bool {
        let found = find(&self.rest, END);
        // What may be the beginning of the mark waits.
        let text = found.unwrap_or_else(|| self.rest.len().saturating_sub(END.len() - 1));
        let taken: Vec<u8> = self.rest.drain(..text).collect();
        self.keep(&taken);
        if found.is_none() {
            return false;
        }
        self.rest.drain(..END.len());
        self.mode = Mode::Text;
        self.open = false;
        true
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LARGEST_PASTE - self.text.len().min(LARGEST_PASTE);
        self.cut |= bytes.len() > room;
        self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn flush(&mut self, out: &mut Vec<What>) {
        if self.text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.text)).replace("\r\n", "\n").replace('\r', "\n");
        out.push(What::Paste(Untrusted::from(text)));
        if std::mem::take(&mut self.cut) {
            let text = Safe::new(format!("The paste was cut at {} MiB", LARGEST_PASTE / 1024 / 1024));
            out.push(What::Op(Op::Note { bad: true, text }));
        }
    }
}

/// What the token is in a text.
fn text_of(token: Token) -> Option<char> {
    match token {
        Token::Key(Chord { key, ctrl: false, alt: false, shift: false }) => match key {
            Key::Char(c) => Some(c),
            Key::Enter => Some('\r'),
            Key::Tab => Some('\t'),
            _ => None,
        },
        // A line feed, as Ctrl-J.
        Token::Key(Chord { key: Key::Char('j'), ctrl: true, alt: false, .. }) => Some('\n'),
        _ => None,
    }
}

fn deliver(token: Token, out: &mut Vec<What>) {
    match token {
        Token::Key(chord) => out.push(What::Key(chord)),
        Token::Mouse(mouse) => out.push(What::Mouse(mouse)),
        Token::Focus(on) => out.push(What::Focus(on)),
        Token::Ground(ground) => out.push(What::Ground(ground)),
        Token::PasteStart | Token::PasteEnd | Token::Answered | Token::Nothing => {}
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    /// Feeds the reads one after the other; `None` is a pause as long as the decoder asks for.
    fn heard(reads: &[Option<&[u8]>]) -> Vec<String> {
        let (mut decoder, mut out) = (Decoder::new("jk[]{}+-".to_owned()), Vec::new());
        for read in reads {
            match read {
                Some(bytes) => decoder.feed(bytes, &mut out),
                None => decoder.quiet(&mut out),
            }
        }
        while decoder.patience().is_some() {
            decoder.quiet(&mut out);
        }
        out.iter()
            .map(|what| match what {
                What::Key(chord) => chord.to_string(),
                What::Paste(text) => format!("paste {:?}", text.raw_for_match()),
                What::Op(Op::Note { text, .. }) => text.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn keys_pressed_by_fingers_are_keys() {
        assert_eq!(heard(&[Some(b"jj"), None, Some(b"jk"), None, Some(b"\x1b[A")]), ["j", "j", "j", "k", "↑"]);
    }

    #[test]
    fn held_arrows_are_keys_however_many_come_at_once() {
        assert_eq!(heard(&[Some(&b"\x1b[B".repeat(20))]).len(), 20);
    }

    #[test]
    fn a_key_that_is_held_down_stays_a_key_however_many_of_it_come_at_once() {
        assert_eq!(heard(&[Some(b"jjjjjjjjjjjjjjjjjjjj")]).len(), 20);
        assert_eq!(heard(&[Some(b"jjjjjjjj"), Some(b"kkkkkkkk")]).len(), 16);
        for text in [&b"yyyyyyyy"[..], b"xxxxxxxx", b"jkjkjkjk", b"jjjjjj rm -rf jjjj"] {
            let heard = heard(&[Some(text)]);
            assert!(heard.len() == 1 && heard[0].starts_with("paste"), "{heard:?}");
        }
    }

    #[test]
    fn a_burst_of_plain_keys_is_text() {
        assert_eq!(heard(&[Some(b"qqqqqqq\r")]), ["paste \"qqqqqqq\\n\""]);
        assert_eq!(heard(&[Some(b"git push\r\nq")]), ["paste \"git push\\nq\""]);
    }

    #[test]
    fn a_burst_that_arrives_in_pieces_is_one_text_to_its_last_key() {
        assert_eq!(heard(&[Some(b"hello "), Some(b"wor"), Some(b"ld\r"), Some(b"q")]), ["paste \"hello world\\nq\""]);
    }

    #[test]
    fn a_trickle_too_fast_for_fingers_becomes_text() {
        let heard = heard(&[Some(b"a"), Some(b"b"), Some(b"c"), Some(b"d"), Some(b"q"), Some(b"q")]);
        assert_eq!(heard, ["a", "b", "c", "d", "paste \"qq\""]);
    }

    #[test]
    fn keys_work_again_after_a_text() {
        assert_eq!(heard(&[Some(b"pasted text"), None, Some(b"q")]), ["paste \"pasted text\"", "q"]);
    }

    #[test]
    fn a_marked_paste_is_one_text_wherever_it_is_split() {
        let bytes = "\x1b[200~one\r\ntwo\x1b[31m漢\x1b[201~".as_bytes();
        let whole = heard(&[Some(bytes)]);
        assert_eq!(whole, ["paste \"one\\ntwo\\u{1b}[31m漢\""]);
        for cut in 1..bytes.len() {
            assert_eq!(heard(&[Some(&bytes[..cut]), Some(&bytes[cut..])]), whole, "cut at {cut}");
        }
    }

    #[test]
    fn what_follows_a_forged_end_of_paste_is_text() {
        let heard = heard(&[Some(b"\x1b[200~safe\x1b[201~q\x1b[A\x03\r:quit\r\x1b[201~"), None, Some(b"j")]);
        assert_eq!(heard, ["paste \"safeq\\n:quit\\n\"", "j"]);
    }

    #[test]
    fn lines_and_tabs_of_a_paste_come_through_marked_and_unmarked() {
        let text = "paste \"one\\n\\ttwo\\n\\nthree\\n\"";
        assert_eq!(heard(&[Some(b"\x1b[200~one\r\n\ttwo\r\rthree\n\x1b[201~")]), [text]);
        assert_eq!(heard(&[Some(b"one\r\n\ttwo\r\rthree\n")]), [text]);
    }

    #[test]
    fn a_paste_without_an_end_is_given_after_a_while_and_keys_work_again() {
        assert_eq!(heard(&[Some(b"\x1b[200~lost"), None, Some(b"q")]), ["paste \"lost\"", "q"]);
    }

    #[test]
    fn the_late_end_of_a_slow_paste_still_makes_all_before_it_text() {
        assert_eq!(heard(&[Some(b"\x1b[200~slow "), None, Some(b"q\x1b[201~")]), ["paste \"slow \"", "paste \"q\""]);
    }

    #[test]
    fn a_paste_after_one_that_was_given_up_is_whole_and_alone() {
        let heard = heard(&[Some(b"\x1b[200~lost"), None, Some(b"\x1b[200~second \x1b[201~"), None, Some(b"j")]);
        assert_eq!(heard, ["paste \"lost\"", "paste \"second \"", "j"]);
    }

    #[test]
    fn a_paste_is_cut_at_its_cap_and_says_so() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        decoder.feed(b"\x1b[200~", &mut out);
        for _ in 0..9 * 1024 {
            decoder.feed(&[b'x'; 1024], &mut out);
        }
        decoder.feed(END, &mut out);
        decoder.quiet(&mut out);
        assert!(
            matches!(&out[..], [What::Paste(text), What::Op(Op::Note { bad: true, .. })] if text.len() == LARGEST_PASTE)
        );
    }

    #[test]
    fn an_escape_key_is_known_when_nothing_follows() {
        assert_eq!(heard(&[Some(b"\x1b"), None, Some(b"[")]), ["esc", "["]);
        assert_eq!(heard(&[Some(b"\x1b"), Some(b"[A")]), ["↑"]);
    }

    #[test]
    fn every_key_split_at_every_byte_is_the_same_key() {
        for bytes in ["\x1b[A", "\x1bOA", "\x1b[1;5C", "\x1b[3~", "\x1b[15~", "\x1b[97;5u", "\x1bx", "é", "漢"] {
            let bytes = bytes.as_bytes();
            let whole = heard(&[Some(bytes)]);
            assert_eq!(whole.len(), 1);
            for cut in 1..bytes.len() {
                assert_eq!(heard(&[Some(&bytes[..cut]), Some(&bytes[cut..])]), whole, "{bytes:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn an_answer_of_the_terminal_is_no_key_however_late_and_wherever_it_is_split() {
        let bytes = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c";
        let whole = heard(&[Some(bytes)]);
        assert_eq!(whole, ["Ground(Light)"]);
        for cut in 1..bytes.len() {
            assert_eq!(heard(&[Some(&bytes[..cut]), Some(&bytes[cut..])]), whole, "cut at {cut}");
        }
        assert_eq!(heard(&[Some(b"j"), Some(bytes), Some(b"k")]), ["j", "Ground(Light)", "k"]);
        assert_eq!(heard(&[Some(b"pasted "), Some(bytes), Some(b"text")]), ["Ground(Light)", "paste \"pasted text\""]);
        let mut decoder = Decoder::default();
        decoder.feed(&bytes[..8], &mut Vec::new());
        assert_eq!(decoder.patience(), Some(LOST_END), "a slow line is given time");
        decoder.feed(&bytes[8..], &mut Vec::new());
        assert!(decoder.answered() && !decoder.answered());
    }

    #[test]
    fn an_answer_inside_a_paste_is_text() {
        assert_eq!(heard(&[Some(b"\x1b[200~a\x1b[?62c\x1b[201~")]), ["paste \"a\\u{1b}[?62c\""]);
    }

    #[test]
    fn nothing_unfinished_means_nothing_to_wait_for() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.patience(), None);
        decoder.feed(b"\x1b[B", &mut Vec::new());
        assert_eq!(decoder.patience(), None);
        decoder.feed(b"j", &mut Vec::new());
        assert_eq!(decoder.patience(), Some(AT_ONCE));
        decoder.quiet(&mut Vec::new());
        assert_eq!(decoder.patience(), None);
    }
}
