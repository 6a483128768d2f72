//! One token from the front of the terminal's bytes. Pure; knows nothing of time.

use crate::console::event::{Mouse, MouseKind};
use crate::console::keys::{Chord, Key};
use crate::domain::look::{Ground, Rgb};

/// A sequence that is still not ended after this many bytes is none.
const LONGEST: usize = 64;
/// The same for an answer in a string (OSC, DCS): nothing is asked that has a longer one.
const LONGEST_STRING: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Key(Chord),
    Mouse(Mouse),
    Focus(bool),
    PasteStart,
    PasteEnd,
    /// What the terminal's background is: the answer to a question, or told when it changes.
    Ground(Ground),
    /// The answer every terminal gives, asked for last: no other is under way.
    Answered,
    /// A report nobody asked for, a key nobody knows, a byte that is no text.
    Nothing,
}

/// The first token and how many bytes it takes. `None`: more bytes are needed to tell.
pub fn token(bytes: &[u8]) -> Option<(Token, usize)> {
    match bytes {
        [] | [0x1b] => None,
        [0x1b, b'[', rest @ ..] => csi(rest).map(|(token, used)| (token, used + 2)),
        [0x1b, b'O', rest @ ..] => rest.first().map(|final_byte| (ss3(*final_byte), 3)),
        [0x1b, b']', rest @ ..] => string(rest).map(|used| (operating(rest.get(..used).unwrap_or_default()), used + 2)),
        [0x1b, b'P' | b'_' | b'^' | b'X', rest @ ..] => string(rest).map(|used| (Token::Nothing, used + 2)),
        [0x1b, 0x1b, ..] => Some((plain(Key::Esc), 1)),
        [0x1b, rest @ ..] => token(rest).map(|(token, used)| (with_alt(token), used + 1)),
        [first, ..] if *first < 0x20 || *first == 0x7f => Some((control(*first), 1)),
        _ => character(bytes),
    }
}

/// What bytes mean of which no more came: a lone escape key, or Alt with a key that begins a sequence.
pub fn token_at_end(bytes: &[u8]) -> Token {
    match bytes {
        [0x1b] => plain(Key::Esc),
        [0x1b, only] if only.is_ascii_graphic() => with_alt(plain(Key::Char(char::from(*only)))),
        _ => Token::Nothing,
    }
}

fn plain(key: Key) -> Token {
    Token::Key(Chord::plain(key))
}

fn with_alt(token: Token) -> Token {
    match token {
        Token::Key(chord) => Token::Key(Chord { alt: true, ..chord }),
        other => other,
    }
}

fn control(byte: u8) -> Token {
    match byte {
        b'\r' => plain(Key::Enter),
        b'\t' => plain(Key::Tab),
        0x7f | 0x08 => plain(Key::Backspace),
        0 => Token::Key(Chord::ctrl(' ')),
        // 1 is Ctrl-A; 0x1c to 0x1f are the signs before the lower case letters.
        1..=0x1a => Token::Key(Chord::ctrl(char::from(byte + 0x60))),
        _ => Token::Key(Chord::ctrl(char::from(byte + 0x40))),
    }
}

fn character(bytes: &[u8]) -> Option<(Token, usize)> {
    let head = bytes.get(..4).unwrap_or(bytes);
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        // A character that is not whole yet, or never will be.
        Err(error) => return error.error_len().map(|bad| (Token::Nothing, bad)),
    };
    let c = valid.chars().next()?;
    let token = if c.is_control() { Token::Nothing } else { plain(Key::Char(c)) };
    Some((token, c.len_utf8()))
}

/// What follows `ESC O`: arrows and keypads of terminals in application mode.
fn ss3(final_byte: u8) -> Token {
    match final_byte {
        b'M' => plain(Key::Enter),
        // The keypad's signs and digits, in the order of ASCII.
        b'j'..=b'y' => plain(Key::Char(char::from(final_byte - 0x40))),
        _ => letter(final_byte).map_or(Token::Nothing, plain),
    }
}

fn letter(final_byte: u8) -> Option<Key> {
    Some(match final_byte {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'P' => Key::F(1),
        b'Q' => Key::F(2),
        b'R' => Key::F(3),
        b'S' => Key::F(4),
        _ => return None,
    })
}

