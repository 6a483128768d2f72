//! Control sequences, in every form, through every way out.

use atc::text::{StyledLine, Untrusted};
use atc::transcript::{Format, Kind, Transcript};

use crate::corpus;
use crate::judge::{Terminal, every_way_out, judge};

#[test]
fn ten_thousand_hostile_strings_do_nothing_anywhere() {
    let all = corpus::hostile();
    assert!(all.len() >= 10_000, "{} strings", all.len());
    let mut terminal = Terminal::new();
    for bytes in &all {
        let raw = String::from_utf8_lossy(bytes);
        for (way, out) in every_way_out(&raw) {
            judge(way, &raw, &out);
            terminal.write(&out);
        }
    }
    terminal.judge();
}

#[test]
fn named_sequences_leave_their_words_and_a_mark() {
    let named = corpus::named();
    assert!(named.len() >= 60);
    let mut terminal = Terminal::new();
    for (what, sequence) in named {
        let raw = format!("before {sequence} after");
        for (way, out) in every_way_out(&raw) {
            judge(way, &raw, &out);
            terminal.write(&out);
        }
        let line = Untrusted::from(raw.as_str()).show_line();
        assert!(line.starts_with("before ") && line.contains(" after ␛"), "{what}: {line}");
        let log = Untrusted::from(raw.as_str()).show_log();
        assert!(log[0].removed > 0, "{what} disappeared silently");
    }
    terminal.judge();
}

#[test]
fn what_follows_a_hostile_sequence_is_in_sight() {
    for bytes in corpus::hostile() {
        let raw = format!("{}\nnext line", String::from_utf8_lossy(&bytes));
        for lines in [
            Untrusted::from(raw.as_str()).show_block().iter().map(ToString::to_string).collect::<Vec<_>>(),
            Untrusted::from(raw.as_str()).show_log().iter().map(StyledLine::plain).collect(),
        ] {
            assert_eq!(lines.last().map(String::as_str), Some("next line"), "{raw:?}");
            // Only a string sequence without an end may take the rest of its own line, never a finished one.
            let ended = [&b"\x07"[..], b"\x1b\\", b"\xc2\x9c", b"\x18", b"\x1a"];
            let finished = ended.iter().any(|end| bytes.ends_with(&[end, &b"zafter"[..]].concat()));
            assert!(!finished || lines.concat().contains("after"), "{raw:?} gave {lines:?}");
        }
    }
}

#[test]
fn an_unterminated_string_of_any_length_hides_at_most_four_kilobytes() {
    for length in [1, 2, 10, 100, 1000, 2000, 4000, 4090, 4095, 4096, 4097, 4100, 5000, 6000, 7000, 8000, 8192] {
        for start in ["\u{1b}]0;", "\u{1b}P", "\u{1b}_", "\u{1b}^", "\u{1b}X", "\u{9d}"] {
            let raw = format!("{start}{}TAIL\nnext", "x".repeat(length));
            let log: Vec<_> = Untrusted::from(raw.as_str()).show_log().iter().map(StyledLine::plain).collect();
            assert_eq!(log[1], "next");
            assert!(length < 4096 || log[0].contains("TAIL"), "{start:?} {length}");
            assert!(log[0].len() + 4096 >= length, "{start:?} {length}");
        }
    }
}

#[test]
fn controls_give_the_same_text_wherever_the_bytes_are_cut() {
    let whole = |log: &[u8]| {
        let mut transcript = Transcript::new(Format::JobLog);
        transcript.absorb(log);
        transcript.finish();
        shown(&transcript)
    };
    for c1 in 0x80..=0x9fu8 {
        for form in [vec![0xc2, c1], vec![c1], vec![0x1b, c1 - 0x40]] {
            let log = [b"2026-11-20T12:00:00.0000000Z a", form.as_slice(), b"31mb\x1b]0;t\x07c\n"].concat();
            let expected = whole(&log);
            for at in 0..=log.len() {
                let mut transcript = Transcript::new(Format::JobLog);
                transcript.absorb(&log[..at]);
                transcript.absorb(&log[at..]);
                transcript.finish();
                assert_eq!(shown(&transcript), expected, "{c1:02x} cut at {at}");
            }
        }
    }
}

fn shown(transcript: &Transcript) -> Vec<StyledLine> {
    let lines = transcript.entries().iter().map(|entry| match &entry.kind {
        Kind::Line(text) => text.show_log(),
        other => panic!("{other:?}"),
    });
    lines.flatten().collect()
}

