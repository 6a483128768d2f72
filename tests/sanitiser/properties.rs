//! What holds for any text at all.

use atc::text::{Safe, StyledLine, Untrusted, width};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use unicode_segmentation::UnicodeSegmentation;

use crate::judge;

/// Text in which everything the sanitiser knows about comes up often and side by side.
fn hostile() -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        3 => "[ -~]{1,6}",
        2 => any::<char>().prop_map(String::from),
        2 => prop::sample::select(vec![
            "\u{1b}", "\u{1b}[", "\u{1b}]0;", "\u{9b}", "\u{9d}", "\u{90}", "\u{9c}", "\u{1b}\\", "\u{7}", "\u{8}", "\r", "\n",
            "\r\n", "\t", "\u{7f}", "\u{85}", "\u{1b}[31m", "\u{1b}[0m", "\u{1b}[38;5;1;48;5;1m", "\u{1b}[2K", "\u{1b}P", "\u{1b}k",
            "m", ";", ":", "?", "\u{18}",
        ]).prop_map(String::from),
        2 => prop::sample::select(vec![
            "\u{200d}", "\u{200c}", "\u{200b}", "\u{202e}", "\u{fe0f}", "\u{fe0e}", "\u{301}", "\u{20e3}", "\u{e0067}", "\u{1f3fb}", "👩",
            "❤", "⌚", "🇪", "🇸", "1", "क", "\u{94d}", "ष", "ی", "م", "\u{64b}", "\u{600}", "ㅎ", "\u{1100}", "\u{1161}", "日", "é", "…", "␛1",
            "\u{0e33}", "\u{ad}", "\u{fffd}",
        ]).prop_map(String::from),
        1 => ("[a\u{301}\u{200d}👩क]", 1usize..60).prop_map(|(c, n)| c.repeat(n)),
    ];
    prop::collection::vec(bit, 0..24).prop_map(|bits| bits.concat())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_forbidden_comes_out_anywhere(raw in hostile()) {
        for (way, out) in judge::every_way_out(&raw) {
            judge::judge(way, &raw, &out);
        }
    }

    #[test]
    fn what_is_safe_stays_as_it_is(raw in hostile()) {
        let once = Untrusted::from(raw.as_str()).show_line();
        prop_assert_eq!(&Safe::new(&once), &once);
        prop_assert_eq!(&Untrusted::from(once.as_str()).show_line(), &once);
        for line in Untrusted::from(raw.as_str()).show_log() {
            let plain = line.plain();
            prop_assert_eq!(Safe::new(&plain).to_string(), plain);
        }
    }

    #[test]
    fn a_cut_of_safe_text_is_safe_and_fits(raw in hostile(), max in 0usize..30) {
        let line = Untrusted::from(raw.as_str()).show_line();
        for cut in [width::cut_end(&line, max), width::cut_middle(&line, max)] {
            prop_assert!(width::width(&cut) <= max, "{:?} at {}", cut, max);
            prop_assert_eq!(Safe::new(&cut).to_string(), cut);
        }
        for row in width::wrap(&line, max) {
            let one = row.graphemes(true).count() == 1;
            prop_assert!(one || width::width(row) <= max, "{:?} at {}", row, max);
            prop_assert_eq!(Safe::new(row).to_string(), row);
        }
        prop_assert_eq!(width::width(&width::pad_right(&line, max)), max);
        prop_assert_eq!(width::width(&width::pad_left(&line, max)), max);
    }

    #[test]
    fn wrapping_loses_nothing_but_spaces(raw in hostile(), max in 2usize..30) {
        let line = Untrusted::from(raw.as_str()).show_line();
        let ink = |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '\u{200c}' | '\u{200d}')).collect::<String>();
        prop_assert_eq!(ink(&width::wrap(&line, max).concat()), ink(&line));
    }

    #[test]
    fn plain_ascii_is_unchanged(raw in "[ -~]{0,400}") {
        let text = Untrusted::from(raw.as_str());
        prop_assert_eq!(text.show_line().to_string(), raw.clone());
        prop_assert_eq!(text.show_log().iter().map(StyledLine::plain).collect::<String>(), raw);
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(raw in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = Untrusted::from_bytes(&raw);
        for line in text.show_block() {
            judge::judge("block", "bytes", &line);
        }
    }
}