/// What an OSC says: `11;`, then the colour of the background.
fn operating(string: &[u8]) -> Token {
    let text = std::str::from_utf8(string).unwrap_or_default().trim_end_matches(['\x07', '\x1b', '\\']);
    text.strip_prefix("11;").and_then(rgb).map_or(Token::Nothing, |rgb| Token::Ground(Ground::of(rgb)))
}

/// `rgb:RRRR/GGGG/BBBB` with one to four digits each, the same with `rgba:`, or `#` and digits for all three.
fn rgb(text: &str) -> Option<Rgb> {
    let level = |digits: &str| {
        let most = (1_u32 << (4 * u32::try_from(digits.len()).ok().filter(|n| (1..=4).contains(n))?)) - 1;
        let n = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u8::try_from(n * 255 / most).ok()
    };
    let mut levels = if let Some(digits) = text.strip_prefix('#') {
        let each = digits.len() / 3;
        [0, 1, 2].map(|n| digits.get(n * each..(n + 1) * each).and_then(level)).into_iter()
    } else {
        let body = text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:"))?;
        let mut parts = body.split('/');
        [(); 3].map(|()| parts.next().and_then(level)).into_iter()
    };
    let mut next = || levels.next().flatten();
    Some(Rgb(next()?, next()?, next()?))
}

/// Bytes that an answer to our one question is made of, after `11;`. Whatever else comes has cut it off.
fn is_of_answer(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || b"rgba:/#;?".contains(&byte)
}

/// These bytes begin an answer whose rest is under way. On a slow line it may take its time.
pub fn is_answer_begun(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1b]1") || bytes.starts_with(b"\x1b[?")
}

/// The length of a string sequence with its end: BEL or `ESC \`.
fn string(rest: &[u8]) -> Option<usize> {
    let answer = rest.starts_with(b"11;");
    for (i, byte) in rest.iter().enumerate().take(LONGEST_STRING) {
        if answer && i > 2 && !is_of_answer(*byte) && ![0x07, 0x1b].contains(byte) {
            return Some(i);
        }
        match (byte, rest.get(i + 1)) {
            (0x07, _) => return Some(i + 1),
            (0x1b, Some(b'\\')) => return Some(i + 2),
            (0x1b, Some(_)) => return Some(i),
            _ => {}
        }
    }
    (rest.len() >= LONGEST_STRING).then_some(LONGEST_STRING)
}

/// What follows `ESC [`.
fn csi(rest: &[u8]) -> Option<(Token, usize)> {
    if let [b'[', more @ ..] = rest {
        // The Linux console's first five function keys.
        return more.first().map(|byte| {
            let key = matches!(byte, b'A'..=b'E').then(|| plain(Key::F(byte - b'A' + 1)));
            (key.unwrap_or(Token::Nothing), 2)
        });
    }
    let Some(end) = rest.iter().take(LONGEST).position(|b| !(0x20..=0x3f).contains(b)) else {
        return (rest.len() >= LONGEST).then_some((Token::Nothing, LONGEST));
    };
    let (body, final_byte) = (rest.get(..end)?, *rest.get(end)?);
    if !(0x40..=0x7e).contains(&final_byte) {
        // Cut off by something else, which is looked at next.
        return Some((Token::Nothing, end));
    }
    if final_byte == b'M' && body.is_empty() {
        // The old mouse report, with three raw bytes; never turned on, but some terminals know no other.
        return (rest.len() >= end + 4).then_some((Token::Nothing, end + 4));
    }
    let token = match (body.first(), final_byte) {
        (Some(b'<'), b'M') => mouse(body.get(1..).unwrap_or_default()),
        (None, b'I') => Token::Focus(true),
        (None, b'O') => Token::Focus(false),
        (Some(b'?'), b'c') => Token::Answered,
        (Some(b'?'), b'n') => match body {
            b"?997;1" => Token::Ground(Ground::Dark),
            b"?997;2" => Token::Ground(Ground::Light),
            _ => Token::Nothing,
        },
        (Some(b'<'..=b'?'), _) => Token::Nothing,
        _ => key(&Parameters::read(body), final_byte),
    };
    Some((token, end + 1))
}

/// A report as SGR sends it: button;column;row, counted from one.
fn mouse(body: &[u8]) -> Token {
    const MODIFIERS: u16 = 4 | 8 | 16;
    let Parameters { first, second, third, .. } = Parameters::read(body);
    let kind = match first & !MODIFIERS {
        0 => MouseKind::Click,
        64 => MouseKind::WheelUp,
        65 => MouseKind::WheelDown,
        _ => return Token::Nothing,
    };
    match (second.checked_sub(1), third.checked_sub(1)) {
        (Some(column), Some(row)) => Token::Mouse(Mouse { kind, column, row }),
        _ => Token::Nothing,
    }
}

