//! Takes one line apart into text and the things a terminal would act on. It recognises sequences, it does not obey them.
//!
//! A line is all there is: no sequence reaches over a newline, and none is longer than [`LONGEST`], so that an
//! unterminated one cannot swallow what follows. Nothing is copied and nothing is kept between lines.
//!
//! ```text
//!         ┌─ text ───────────────────────────────> Text
//! line ───┼─ TAB, CR ────────────────────────────> Tab, Return
//!         ├─ ESC [ or U+009B, digits ; : m ──────> Sgr(parameters)
//!         └─ any other sequence or control ──────> Other
//! ```

/// Bytes after which a sequence that has not ended is taken to be over.
const LONGEST: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Tab,
    Return,
    /// The parameters of a colour sequence: digits, `;` and `:` only.
    Sgr(&'a str),
    /// One sequence or one control character that is not to be shown.
    Other,
}

/// The pieces of one line, in order.
pub(super) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = plain_len(self.rest.as_bytes());
        if text > 0 {
            return Some(Piece::Text(self.take(text)));
        }
        let first = self.rest.chars().next()?;
        self.take(first.len_utf8());
        Some(match first {
            '\t' => Piece::Tab,
            '\r' => Piece::Return,
            '\u{1b}' => self.escape(),
            '\u{9b}' => self.csi(),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => self.string(),
            _ => Piece::Other,
        })
    }
}

impl<'a> Pieces<'a> {
    /// What follows an ESC.
    fn escape(&mut self) -> Piece<'a> {
        match self.rest.bytes().next() {
            Some(b'[') => {
                self.take(1);
                self.csi()
            }
            // OSC, DCS, SOS, PM, APC, and the title of screen and tmux.
            Some(b']' | b'P' | b'X' | b'^' | b'_' | b'k') => {
                self.take(1);
                self.string()
            }
            Some(b' '..=b'/') => {
                let between = count(self.rest.bytes(), b' ', b'/');
                let last = self.rest.as_bytes().get(between).is_some_and(|b| (b'0'..=b'~').contains(b));
                self.take(between + usize::from(last));
                Piece::Other
            }
            Some(b'0'..=b'~') => {
                self.take(1);
                Piece::Other
            }
            _ => Piece::Other,
        }
    }

    /// What follows a CSI. One that breaks off ends where it breaks off, and the rest is text.
    fn csi(&mut self) -> Piece<'a> {
        let parameters = count(self.rest.bytes(), b'0', b'?');
        let between = count(self.rest.bytes().skip(parameters), b' ', b'/');
        let last = self.rest.as_bytes().get(parameters + between).copied().filter(|b| (b'@'..=b'~').contains(b));
        let all = self.take(parameters + between + usize::from(last.is_some()));
        let parameters = all.get(..parameters).unwrap_or_default();
        let colour = last == Some(b'm') && between == 0 && parameters.bytes().all(|b| b <= b';');
        if colour { Piece::Sgr(parameters) } else { Piece::Other }
    }

    /// What follows the introducer of a string sequence, up to its end, another sequence, a carriage return or
    /// the longest a sequence may be.
    fn string(&mut self) -> Piece<'a> {
        let mut bytes = 0;
        for c in self.rest.chars() {
            if bytes + c.len_utf8() > LONGEST {
                break;
            }
            match c {
                '\u{7}' | '\u{18}' | '\u{1a}' | '\u{9c}' => {
                    bytes += c.len_utf8();
                    break;
                }
                '\u{1b}' => {
                    let end = self.rest.get(bytes..bytes + 2) == Some("\u{1b}\\");
                    bytes += if end { 2 } else { 0 };
                    break;
                }
                '\r' => break,
                _ => bytes += c.len_utf8(),
            }
        }
        self.take(bytes);
        Piece::Other
    }
}

fn count(bytes: impl Iterator<Item = u8>, from: u8, to: u8) -> usize {
    bytes.take(LONGEST).take_while(|b| (from..=to).contains(b)).count()
}

/// How many bytes from the start hold no C0, DEL or C1 control.
fn plain_len(bytes: &[u8]) -> usize {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(at) = rest.iter().position(|b| *b < b' ' || *b == 0x7f || *b == 0xc2) else { return bytes.len() };
        let at = from + at;
        // 0xC2 leads U+0080 to U+00BF: only the first half are controls.
        if bytes.get(at) != Some(&0xc2) || bytes.get(at + 1).is_none_or(|b| *b < 0xa0) {
            return at;
        }
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(line: &str) -> Vec<Piece<'_>> {
        Pieces::new(line).collect()
    }

    #[test]
    fn only_a_pure_colour_sequence_is_a_colour() {
        assert_eq!(pieces("\u{1b}[1;38:5:9mx"), [Piece::Sgr("1;38:5:9"), Piece::Text("x")]);
        assert_eq!(pieces("\u{9b}mx"), [Piece::Sgr(""), Piece::Text("x")]);
        for other in ["\u{1b}[>4;1m", "\u{1b}[?1m", "\u{1b}[1 m", "\u{1b}[2K", "\u{1b}[1;5H"] {
            assert_eq!(pieces(other), [Piece::Other], "{other:?}");
        }
    }

    #[test]
    fn a_string_sequence_ends_at_every_end_there_is() {
        for end in ["\u{7}", "\u{1b}\\", "\u{9c}", "\u{18}", "\u{1a}"] {
            for start in ["\u{1b}]", "\u{9d}", "\u{1b}P", "\u{90}", "\u{1b}_", "\u{1b}^", "\u{1b}X", "\u{1b}k"] {
                let line = format!("{start}0;title{end}seen");
                assert_eq!(pieces(&line), [Piece::Other, Piece::Text("seen")], "{line:?}");
            }
        }
        assert_eq!(
            pieces("\u{1b}]0;t\u{1b}[31mx"),
            [Piece::Other, Piece::Sgr("31"), Piece::Text("x")],
            "another sequence ends it"
        );
        assert_eq!(pieces("\u{1b}]0;t\rx"), [Piece::Other, Piece::Return, Piece::Text("x")]);
    }

    #[test]
    fn an_unterminated_string_gives_back_what_follows_its_limit() {
        let line = format!("\u{1b}]0;{}tail", "é".repeat(LONGEST));
        assert_eq!(pieces(&line).first(), Some(&Piece::Other));
        let Some(Piece::Text(text)) = pieces(&line).last().copied() else { unreachable!("the tail is text") };
        assert!(text.ends_with("tail"));
        assert!(text.len() > LONGEST, "half of the string is beyond the limit");
    }

    #[test]
    fn a_broken_sequence_gives_back_its_rest() {
        assert_eq!(pieces("\u{1b}[31éx"), [Piece::Other, Piece::Text("éx")]);
        assert_eq!(pieces("\u{1b}éx"), [Piece::Other, Piece::Text("éx")]);
        assert_eq!(pieces("\u{1b}(Bx"), [Piece::Other, Piece::Text("x")]);
        assert_eq!(pieces("x\u{1b}"), [Piece::Text("x"), Piece::Other]);
        assert_eq!(pieces("\u{1b}\u{1b}[1mx"), [Piece::Other, Piece::Sgr("1"), Piece::Text("x")]);
    }

    #[test]
    fn letters_that_share_a_byte_with_a_control_are_text() {
        assert_eq!(pieces("\u{a0}¿é\u{80}"), [Piece::Text("\u{a0}¿é"), Piece::Other]);
    }
}
