//! L-07 to L-10, L-33: suspended and continued, under a shell with job control.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{ATC, PATIENCE, Spec, Term, assert_restored};
use crate::outside::{opens_the_editor, script};

const PROMPT: &str = "shell$ ";

/// The console as the job of an interactive shell, and its process id.
fn job() -> (Term, Pid) {
    job_with("EDITOR", "vi")
}

fn job_with(name: &str, value: &str) -> (Term, Pid) {
    let bash = Spec::new("bash", &["--norc", "--noprofile", "--noediting", "-i"]);
    let shell = bash.env("PS1", PROMPT).env("ATC", ATC).env(name, value).start();
    shell.text(PROMPT);
    shell.send("sh -c 'echo pid=$$.; exec \"$ATC\" demo'\n");
    let pid = shell.bytes("the job's id", |raw| {
        raw.lines().find_map(|line| line.trim().strip_prefix("pid=")?.strip_suffix('.')?.parse::<i32>().ok())
    });
    shell.console();
    (shell, Pid::from_raw(pid).unwrap())
}

fn stopped(shell: &Term) {
    shell.wait("the shell's prompt", |screen| {
        let text = screen.contents();
        (!screen.alternate_screen() && text.trim_end().ends_with(PROMPT.trim_end()) && text.contains("Stopped"))
            .then_some(())
    });
    assert_restored(&shell.screen(), &shell.raw());
}

fn leave(shell: Term) {
    shell.send("q");
    shell.wait("the shell again", |screen| (!screen.alternate_screen()).then_some(()));
    shell.send("echo code=$?; exit\n");
    shell.text("code=0");
    let (_, screen, raw) = shell.end();
    assert_restored(&screen, &raw);
}

#[test]
fn l07_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let (shell, _) = job();
    shell.send("\x1a");
    stopped(&shell);
    shell.send("fg\n");
    shell.console();
    shell.answers();
    leave(shell);
}

#[test]
fn l08_sigtstp_does_the_same() {
    let (shell, pid) = job();
    kill_process(pid, Signal::TSTP).unwrap();
    stopped(&shell);
    shell.send("fg\n");
    shell.console();
    leave(shell);
}

#[test]
fn l09_a_terminal_resized_meanwhile_is_drawn_at_its_present_size() {
    let (shell, _) = job();
    shell.send("\x1a");
    stopped(&shell);
    shell.resize(40, 132);
    shell.send("fg\n");
    shell.console();
    shell.wait("something drawn beyond the old size", |screen| {
        let row = |r: u16| screen.rows(0, 132).nth(usize::from(r)).unwrap_or_default();
        (24..40).any(|r| !row(r).trim().is_empty()).then_some(())
    });
    leave(shell);
}

#[test]
fn l10_twenty_times_to_and_fro() {
    let (shell, _) = job();
    for _ in 0..20 {
        shell.send("\x1a");
        stopped(&shell);
        shell.send("clear; fg\n");
        shell.console();
    }
    shell.answers();
    leave(shell);
}

#[test]
fn l10_what_is_let_go_on_in_the_background_stops_again_and_is_fetched_like_any_job() {
    let (shell, _) = job();
    shell.send("\x1a");
    stopped(&shell);
    // Fetched while it still looks whether the terminal is its own.
    shell.send("clear; bg; fg\n");
    shell.console();
    shell.answers();
    shell.send("\x1a");
    stopped(&shell);
    shell.send("clear; bg\n");
    let start = std::time::Instant::now();
    while !shell.within(Duration::from_millis(400), |screen| screen.contents().contains("Stopped")) {
        assert!(start.elapsed() < PATIENCE, "{}", shell.screen().contents());
        shell.send("clear; jobs\n");
    }
    shell.send("clear; fg\n");
    shell.console();
    shell.answers();
    leave(shell);
}

#[test]
fn stopped_from_outside_it_comes_back_whole() {
    let (shell, pid) = job();
    kill_process(pid, Signal::STOP).unwrap();
    shell.text("Stopped");
    shell.send("fg\n");
    shell.console();
    shell.answers();
    leave(shell);
}

#[test]
fn ctrl_z_without_a_shell_to_return_to_does_not_freeze_the_line() {
    let t = Spec::demo().start();
    t.console();
    t.send("\x1a");
    t.answers();
    t.send("q");
    t.restored(0);
}

#[test]
fn l33_suspended_in_the_editor_both_stop_and_both_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let editor = script(folder.path(), "echo EDITING; read line; echo \"$line\" > \"$1\"");
    let (shell, _) = job_with("EDITOR", &editor);
    opens_the_editor(&shell);
    shell.text("EDITING");
    let at_the_prompt = |screen: &vt100::Screen| {
        let text = screen.contents();
        text.trim_end().ends_with(PROMPT.trim_end()) && text.contains("Stopped")
    };
    for _ in 0..3 {
        // A key that comes before the shell has handed the terminal over is the shell's, which does not mind it. Asked
        // again only long after: of two that are heard, the second may stop the job in the moment in which it goes on,
        // which the shell does not always notice.
        let start = std::time::Instant::now();
        shell.send("\x1a");
        while !shell.within(PATIENCE / 4, at_the_prompt) {
            assert!(start.elapsed() < PATIENCE, "not stopped:\n{}", shell.screen().contents());
            shell.send("\x1a");
        }
        shell.send("clear; echo; fg\n");
        // Named by `fg` itself: what the stop said is cleared away by then.
        let resumed = |text: &str| text.contains("sh -c") && !text.contains("Stopped");
        shell.wait("the job named", |s| resumed(&s.contents()).then_some(()));
    }
    shell.send("what was written there\n");
    shell.text("what was written there");
    shell.wait("the form again", |s| (s.alternate_screen() && s.contents().contains("ctrl+e editor")).then_some(()));
    shell.send("\x03");
    shell.wait("the shell again", |screen| (!screen.alternate_screen()).then_some(()));
    shell.send("exit\n");
    let (_, screen, raw) = shell.end();
    assert_restored(&screen, &raw);
}