/// The numbers of a sequence. What is missing is 0.
#[derive(Debug, Default)]
struct Parameters {
    first: u16,
    /// The first number's third part: kitty's key of a Latin layout.
    base: u16,
    second: u16,
    third: u16,
    /// The second number's second part: kitty's press, repeat or release.
    event: u16,
}

impl Parameters {
    fn read(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let mut fields = text.split(';').map(|field| {
            let mut parts = field.split(':').map(|part| part.parse::<u16>().unwrap_or(0));
            [(); 3].map(|()| parts.next().unwrap_or(0))
        });
        let mut next = || fields.next().unwrap_or_default();
        let ([first, _, base], [second, event, _], [third, ..]) = (next(), next(), next());
        Self { first, base, second, third, event }
    }
}

fn key(p: &Parameters, final_byte: u8) -> Token {
    const RELEASE: u16 = 3;
    if p.event == RELEASE {
        return Token::Nothing;
    }
    match (final_byte, p.first) {
        (b'Z', _) => plain(Key::BackTab),
        (b'~', 200) => Token::PasteStart,
        (b'~', 201) => Token::PasteEnd,
        // xterm's modifyOtherKeys: 27;modifiers;character.
        (b'~', 27) => coded(p.third, p.second),
        (b'~', n) => numbered(n).map_or(Token::Nothing, |key| modified(key, p.second)),
        // A shortcut is bound to a Latin letter: on another layout it is the key in that letter's place.
        (b'u', code) if (128..57344).contains(&code) && p.base > 0 && p.second.saturating_sub(1) & (2 | 4) != 0 => {
            coded(p.base, p.second)
        }
        (b'u', code) => coded(code, p.second),
        // `R` with a row other than one is where the cursor is, which nobody asked.
        (b'R', row) if row > 1 => Token::Nothing,
        (final_byte, _) => letter(final_byte).map_or(Token::Nothing, |key| modified(key, p.second)),
    }
}

fn numbered(n: u16) -> Option<Key> {
    Some(match n {
        1 | 7 => Key::Home,
        2 => Key::Insert,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11..=15 => Key::F(u8::try_from(n - 10).ok()?),
        17..=21 => Key::F(u8::try_from(n - 11).ok()?),
        23 | 24 => Key::F(u8::try_from(n - 12).ok()?),
        _ => return None,
    })
}

/// A key given by its character or by kitty's number for it.
fn coded(code: u16, modifiers: u16) -> Token {
    let key = match code {
        9 => Key::Tab,
        13 | 57414 => Key::Enter,
        27 => Key::Esc,
        127 | 8 => Key::Backspace,
        57417 => Key::Left,
        57418 => Key::Right,
        57419 => Key::Up,
        57420 => Key::Down,
        57421 => Key::PageUp,
        57422 => Key::PageDown,
        57423 => Key::Home,
        57424 => Key::End,
        57425 => Key::Insert,
        57426 => Key::Delete,
        57399..=57408 => keypad("0123456789", code - 57399),
        57409..=57413 => keypad("./*-+", code - 57409),
        57415 => Key::Char('='),
        // F13 and on.
        57376..=57398 => Key::F(u8::try_from(code - 57376 + 13).unwrap_or_default()),
        _ => {
            match char::from_u32(u32::from(code)).filter(|c| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c))
            {
                Some(c) => Key::Char(c),
                None => return Token::Nothing,
            }
        }
    };
    modified(key, modifiers)
}

fn keypad(keys: &str, n: u16) -> Key {
    Key::Char(keys.chars().nth(usize::from(n)).unwrap_or(' '))
}

