//! Text whose colours are kept as values: SGR sequences become an [`Sgr`], never bytes.

use super::clean;
use super::safe::Safe;

/// Parameters of one sequence that are looked at.
const PARAMETERS: usize = 32;

/// A colour as a log asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// One of the terminal's 16.
    Ansi(u8),
    /// One of the 256, from 16 on.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// The attributes of a run of text. Blink and conceal are never kept.
#[expect(clippy::struct_excessive_bools, reason = "each is one attribute of a terminal cell")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sgr {
    pub fg: Option<Colour>,
    pub bg: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub reverse: bool,
    pub crossed_out: bool,
}

impl Sgr {
    /// Applies the parameters of one sequence, `1;38;5;9` or `38:2::255:0:0`.
    pub(super) fn apply(&mut self, parameters: &str) {
        let mut list = parameters.split(';').take(PARAMETERS);
        while let Some(parameter) = list.next() {
            let mut parts = parameter.split(':');
            let code = parts.next().unwrap_or_default();
            let parts: Vec<&str> = parts.take(PARAMETERS).collect();
            match number(code) {
                38 => self.fg = colour(&parts, &mut list).or(self.fg),
                48 => self.bg = colour(&parts, &mut list).or(self.bg),
                // The colour of an underline is read, so that its numbers are not taken for attributes.
                58 => drop(colour(&parts, &mut list)),
                4 => self.underline = parts.first().is_none_or(|kind| number(kind) != 0),
                _ if !parts.is_empty() => {}
                code => self.attribute(code),
            }
        }
    }

    fn attribute(&mut self, code: u16) {
        let low = u8::try_from(code % 10).unwrap_or_default();
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            7 => self.reverse = true,
            9 => self.crossed_out = true,
            21 => self.underline = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.reverse = false,
            29 => self.crossed_out = false,
            30..=37 => self.fg = Some(Colour::Ansi(low)),
            39 => self.fg = None,
            40..=47 => self.bg = Some(Colour::Ansi(low)),
            49 => self.bg = None,
            90..=97 => self.fg = Some(Colour::Ansi(low + 8)),
            100..=107 => self.bg = Some(Colour::Ansi(low + 8)),
            _ => {}
        }
    }

    /// Text in the colour of its background would be hidden: the background goes.
    #[must_use]
    pub(super) fn readable(mut self) -> Self {
        let close = match (self.fg, self.bg) {
            (Some(fg), Some(bg)) => fg == bg || distance(fg.rgb(), bg.rgb()) < 48,
            _ => false,
        };
        if close {
            self.bg = None;
        }
        self
    }
}

/// What follows 38, 48 or 58: in the same parameter after colons, or in the next parameters.
fn colour<'a>(parts: &[&str], list: &mut impl Iterator<Item = &'a str>) -> Option<Colour> {
    let mut next = |i: usize| match parts {
        [] => list.next().map(byte),
        _ => parts.get(i).map(|p| byte(p)),
    };
    match next(0)?? {
        5 => {
            let index = next(1)??;
            Some(if index < 16 { Colour::Ansi(index) } else { Colour::Indexed(index) })
        }
        2 => {
            // With colons there may be a colour space first, mostly empty.
            let from = if parts.len() > 4 { 2 } else { 1 };
            let rgb = (next(from), next(from + 1), next(from + 2));
            Some(Colour::Rgb(rgb.0??, rgb.1??, rgb.2??))
        }
        // Nobody knows how many numbers an unknown form takes: none that follows is an attribute.
        _ if parts.is_empty() => {
            list.for_each(drop);
            None
        }
        _ => None,
    }
}

/// A parameter as a number: empty is 0, too large is as large as can be.
fn number(text: &str) -> u16 {
    if text.is_empty() { 0 } else { text.parse().unwrap_or(u16::MAX) }
}

/// A number that is not a colour value is no colour.
fn byte(text: &str) -> Option<u8> {
    u8::try_from(number(text)).ok()
}

impl Colour {
    /// As the common palette draws it.
    fn rgb(self) -> [u8; 3] {
        match self {
            Self::Ansi(n) => {
                let on = if n < 8 { 170 } else { 255 };
                let channel = |bit: u8| if n & bit != 0 { on } else { u8::from(n == 8) * 85 };
                if n == 7 { [192; 3] } else { [channel(1), channel(2), channel(4)] }
            }
            Self::Indexed(n @ 232..) => [8 + 10 * (n - 232); 3],
            Self::Indexed(n) => {
                let n = n.saturating_sub(16);
                [n / 36, n / 6 % 6, n % 6].map(|step| if step == 0 { 0 } else { 55 + 40 * step })
            }
            Self::Rgb(r, g, b) => [r, g, b],
        }
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u16 {
    a.iter().zip(b).map(|(a, b)| u16::from(a.abs_diff(b))).sum()
}

/// One line of safe text with its runs of attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledLine {
    /// Runs in order; their texts joined are the line.
    pub runs: Vec<(Sgr, Safe)>,
    /// Control sequences taken out of this line (colours are not counted).
    pub removed: u32,
}

impl StyledLine {
    /// One line of a log, made safe. A newline in it is taken out like any other control.
    pub fn new(raw: &str) -> Self {
        if raw.is_empty() {
            return Self::default();
        }
        if clean::is_clean(raw) {
            return Self { runs: vec![(Sgr::default(), Safe::trusted(raw.into()))], removed: 0 };
        }
        let line = clean::line(raw, true, 0);
        let note = line.note();
        let mut runs: Vec<_> = line.runs.into_iter().map(|(sgr, text)| (sgr, Safe::trusted(text))).collect();
        if !note.is_empty() {
            runs.push((Sgr { dim: true, ..Sgr::default() }, Safe::trusted(note)));
        }
        Self { runs, removed: line.removed }
    }

