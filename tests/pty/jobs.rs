//! L-07 to L-10: suspended and continued, under a shell with job control.

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{ATC, Spec, Term, assert_restored};

const PROMPT: &str = "shell$ ";

/// The console as the job of an interactive shell, and its process id.
fn job() -> (Term, Pid) {
    let bash = Spec::new("bash", &["--norc", "--noprofile", "--noediting", "-i"]);
    let shell = bash.env("PS1", PROMPT).env("ATC", ATC).start();
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