/// Modifiers as terminals send them: one more than the bits shift 1, alt 2, ctrl 4, super 8, hyper 16, meta 32, and the
/// two locks, which change nothing.
fn modified(key: Key, modifiers: u16) -> Token {
    let bits = modifiers.saturating_sub(1);
    if bits & (8 | 16) != 0 {
        return Token::Nothing;
    }
    let (shift, alt, ctrl) = (bits & 1 != 0, bits & (2 | 32) != 0, bits & 4 != 0);
    let (key, shift) = match key {
        Key::Char(c) if shift => {
            let mut upper = c.to_uppercase();
            (Key::Char(upper.next().filter(|_| upper.len() == 0).unwrap_or(c)), false)
        }
        Key::Tab if shift => (Key::BackTab, false),
        other => (other, shift),
    };
    Token::Key(Chord { key, ctrl, alt, shift })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: &str) -> Option<String> {
        match token(bytes.as_bytes()) {
            Some((Token::Key(chord), used)) if used == bytes.len() => Some(chord.to_string()),
            _ => None,
        }
    }

    #[test]
    fn a_shortcut_on_another_layout_is_the_latin_key_in_its_place() {
        for (bytes, expected) in [
            ("\x1b[1089::99;5u", "ctrl+c"),
            ("\x1b[1092::97;3u", "alt+a"),
            ("\x1b[1060:1092:97;7u", "ctrl+alt+a"),
            ("\x1b[1089::99u", "с"),
            ("\x1b[57419::1;5u", "ctrl+↑"),
            ("\x1b[97:65;5u", "ctrl+a"),
        ] {
            assert_eq!(key(bytes).as_deref(), Some(expected), "{bytes:?}");
        }
    }

    #[test]
    fn keys_read_as_they_are_written_in_the_help() {
        for (bytes, name) in [
            ("q", "q"),
            ("G", "G"),
            ("é", "é"),
            ("漢", "漢"),
            (" ", "space"),
            ("\r", "enter"),
            ("\t", "tab"),
            ("\x7f", "backspace"),
            ("\x03", "ctrl+c"),
            ("\x1a", "ctrl+z"),
            ("\0", "ctrl+space"),
            ("\x1f", "ctrl+_"),
            ("\x1bx", "alt+x"),
            ("\x1b\r", "alt+enter"),
            ("\x1b[A", "↑"),
            ("\x1bOB", "↓"),
            ("\x1b[1;5C", "ctrl+→"),
            ("\x1b[1;4D", "alt+shift+←"),
            ("\x1b[H", "home"),
            ("\x1b[4~", "end"),
            ("\x1b[3;5~", "ctrl+del"),
            ("\x1b[6~", "pgdn"),
            ("\x1b[Z", "shift+tab"),
            ("\x1bOP", "f1"),
            ("\x1b[1;2R", "shift+f3"),
            ("\x1b[[B", "f2"),
            ("\x1b[15~", "f5"),
            ("\x1b[24~", "f12"),
            ("\x1bOM", "enter"),
            ("\x1bOq", "1"),
        ] {
            assert_eq!(key(bytes).as_deref(), Some(name), "{bytes:?}");
        }
    }

    #[test]
    fn keys_of_terminals_that_tell_them_apart_are_the_same_keys() {
        for (bytes, name) in [
            ("\x1b[27u", "esc"),
            ("\x1b[99;5u", "ctrl+c"),
            ("\x1b[97;3u", "alt+a"),
            ("\x1b[97;2u", "A"),
            ("\x1b[9;2u", "shift+tab"),
            ("\x1b[13;5u", "ctrl+enter"),
            ("\x1b[57399u", "0"),
            ("\x1b[57420u", "↓"),
            ("\x1b[115;69u", "ctrl+s"),
            ("\x1b[97;1:1u", "a"),
            ("\x1b[1;1:2B", "↓"),
            ("\x1b[27;5;109~", "ctrl+m"),
            ("\x1b[105;5u", "ctrl+i"),
            ("\x1b[120;6u", "ctrl+X"),
            ("\x1b[57376u", "f13"),
            ("\x1b[57398u", "f35"),
        ] {
            assert_eq!(key(bytes).as_deref(), Some(name), "{bytes:?}");
        }
    }

    #[test]
    fn releases_reports_and_rubbish_are_nothing_and_swallowed_whole() {
        for bytes in [
            "\x1b[97;1:3u",
            "\x1b[1;1:3A",
            "\x1b[97;9u",
            "\x1b[>0;276;0c",
            "\x1b[24;80R",
            "\x1b[8;24;80t",
            "\x1b[?2026;2$y",
            "\x1b[<0;0;0M",
            "\x1b[<0;99999;1M",
            "\x1b[<0;5;5m",
            "\x1b[<35;5;5M",
            "\x1b[M !!",
            "\x1b]10;rgb:0000/0000/0000\x07",
            "\x1b]11;rgb:00/00\x07",
            "\x1b]11;rgb:00000/0/0\x07",
            "\x1b]11;?\x07",
            "\x1b[?997;3n",
            "\x1bP1$r0m\x1b\\",
            "\x1b[57441u",
            "\u{9b}",
        ] {
            assert_eq!(token(bytes.as_bytes()), Some((Token::Nothing, bytes.len())), "{bytes:?}");
        }
    }

    #[test]
    fn mouse_and_focus_are_reported() {
        let mouse = |kind, column, row| Token::Mouse(Mouse { kind, column, row });
        for (bytes, expected) in [
            ("\x1b[<0;1;1M", mouse(MouseKind::Click, 0, 0)),
            ("\x1b[<16;300;40M", mouse(MouseKind::Click, 299, 39)),
            ("\x1b[<64;2;3M", mouse(MouseKind::WheelUp, 1, 2)),
            ("\x1b[<65;2;3M", mouse(MouseKind::WheelDown, 1, 2)),
            ("\x1b[I", Token::Focus(true)),
            ("\x1b[O", Token::Focus(false)),
        ] {
            assert_eq!(token(bytes.as_bytes()), Some((expected, bytes.len())), "{bytes:?}");
        }
    }

    #[test]
    fn the_background_is_read_in_every_form_terminals_say_it() {
        for (bytes, ground) in [
            ("\x1b]11;rgb:0000/0000/0000\x07", Ground::Dark),
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", Ground::Light),
            ("\x1b]11;rgb:fd/f6/e3\x1b\\", Ground::Light),
            ("\x1b]11;rgb:0/2/3\x07", Ground::Dark),
            ("\x1b]11;rgba:ffff/ffff/ffff/0000\x07", Ground::Light),
            ("\x1b]11;#002b36\x07", Ground::Dark),
            ("\x1b]11;#ffffffffffff\x07", Ground::Light),
            ("\x1b[?997;1n", Ground::Dark),
            ("\x1b[?997;2n", Ground::Light),
        ] {
            assert_eq!(token(bytes.as_bytes()), Some((Token::Ground(ground), bytes.len())), "{bytes:?}");
        }
        assert_eq!(token(b"\x1b[?64;1;2c"), Some((Token::Answered, 10)));
    }

    #[test]
    fn a_key_in_the_middle_of_an_answer_ends_it_and_stays_a_key() {
        let bytes = b"\x1b]11;rgb:00j";
        let (first, used) = token(bytes).unwrap_or((Token::PasteEnd, 0));
        assert_eq!(first, Token::Nothing);
        assert_eq!(bytes.get(used..), Some(&b"j"[..]));
    }

    #[test]
    fn every_beginning_of_a_sequence_waits_for_the_rest() {
        for whole in [
            "\x1b[A",
            "\x1bOA",
            "\x1b[1;5C",
            "\x1b[<64;12;13M",
            "\x1b[200~",
            "漢",
            "\x1bé",
            "\x1b]11;rgb:00/00/00\x1b\\",
            "\x1b]x\x1b\\",
            "\x1b[?1;2c",
            "\x1b[M !!",
        ] {
            for cut in 1..whole.len() {
                assert_eq!(token(whole.as_bytes().get(..cut).unwrap_or_default()), None, "{whole:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_sequence_cut_off_by_another_leaves_the_other_whole() {
        assert_eq!(token(b"\x1b[12\x1b[A"), Some((Token::Nothing, 4)));
        assert_eq!(token(b"\x1b\x1b[A"), Some((Token::Key(Chord::plain(Key::Esc)), 1)));
    }

    #[test]
    fn an_escape_that_nothing_follows_is_the_key() {
        assert_eq!(token_at_end(b"\x1b"), Token::Key(Chord::plain(Key::Esc)));
        assert_eq!(token_at_end(b"\x1b["), Token::Key(Chord { alt: true, ..Chord::char('[') }));
        assert_eq!(token_at_end(b"\x1b[1;"), Token::Nothing);
    }

    #[test]
    fn any_bytes_at_all_are_read_to_their_end() {
        let mut seed = 7_u32;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..12)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *b"\x1b\x1b[[O<0;~uMRA\xe6\x80\x07a".get((seed >> 16) as usize % 18).unwrap_or(&0)
                })
                .collect();
            let mut rest = bytes.as_slice();
            while let Some((_, used)) = token(rest) {
                assert!(used > 0 && used <= rest.len(), "{bytes:?}");
                rest = rest.get(used..).unwrap_or_default();
            }
            token_at_end(rest);
        }
    }
}