    pub fn plain(&self) -> String {
        self.runs.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// `␛n`, to be shown dim after the line: this many sequences were taken out of it. Empty when none was.
    pub fn marker(&self) -> Safe {
        Safe::trusted(clean::marker(self.removed).trim_start().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sgr(parameters: &str) -> Sgr {
        let mut sgr = Sgr::default();
        sgr.apply(parameters);
        sgr
    }

    #[test]
    fn both_forms_of_extended_colours_are_read() {
        for form in ["38;2;1;2;3", "38:2:1:2:3", "38:2::1:2:3"] {
            assert_eq!(sgr(form).fg, Some(Colour::Rgb(1, 2, 3)), "{form}");
        }
        for form in ["48;5;200", "48:5:200"] {
            assert_eq!(sgr(form).bg, Some(Colour::Indexed(200)), "{form}");
        }
        assert_eq!(sgr("38;5;9").fg, Some(Colour::Ansi(9)));
        assert_eq!(sgr("58;5;1;1"), Sgr { bold: true, ..Sgr::default() }, "an underline's colour sets nothing else");
    }

    #[test]
    fn attributes_are_set_and_taken_back() {
        let all = sgr("1;2;3;4;7;9;31;103");
        assert!(all.bold && all.dim && all.italic && all.underline && all.reverse && all.crossed_out);
        assert_eq!((all.fg, all.bg), (Some(Colour::Ansi(1)), Some(Colour::Ansi(11))));
        let mut none = all;
        none.apply("22;23;24;27;29;39;49");
        assert_eq!(none, Sgr::default());
        none = all;
        none.apply("");
        assert_eq!(none, Sgr::default());
        assert_eq!(sgr("4:0"), Sgr::default());
        assert!(sgr("4:3").underline);
    }

    #[test]
    fn blink_conceal_and_nonsense_leave_no_trace() {
        for parameters in ["5", "6", "8", "99999999999", "38;5;999", "38;2;1;2", "38;9;1", ":::", "1:1"] {
            assert_eq!(sgr(parameters), Sgr::default(), "{parameters}");
        }
    }

    #[test]
    fn only_the_first_parameters_count() {
        assert_eq!(sgr(&format!("{}31", "0;".repeat(PARAMETERS))).fg, None);
        assert_eq!(sgr(&format!("{}31", "0;".repeat(PARAMETERS - 1))).fg, Some(Colour::Ansi(1)));
    }

    #[test]
    fn text_in_the_colour_of_its_background_is_shown() {
        for hidden in ["31;41", "38;5;1;41", "38;2;10;10;10;48;2;12;12;12", "38;5;232;40"] {
            let line = StyledLine::new(&format!("\u{1b}[{hidden}mseen"));
            assert_eq!(line.runs.first().map(|(sgr, _)| sgr.bg), Some(None), "{hidden}");
        }
        let line = StyledLine::new("\u{1b}[37;41mseen");
        assert_eq!(line.runs.first().and_then(|(sgr, _)| sgr.bg), Some(Colour::Ansi(1)));
    }

    #[test]
    fn a_colour_that_begins_inside_a_character_begins_after_it() {
        let line = StyledLine::new("e\u{1b}[31m\u{301}x");
        let texts: Vec<_> = line.runs.iter().map(|(sgr, text)| (sgr.fg, text.as_str())).collect();
        assert_eq!(texts, [(None, "e\u{301}"), (Some(Colour::Ansi(1)), "x")]);
    }

    #[test]
    fn colours_end_with_their_line_and_survive_a_return() {
        let lines = crate::text::Untrusted::from("\u{1b}[31m10%\r20%\nplain").show_log();
        assert_eq!(lines.iter().map(StyledLine::plain).collect::<Vec<_>>(), ["20%", "plain"]);
        let fg = |i: usize| lines.get(i).and_then(|l| l.runs.first()).map(|(sgr, _)| sgr.fg);
        assert_eq!(fg(0), Some(Some(Colour::Ansi(1))));
        assert_eq!(fg(1), Some(None));
    }
}
