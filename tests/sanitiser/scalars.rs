//! Every Unicode scalar value there is.

use std::fmt::Write;

use atc::text::{StyledLine, Untrusted};

use crate::judge::{Terminal, every_way_out, judge};

/// Scalar values but the newline, each between two letters on a line of its own, some thousands at a time. `every`: of
/// those beyond the first planes of letters only one in so many.
fn batches(every: u32) -> impl Iterator<Item = String> {
    let all: Vec<char> = (0..=0x10_ffff)
        .filter(|n| *n < 0x3000 || n % every == 0)
        .filter_map(char::from_u32)
        .filter(|c| *c != '\n')
        .collect();
    let batch = |chars: &[char]| {
        chars.iter().fold(String::new(), |mut out, c| {
            writeln!(out, "a{c}b").unwrap();
            out
        })
    };
    all.chunks(4096).map(batch).collect::<Vec<_>>().into_iter()
}

#[test]
fn no_scalar_value_gets_through_that_must_not() {
    let mut seen = 0;
    for batch in batches(1) {
        let text = Untrusted::from(batch.as_str());
        let (block, log) = (text.show_block(), text.show_log());
        for (line, styled) in block.iter().zip(&log) {
            seen += 1;
            judge("block", "", line);
            // What is the same is as good.
            if styled.runs.len() != 1 || styled.runs[0].1 != *line {
                judge("log", "", &styled.plain());
            }
            assert!(line.starts_with('a') || line.as_str() == "b ␛1", "{line}");
        }
    }
    assert_eq!(seen, 1_112_064 - 1);
}

#[test]
fn no_scalar_value_gets_into_a_sink_that_must_not() {
    let mut terminal = Terminal::new();
    for batch in batches(61) {
        for raw in batch.lines() {
            for (way, out) in every_way_out(raw) {
                judge(way, raw, &out);
                terminal.write(&out);
            }
        }
    }
    terminal.judge();
}

#[test]
fn what_deceives_is_spelled() {
    for (raw, shown) in [
        ("invoice\u{202e}fdp.exe", "invoice<U+202E>fdp.exe"),
        ("pay\u{200b}pal", "pay<U+200B>pal"),
        ("a\u{2066}b\u{2069}", "a<U+2066>b<U+2069>"),
        ("\u{feff}bom", "<U+FEFF>bom"),
        ("soft\u{ad}hyphen", "soft<U+00AD>hyphen"),
        ("tag\u{e0041}", "tag<U+E0041>"),
        ("fill\u{3164}er", "fill<U+3164>er"),
        ("private\u{e000}", "private<U+E000>"),
        ("lone\u{fe0f}", "lone<U+FE0F>"),
        ("a\u{200d}b", "a<U+200D>b"),
        ("line\u{2028}end", "line<U+2028>end"),
        ("\u{301}first", "<U+0301>first"),
    ] {
        assert_eq!(Untrusted::from(raw).show_line().as_str(), shown);
        assert_eq!(Untrusted::from(raw).show_log().iter().map(StyledLine::plain).collect::<String>(), shown);
    }
}
