//! L-36 to L-41: pastes and rubbish. None of it quits, none of it is taken for a command.

use std::time::Duration;

use crate::harness::{Spec, Term};

fn console() -> Term {
    let t = Spec::demo().start();
    t.console();
    t
}

/// It is still there and `q` is still a key.
fn still_there(t: Term) {
    t.answers();
    t.send("q");
    t.restored(0);
}

#[test]
fn l36_a_paste_of_a_megabyte_is_text() {
    let t = console();
    t.send("\x1b[200~");
    for _ in 0..1024 {
        t.send("q\r:quit\r".repeat(128));
    }
    t.send("\x1b[201~");
    still_there(t);
}

#[test]
fn l37_a_forged_end_of_paste_makes_no_keys() {
    let t = console();
    t.send("\x1b[200~harmless\x1b[201~q\x03:quit\r\x1b[201~");
    still_there(t);
}

#[test]
fn l38_a_paste_that_never_ends_is_given_up() {
    let t = console();
    t.send("\x1b[200~");
    for _ in 0..9 * 16 {
        t.send("q".repeat(64 * 1024));
    }
    // Two still seconds end it; a key in between is still text.
    t.answers_within(Duration::from_secs(3));
    t.send("q");
    t.restored(0);
}

#[test]
fn l39_a_paste_without_marks_is_text() {
    let t = console();
    t.send("qqqqqqqq\r:quit\rq");
    still_there(t);
}

#[test]
fn l40_reports_nobody_asked_for_are_nothing() {
    let t = console();
    for rubbish in [
        "\x1b[<0;0;0M",
        "\x1b[<0;65535;65535M",
        "\x1b[<999;1;1M",
        "\x1b[M\x20\x20\x20",
        "\x1b[I\x1b[O",
        "\x1b[?64;1;2;6c",
        "\x1b[>0;276;0c",
        "\x1b[24;80R",
        "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
        "\x1bP>|xterm(380)\x1b\\",
        "\x1b[?2026;2$y",
        "\x1b[;;;;;;;;m",
        "\x1b[99999999999999999999~",
    ] {
        t.send(rubbish);
    }
    t.send(b"\xff\xfe\xc3\xf0\x9f\x80");
    still_there(t);
}

#[test]
fn l41_a_key_split_by_a_slow_line_is_that_key() {
    let t = console();
    for bytes in ["\x1b[B", "\x1bOB", "\x1b[1;5B", "漢"] {
        for byte in bytes.as_bytes() {
            t.send([*byte]);
        }
    }
    still_there(t);
}
