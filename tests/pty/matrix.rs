//! The table of the life-cycle matrix: every case, how it ends, and the tests that prove it. The README beside this file
//! is written from it, and a case whose test is gone fails.

use std::fmt::Write;
use std::path::{Path, PathBuf};

struct Case {
    id: u8,
    what: &'static str,
    /// The exit code, or what stands in its place.
    ends: &'static str,
    tests: &'static [&'static str],
}

const fn case(id: u8, what: &'static str, ends: &'static str, tests: &'static [&'static str]) -> Case {
    Case { id, what, ends, tests }
}

const CASES: &[(&str, &[Case])] = &[
    (
        "Exit and signals",
        &[
            case(1, "`q`", "0", &["ends::l01_q_quits"]),
            case(2, "Ctrl-C", "0", &["ends::l02_ctrl_c_quits"]),
            case(3, "SIGINT", "130", &["ends::l03_sigint_ends_in_order", "service::every_end_leaves_the_ledger_whole"]),
            case(
                4,
                "SIGTERM",
                "143",
                &["ends::l04_sigterm_ends_in_order", "service::every_end_leaves_the_ledger_whole"],
            ),
            case(5, "SIGHUP", "129", &["ends::l05_sighup_ends_in_order", "service::every_end_leaves_the_ledger_whole"]),
            case(
                6,
                "SIGQUIT",
                "131",
                &["ends::l06_sigquit_ends_in_order", "service::every_end_leaves_the_ledger_whole"],
            ),
            case(
                7,
                "Ctrl-Z",
                "stops, goes on",
                &[
                    "jobs::l07_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again",
                    "jobs::ctrl_z_without_a_shell_to_return_to_does_not_freeze_the_line",
                ],
            ),
            case(
                8,
                "SIGTSTP",
                "stops, goes on",
                &["jobs::l08_sigtstp_does_the_same", "jobs::stopped_from_outside_it_comes_back_whole"],
            ),
            case(
                9,
                "SIGCONT after a new size",
                "goes on",
                &["jobs::l09_a_terminal_resized_meanwhile_is_drawn_at_its_present_size"],
            ),
            case(
                10,
                "fg, bg, fg, twenty times",
                "goes on",
                &[
                    "jobs::l10_twenty_times_to_and_fro",
                    "jobs::l10_what_is_let_go_on_in_the_background_stops_again_and_is_fetched_like_any_job",
                ],
            ),
        ],
    ),
    (
        "Failures",
        &[
            case(11, "panic in the loop", "70", &["faults::l11_a_panic_in_the_loop"]),
            case(
                12,
                "panic in a task",
                "70",
                &["faults::l12_a_panic_in_a_task", "faults::panics_everywhere_at_once_are_one"],
            ),
            case(13, "panic in a thread", "70", &["faults::l13_a_panic_in_a_thread"]),
            case(14, "panic while drawing", "70", &["faults::l14_a_panic_while_drawing"]),
            case(15, "panic with nobody to tell", "70", &["faults::l15_a_panic_with_nobody_to_tell"]),
            case(
                16,
                "abort, stack overflow, SIGKILL",
                "the signal's; a warden gives the terminal back",
                &[
                    "faults::l16_an_abort",
                    "faults::l16_a_stack_that_overflows",
                    "faults::l16_a_kill_that_cannot_be_caught",
                    "service::every_end_leaves_the_ledger_whole",
                ],
            ),
            case(
                17,
                "an error before the first picture",
                "1, 2, 4; nothing was written to the terminal but words",
                &["ends::l17_an_error_is_told_on_a_terminal_that_was_not_touched"],
            ),
        ],
    ),
    (
        "Streams",
        &[
            case(18, "the terminal closed", "129", &["ends::l18_a_closed_terminal_ends_it"]),
            case(
                19,
                "the same, SIGHUP swallowed or ignored",
                "129, ≤ 0.1 s of processor",
                &["ends::l19_a_closed_terminal_ends_it_without_a_signal"],
            ),
            case(
                20,
                "a pipe for a terminal, a reader that leaves",
                "2; 0 or 141",
                &[
                    "ends::l20_a_pipe_instead_of_a_terminal_gets_no_escapes_and_a_hint",
                    "ends::l20_a_reader_that_goes_away_is_no_failure",
                ],
            ),
            case(
                21,
                "the terminal takes nothing (stopped reader, Ctrl-S)",
                "143; no key lost, no picture queued",
                &[
                    "ends::l21_a_terminal_that_stopped_reading_does_not_keep_it_from_ending",
                    "ends::l21_what_is_typed_while_the_terminal_reads_nothing_is_not_lost_and_pictures_are_not_queued",
                ],
            ),
            case(22, "no standard input", "0", &["ends::l22_without_standard_input_keys_come_from_the_terminal"]),
            case(23, "no terminal", "2", &["ends::l23_without_any_terminal_it_says_so"]),
        ],
    ),
    (
        "Environment",
        &[
            case(24, "`TERM=dumb`", "2, no escapes", &["places::l24_a_dumb_terminal_gets_no_escapes_and_a_hint"]),
            case(25, "`TERM` unset or empty", "2, no escapes", &["places::l25_so_does_one_without_a_name"]),
            case(26, "`NO_COLOR`", "0", &["places::l26_no_color_means_none"]),
            case(27, "terminals of every kind", "0", &["places::l27_every_kind_of_terminal_is_drawn_on_and_restored"]),
        ],
    ),
    (
        "Size",
        &[
            case(28, "1×1, 2×1, 1×200, 500×5", "0", &["places::l28_tiny_and_odd_sizes_are_borne"]),
            case(29, "0×0", "0", &["places::l29_a_terminal_that_does_not_know_its_size_is_taken_for_80_by_24"]),
            case(30, "65535×65535", "0", &["places::l30_a_giant_terminal_does_not_cost_a_giants_memory"]),
            case(
                31,
                "a thousand sizes",
                "0, the picture is a fresh one's",
                &[
                    "places::l31_a_thousand_resizes_end_in_the_last",
                    "places::l31_after_resizes_the_screen_is_that_of_a_fresh_picture",
                ],
            ),
            case(32, "sizes under a dialog", "0", &["places::l32_a_resize_while_something_covers_the_screen"]),
        ],
    ),
    (
        "Children",
        &[
            case(
                33,
                "suspended in `$EDITOR`",
                "both stop, both go on",
                &[
                    "jobs::l33_suspended_in_the_editor_both_stop_and_both_go_on",
                    "outside::an_editors_text_comes_back_and_the_terminal_with_it",
                    "outside::a_signal_ends_the_editor_and_the_console",
                ],
            ),
            case(
                34,
                "`$EDITOR` absent, or crashing",
                "goes on, the text as it was",
                &[
                    "outside::l34_an_editor_that_is_not_there_is_said_so",
                    "outside::l34_an_editor_that_crashes_leaves_the_text_and_the_console_as_they_were",
                    "outside::l34_a_line_that_an_editor_left_raw_is_put_in_order_when_it_ended_and_when_it_is_ended",
                ],
            ),
            case(
                35,
                "the browser hangs",
                "0",
                &["outside::l35_a_browser_that_hangs_holds_up_neither_keys_nor_the_end"],
            ),
        ],
    ),
    (
        "Input",
        &[
            case(
                36,
                "an honest paste of 1 MB",
                "text",
                &[
                    "keys::l36_a_paste_of_a_megabyte_is_text",
                    "outside::l36_of_an_honest_paste_of_a_megabyte_all_that_a_prompt_holds_arrives",
                ],
            ),
            case(37, "a paste with `ESC[201~` in it", "text", &["keys::l37_a_forged_end_of_paste_makes_no_keys"]),
            case(
                38,
                "a paste that never ends",
                "given up at 8 MiB or 2 s",
                &["keys::l38_a_paste_that_never_ends_is_given_up"],
            ),
            case(
                39,
                "a paste without marks",
                "text",
                &[
                    "keys::l39_a_paste_without_marks_is_text",
                    "keys::l39_a_few_keys_at_once_do_not_end_the_program_and_one_does",
                ],
            ),
            case(
                40,
                "garbage from the mouse, focus, answers nobody asked for",
                "nothing",
                &["keys::l40_reports_nobody_asked_for_are_nothing", "keys::l40_a_flood_of_rubbish_is_nothing"],
            ),
            case(
                41,
                "keys split at every byte, 0, 30 and 200 ms apart",
                "the same key",
                &[
                    "keys::l41_a_key_split_by_a_slow_line_is_that_key",
                    "keys::l41_every_escape_key_split_at_every_byte_is_the_same_step",
                ],
            ),
            case(42, "locales C, none, not UTF-8", "0", &["places::l42_any_locale_will_do"]),
        ],
    ),
    (
        "Links and races",
        &[
            case(
                43,
                "tmux: resize, paste, detach, attach",
                "0",
                &[
                    "links::l43_under_tmux_it_starts_resizes_takes_a_paste_outlives_a_detach_and_leaves_the_pane_as_it_was",
                ],
            ),
            case(
                44,
                "mosh (by night)",
                "0",
                &["links::l44_over_mosh_it_starts_resizes_and_leaves_the_terminal_as_it_was"],
            ),
            case(
                45,
                "9,600 bit/s",
                "≤ 6 kB a picture, ≤ 300 ms a key, 0 bytes at rest",
                &[
                    "links::l45_on_a_line_of_9600_bit_a_picture_is_small_and_a_key_shows_at_once",
                    "links::l45_what_a_slow_line_cannot_take_is_left_out_and_a_still_screen_costs_nothing",
                ],
            ),
            case(46, "two SIGTERM at once", "143", &["ends::l46_two_sigterms_are_one"]),
            case(
                47,
                "SIGTERM while a start is on its way",
                "143; sent once, not known in the ledger",
                &["service::l47_a_start_that_a_signal_cut_off_is_in_the_ledger_as_not_known"],
            ),
            case(48, "SIGPWR, SIGUSR1, SIGUSR2", "ignored", &["ends::l48_signals_of_no_concern_are_ignored"]),
        ],
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pty")
}

fn table() -> String {
    let count: usize = CASES.iter().map(|(_, cases)| cases.len()).sum();
    let mut out = format!(
        "# The life-cycle matrix\n\n\
         Written by `ATC_UPDATE_DOCS=1 cargo test --test pty matrix`; `cargo test` fails where it differs, or where a test\n\
         that is named here is gone.\n\n\
         {count} cases on a real pseudo terminal. Unless the table says otherwise, each ends so: the alternate screen is left, the\n\
         cursor shown, mouse, paste and focus reports off, the keyboard's protocol and the title popped, every setting of the\n\
         line as it was, the exit code as given here, no process left; at most 500 ms after a signal, 1 s after the terminal\n\
         closed. What is promised in time is measured up to five times and must hold once: other work on the machine makes a\n\
         program slower, never faster.\n"
    );
    for (group, cases) in CASES {
        let _ = writeln!(out, "\n## {group}\n\n| case | what happens | how it ends | proved by |\n|---|---|---|---|");
        for case in *cases {
            let tests: Vec<String> = case.tests.iter().map(|test| format!("`{test}`")).collect();
            let _ = writeln!(out, "| L-{:02} | {} | {} | {} |", case.id, case.what, case.ends, tests.join("<br>"));
        }
    }
    out
}

#[test]
fn every_case_is_there_and_every_test_that_is_named_exists() {
    let cases: Vec<&Case> = CASES.iter().flat_map(|(_, cases)| *cases).collect();
    assert!(cases.iter().map(|case| case.id).eq(1..=48), "48 of 48, in their order");
    for case in cases {
        assert!(!case.tests.is_empty(), "L-{:02} is proved by nothing", case.id);
        for test in case.tests {
            let (module, name) = test.split_once("::").unwrap();
            let source = std::fs::read_to_string(folder().join(format!("{module}.rs"))).unwrap();
            let at = source.find(&format!("fn {name}()")).unwrap_or_else(|| panic!("{test} is gone"));
            let before = source[..at].trim_end();
            assert!(before.ends_with(']') && before.contains("#[test]"), "{test} is no test");
        }
    }
}

#[test]
fn no_test_with_a_number_is_missing_in_the_table() {
    let named: Vec<&str> =
        CASES.iter().flat_map(|(_, cases)| cases.iter().flat_map(|case| case.tests)).copied().collect();
    for module in ["ends", "faults", "jobs", "keys", "links", "outside", "places", "service"] {
        let source = std::fs::read_to_string(folder().join(format!("{module}.rs"))).unwrap();
        for part in source.split("fn l").skip(1) {
            let Some((name, _)) = part.split_once('(') else { continue };
            if name.starts_with(|c: char| c.is_ascii_digit()) {
                let full = format!("{module}::l{name}");
                assert!(named.contains(&full.as_str()), "{full} is not in the table");
            }
        }
    }
}

#[test]
fn the_readme_is_the_table() {
    let path = folder().join("README.md");
    if std::env::var_os("ATC_UPDATE_DOCS").is_some() {
        std::fs::write(path, table()).unwrap();
        return;
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == table(),
        "tests/pty/README.md is out of date; `ATC_UPDATE_DOCS=1 cargo test --test pty matrix` writes it anew"
    );
}
