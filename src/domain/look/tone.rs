//! What a piece of text means. A theme gives a meaning its look; nothing but the theme knows colours.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    Plain,
    Dim,
    Strong,
    Accent,
    AccentStrong,
    Good,
    Warn,
    WarnStrong,
    Bad,
    BadStrong,
    Odd,
    File,
    Reasoning,
    Hit,
    CurrentHit,
}

impl Tone {
    pub const COUNT: usize = 15;

    /// In their order above.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Plain,
        Self::Dim,
        Self::Strong,
        Self::Accent,
        Self::AccentStrong,
        Self::Good,
        Self::Warn,
        Self::WarnStrong,
        Self::Bad,
        Self::BadStrong,
        Self::Odd,
        Self::File,
        Self::Reasoning,
        Self::Hit,
        Self::CurrentHit,
    ];

    /// Those that tell states apart.
    pub const STATES: [Self; 7] =
        [Self::Accent, Self::Good, Self::Warn, Self::WarnStrong, Self::Bad, Self::BadStrong, Self::Odd];

    /// Its name in a theme file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Dim => "dim",
            Self::Strong => "strong",
            Self::Accent => "accent",
            Self::AccentStrong => "accent-strong",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::WarnStrong => "warn-strong",
            Self::Bad => "bad",
            Self::BadStrong => "bad-strong",
            Self::Odd => "odd",
            Self::File => "file",
            Self::Reasoning => "reasoning",
            Self::Hit => "hit",
            Self::CurrentHit => "current-hit",
        }
    }

    /// What it is for.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Plain => "text",
            Self::Dim => "what is secondary: rules, hints, quiet ages; queued, idle, cancelled",
            Self::Strong => "the selected name, headings",
            Self::Accent => "keys, the cursor's bar, commands in a log; running",
            Self::AccentStrong => "the title of the focused pane, marks",
            Self::Good => "done, passed, added lines",
            Self::Warn => "stale, stuck; cancelling",
            Self::WarnStrong => "needs you",
            Self::Bad => "faults, removed lines; timed out",
            Self::BadStrong => "failed, errors in a log",
            Self::Odd => "orphaned, sources that disagree",
            Self::File => "files an agent reads and writes",
            Self::Reasoning => "what an agent thinks",
            Self::Hit => "what a search found; laid over the text's own tone",
            Self::CurrentHit => "where the search stands; laid over, too",
        }
    }

    /// The README's table of what a theme can paint.
    pub fn markdown_table() -> String {
        let row = |tone: Self| format!("| `{}` | {} |\n", tone.word(), tone.doc());
        format!("| tone | what is painted in it |\n|---|---|\n{}", Self::ALL.map(row).concat())
    }

    /// Laid over another tone rather than in its place.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Hit | Self::CurrentHit)
    }

    /// May be fainter than text: it repeats, or matters less.
    pub fn is_secondary(self) -> bool {
        matches!(self, Self::Dim | Self::Reasoning)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn every_tone_stands_at_its_place_under_a_name_of_its_own() {
        for (n, tone) in Tone::ALL.into_iter().enumerate() {
            assert_eq!(tone as usize, n);
            assert!(!Tone::ALL[..n].iter().any(|other| other.word() == tone.word()));
        }
    }
}
