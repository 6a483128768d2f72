//! L-36 to L-41: pastes and rubbish. None of it quits, none of it is taken for a command.

use std::time::{Duration, Instant};

use crate::harness::{Spec, Term, selected};

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
fn l39_a_few_keys_at_once_do_not_end_the_program_and_one_does() {
    let t = console();
    for burst in ["qq", "qqq", "qqqq", "qu"] {
        t.send(burst);
        t.text("came at once");
        t.send("\x1b");
        t.settled(Duration::from_millis(400));
    }
    // In more than one write, as on a slow line.
    t.send("q");
    t.send("u");
    t.text("came at once");
    t.settled(Duration::from_millis(100));
    t.send("q");
    t.restored(0);
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

/// Sends the two halves with this much time between them. `false`: this machine took longer than that, and a line that
/// stands still so long has the right to be understood otherwise.
fn halves(t: &Term, bytes: &[u8], cut: usize, gap: Duration) -> bool {
    t.send(&bytes[..cut]);
    let start = Instant::now();
    t.within(gap, |_| false);
    t.send(&bytes[cut..]);
    start.elapsed() < gap + Duration::from_millis(30)
}

#[test]
fn l41_every_escape_key_split_at_every_byte_is_the_same_step() {
    let t = Spec::still().size(45, 120).start();
    t.demo();
    t.send("g");
    let first = selected(&t.settled(Duration::from_millis(300))).expect("the first task selected");
    for gap in [0, 30, 200].map(Duration::from_millis) {
        for (down, up) in
            [("\x1b[B", "\x1b[A"), ("\x1bOB", "\x1bOA"), ("\x1b[1;1B", "\x1b[1;1A"), ("\x1b[57420u", "\x1b[57419u")]
        {
            for cut in 1..down.len() {
                let mut tries = 0..20;
                loop {
                    assert!(tries.next().is_some(), "this machine is too slow to tell");
                    t.send("g");
                    t.wait("the first task selected", |screen| (selected(screen)? == first).then_some(()));
                    let (down, up) = (down.as_bytes(), up.as_bytes());
                    let in_time = halves(&t, down, cut, gap) & halves(&t, down, cut, gap) & halves(&t, up, cut, gap);
                    // Painted anew once all of them were heard.
                    t.answers();
                    let moved = t.within(Duration::from_secs(2), |screen| selected(screen) == Some(first + 1));
                    if moved {
                        break;
                    }
                    assert!(!in_time, "{down:?} cut at {cut} with {gap:?} between:\n{}", t.screen().contents());
                }
            }
        }
    }
    still_there(t);
}

/// Rubbish from files and lines gone wrong: none of it ends the console or is taken for a command.
#[test]
fn l40_a_flood_of_rubbish_is_nothing() {
    let t = console();
    let mut seed = 41_u32;
    let mut rubbish = Vec::new();
    while rubbish.len() < 64 * 1024 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Reports begin here, and end or not; no plain text, which would be a paste, and none of the keys that end.
        let pieces: [&[u8]; 10] = [
            b"\x1b[<",
            b"0;0;0",
            b"99999;",
            b"M",
            b"\x1b[?",
            b"64;1c",
            b"\x1b[I\x1b[O",
            b"\x1bP",
            b"\x1b\\",
            b"\xf0\x9f",
        ];
        rubbish.extend_from_slice(pieces[(seed >> 16) as usize % pieces.len()]);
    }
    t.send(rubbish);
    still_there(t);
}