#[test]
fn a_carriage_return_keeps_the_last_of_what_was_written() {
    for (raw, shown) in [
        ("10%\r20%\r30%", "30% ␛2"),
        ("10%\r20%\r", "20% ␛1"),
        ("one\r\ntwo\r\n", "one two"),
        ("\rfirst", "first"),
        ("a\r\u{1b}[Kb", "b ␛2"),
        ("a\r\u{1b}[K", "a ␛1"),
        ("\r\r\r", ""),
    ] {
        assert_eq!(Untrusted::from(raw).show_line().as_str(), shown, "{raw:?}");
    }
}

#[test]
fn tabs_become_spaces_to_the_next_stop() {
    for (raw, shown) in [
        ("a\tb", "a       b"),
        ("\tb", "        b"),
        ("日\tb", "日      b"),
        ("1234567\t8", "1234567 8"),
        ("12345678\t9", "12345678        9"),
    ] {
        assert_eq!(Untrusted::from(raw).show_line().as_str(), shown);
    }
}

#[test]
fn a_spelled_text_hides_nothing() {
    let spelled = Untrusted::from("rm \u{1b}[8m-rf\u{1b}[0m \u{9b}1m ~\u{7}\0\u{7f}\u{202e}\tx").show_spelled();
    assert_eq!(spelled[0].as_str(), "rm ^[[8m-rf^[[0m <U+009B>1m ~^G^@^?<U+202E>     x");
}

#[test]
fn a_line_is_folded_at_sixteen_kilobytes_and_says_how_much_is_not_shown() {
    let raw = "x".repeat(1 << 20);
    let line = Untrusted::from(raw.as_str()).show_log().remove(0).plain();
    assert!(line.len() <= 16 * 1024);
    let (shown, rest) = line.split_once("… +").unwrap();
    let hidden: usize = rest.strip_suffix(" bytes").unwrap().parse().unwrap();
    assert_eq!(shown.len() + hidden, raw.len());
    let title = Untrusted::from(raw.as_str()).show_line();
    assert_eq!(atc::text::width::width(&title), 2000);
    let many = "word\u{7} ".repeat(1 << 16);
    assert!(Untrusted::from(many.as_str()).show_line().ends_with(" ␛65536"), "the mark is not cut off");
}

#[test]
fn marks_and_joined_pictures_stay_within_their_cells() {
    for raw in [
        format!("a{}b", "\u{301}".repeat(100_000)),
        format!("{}b", "👩\u{200d}".repeat(10_000)),
        format!("👩{}b", "\u{fe0f}".repeat(10_000)),
        format!("क{}b", "\u{94d}\u{200d}".repeat(10_000)),
        "\u{1f3fb}".repeat(10_000),
        "\u{e0041}".repeat(10_000),
    ] {
        for (way, out) in every_way_out(&raw) {
            judge(way, &raw[..20.min(raw.floor_char_boundary(20))], &out);
        }
        assert!(Untrusted::from(raw.as_str()).show_line().contains(['b', '…']));
    }
    let kept = format!("a{}", "\u{301}".repeat(8));
    assert_eq!(Untrusted::from(kept.as_str()).show_line().as_str(), kept);
}

#[test]
fn carets_of_json_escapes_are_text() {
    for raw in ["\\u001b[31m", "\\\\u001b", "\\x1b[0m", "^[[31m", "&#27;[31m", "%1b[31m"] {
        assert_eq!(Untrusted::from(raw).show_line().as_str(), raw);
    }
}

/// Run alone in a process of its own, so that what it measures is its own.
#[test]
#[ignore = "started by the next test"]
fn sixty_four_megabytes_alone() {
    let mut raw = String::with_capacity((64 << 20) + 4);
    raw.push_str("\u{1b}]0;");
    raw.extend(std::iter::repeat_n("0123456789abcdef", 4 << 20));
    let text = Untrusted::from(raw);
    // The first call reads this program's own code into memory, which is not what a text costs.
    let warm = Untrusted::from(format!("\u{1b}]0;{}", "0123456789abcdef".repeat(4096)));
    assert!(!warm.show_log().is_empty() && !warm.show_line().is_empty());
    let before = peak();
    let shown = text.show_log();
    assert!(shown[0].plain().len() <= 16 * 1024);
    assert!(text.show_line().len() <= 16 * 1024);
    println!("grew {} KiB", peak() - before);
}

/// The most memory this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn sixty_four_megabytes_of_an_unterminated_string_cost_next_to_nothing() {
    let me = std::env::current_exe().unwrap();
    let run = std::process::Command::new(me)
        .args(["injection::sixty_four_megabytes_alone", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let grew = said.lines().find_map(|line| line.split("grew ").nth(1)?.strip_suffix(" KiB")).expect("a figure");
    assert!(grew.parse::<u64>().unwrap() <= 1024, "{grew} KiB");
}
