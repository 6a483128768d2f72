//! The outline: one row a turn, with what it took, called and cost, and its first words.

use chrono::TimeDelta;
use ratatui::buffer::Buffer;

use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::tone::Words;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::text::{Safe, Untrusted, width};
use crate::transcript::Turn;
use crate::transcript::outline::Tokens;

/// Columns of the number, the time, the calls and the tokens.
const NUMBER: usize = 4;
const TOOK: usize = 7;
const CALLS: usize = 6;
const TOKENS: usize = 7;

/// `focused`: the log has the keys.
pub(super) fn draw(shown: &Shown, theme: &Theme, (area, focused): (Area, bool), buffer: &mut Buffer) {
    let columns = [("turn", NUMBER), ("took", TOOK), ("calls", CALLS), ("tokens", TOKENS)];
    let heading = columns.map(|(word, wide)| width::pad_left(word, wide)).concat();
    put_words(buffer, area, area.x + 1, area.y, &Words::one(Tone::Dim, heading), theme);
    let outline = shown.transcript.outline();
    let in_sight = shown.turns_in_sight(usize::from(area.height.saturating_sub(1)));
    // The set-up has no number: the first turn is the agent's.
    let setup = usize::from(outline.turns().first().is_some_and(|turn| turn.setup));
    for (y, index) in (area.y + 1..area.bottom()).zip(in_sight) {
        let Some(turn) = outline.turns().get(index) else { continue };
        let chosen = shown.turn() == Some(index);
        if chosen {
            let bar = theme.bar();
            let tone = if focused { Tone::Accent } else { Tone::Dim };
            put(buffer, area, area.x, y, bar, theme.style(tone));
        }
        let number = if turn.setup { String::new() } else { (index + 1 - setup).to_string() };
        // In a window of a log nobody has counted those before it.
        let number = if shown.big.is_some() { String::new() } else { number };
        let words = Untrusted::from(outline.words(index, shown.transcript.entries()).unwrap_or_default()).show_line();
        let words = if turn.setup { Safe::new(format!("set-up  {words}")) } else { words };
        let tone = match (chosen, shown.turn_start(index)) {
            (true, _) => Tone::Strong,
            (false, Some(_)) => Tone::Plain,
            // A filter leaves nothing of it.
            (false, None) => Tone::Dim,
        };
        let runs = outline.entries(index, shown.transcript.entries()).iter().any(|entry| entry.kind.is_pending());
        let row = Words::one(Tone::Dim, width::pad_left(&number, NUMBER))
            .with(Tone::Dim, figures(turn, outline.took(index).filter(|_| !runs)))
            .with(tone, format!("  {words}"));
        put_words(buffer, area, area.x + 1, y, &row, theme);
    }
}

/// What is not known of a turn is a dash: how long it took, too, where a call has no answer.
fn figures(turn: &Turn, time: Option<TimeDelta>) -> String {
    let took = time.map_or_else(|| "–".to_owned(), took);
    let tokens = Some(turn.tokens).filter(|tokens| *tokens != Tokens::default());
    let tokens = tokens.map_or_else(|| "–".to_owned(), |tokens| short(tokens.input.saturating_add(tokens.output)));
    [(took, TOOK), (turn.calls.to_string(), CALLS), (tokens, TOKENS)]
        .map(|(text, wide)| width::pad_left(&text, wide))
        .concat()
}

/// `3s`, `2m05s`, `1h02m`.
fn took(took: TimeDelta) -> String {
    let seconds = took.num_seconds();
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..360_000 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d", (seconds / 86_400).min(99_999)),
    }
}

/// `950`, `1.2k`, `46k`, `3.1M`.
fn short(number: u64) -> String {
    match number {
        ..1000 => number.to_string(),
        1000..10_000 => format!("{}.{}k", number / 1000, number % 1000 / 100),
        10_000..1_000_000 => format!("{}k", number / 1000),
        1_000_000..10_000_000 => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
        10_000_000..1_000_000_000 => format!("{}M", number / 1_000_000),
        _ => format!("{}G", (number / 1_000_000_000).min(9999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_fits_its_column() {
        for n in [0, 59, 60, 999, 1000, 9999, 10_000, 999_999, 1_000_000, 9_999_999, 1_000_000_000, u64::MAX] {
            assert!(width::width(&short(n)) < TOKENS, "{}", short(n));
            let seconds = TimeDelta::seconds(i64::try_from(n / 2000).unwrap_or(i64::MAX / 1000));
            assert!(width::width(&took(seconds)) < TOOK, "{}", took(seconds));
        }
    }

    #[test]
    fn what_a_turn_does_not_tell_is_a_dash_and_not_a_nought() {
        assert_eq!(figures(&Turn::default(), None), "      –     0      –");
        let tokens = Tokens { input: 45_000, cached: 0, output: 1200 };
        assert_eq!(figures(&Turn { tokens, calls: 12, ..Turn::default() }, None), "      –    12    46k");
    }
}
