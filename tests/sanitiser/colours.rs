//! Colours kept as values are the colours a terminal would have shown.
#![cfg(unix)]

use atc::text::{Colour, Sgr, StyledLine};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use vt100::Color;

fn known(colour: Option<Colour>) -> Color {
    match colour {
        None => Color::Default,
        Some(Colour::Ansi(n) | Colour::Indexed(n)) => Color::Idx(n),
        Some(Colour::Rgb(r, g, b)) => Color::Rgb(r, g, b),
    }
}

/// The style of each column of the line.
fn styles(line: &str) -> Vec<Sgr> {
    let line = StyledLine::new(line);
    line.runs.iter().flat_map(|(sgr, text)| text.chars().map(|_| *sgr)).collect()
}

/// Foregrounds are bright and backgrounds dark, so that none is too close to be kept.
fn parameter() -> impl Strategy<Value = String> {
    prop_oneof![
        // Not 2: this emulator takes dim for the opposite of bold.
        prop::sample::select(vec![0, 1, 3, 4, 7, 22, 23, 24, 27, 39, 49]).prop_map(|n| n.to_string()),
        prop::sample::select(vec![32, 33, 36, 92, 93, 96, 97, 40, 44]).prop_map(|n: i32| n.to_string()),
        (46u8..52).prop_map(|n| format!("38;5;{n}")),
        (232u8..236).prop_map(|n| format!("48;5;{n}")),
        (200u8..=255, 200u8..=255, 0u8..=255).prop_map(|(r, g, b)| format!("38;2;{r};{g};{b}")),
        (0u8..60, 0u8..60, 0u8..60).prop_map(|(r, g, b)| format!("48;2;{r};{g};{b}")),
        Just(String::new()),
    ]
}

fn coloured() -> impl Strategy<Value = String> {
    let sequence = prop::collection::vec(parameter(), 0..4).prop_map(|list| format!("\u{1b}[{}m", list.join(";")));
    let piece = prop_oneof![sequence, "[a-z ]{1,5}".prop_map(|text| text)];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_cell_has_the_style_an_emulator_gives_it(line in coloured()) {
        let mut parser = vt100::Parser::new(2.try_into().unwrap(), 400.try_into().unwrap(), 0);
        parser.process(line.as_bytes());
        for (column, sgr) in styles(&line).iter().enumerate() {
            let cell = parser.screen().cell(0, u16::try_from(column).unwrap()).unwrap();
            prop_assert_eq!(
                (known(sgr.fg), known(sgr.bg), sgr.bold, sgr.dim, sgr.italic, sgr.underline, sgr.reverse),
                (cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()),
                "column {} of {:?}", column, line
            );
        }
    }
}

#[test]
fn a_style_never_reaches_the_next_line() {
    let lines = atc::text::Untrusted::from("\u{1b}[1;31;44mred\nplain").show_log();
    assert_eq!(lines[1].runs[0].0, Sgr::default());
}

#[test]
fn a_thousand_parameters_and_numbers_without_end_are_survived() {
    let many = format!("\u{1b}[{}mx", "1;".repeat(1000));
    assert_eq!(StyledLine::new(&many).plain(), "x");
    let huge = format!("\u{1b}[38;5;{}mx", "9".repeat(1000));
    assert_eq!(styles(&huge), [Sgr::default()]);
}
