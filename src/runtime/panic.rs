//! What happens when the program itself is wrong: the screen ends first, the terminal is restored once, a report is
//! written for the operator alone, one line says where it is, and the exit code is 70. From any thread or task.
//!
//! ```text
//! panic ─> hook: terminal closed ─> report ─> one line ─> the loop is told ─> exit 70
//!                                                          └─ not heard within a second ─> exit 70
//! ```
//!
//! The hook must not panic: a second panic in it aborts the program. Everything in it that can fail is let go.

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use color_eyre::config::{HookBuilder, PanicHook, Theme};
use tokio::sync::Notify;

use super::clock::Clock;
use super::private;
use super::terminal::guard;
use crate::text::redact::redact;
use crate::text::sink;

/// The exit code of a program that found itself wrong (`EX_SOFTWARE`).
pub const EXIT: u8 = 70;
/// How long the loop has to end in order.
const ORDERLY: Duration = Duration::from_secs(1);

static PANICKED: AtomicBool = AtomicBool::new(false);
static TOLD: Notify = Notify::const_new();

/// Sets the hooks for errors and panics. Reports go to `state_dir`.
pub fn install(state_dir: PathBuf) -> color_eyre::Result<()> {
    // No colours and no environment: a report is read in a browser, and variables hold secrets.
    let hooks = HookBuilder::default().theme(Theme::new()).display_env_section(false);
    let (report, errors) = hooks.try_into_hooks()?;
    errors.install()?;
    std::panic::set_hook(Box::new(move |info| on_panic(info, &report, &state_dir)));
    Ok(())
}

/// Ready when something panicked. For the loop.
pub async fn happened() {
    TOLD.notified().await;
}

/// Runs the program and gives its exit code, which after a panic anywhere is [`EXIT`].
pub fn guarded(program: impl FnOnce() -> u8) -> ExitCode {
    let code = std::panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or(EXIT);
    ExitCode::from(if PANICKED.load(Ordering::SeqCst) { EXIT } else { code })
}

fn on_panic(info: &PanicHookInfo<'_>, report: &PanicHook, state_dir: &Path) {
    guard::close();
    if PANICKED.swap(true, Ordering::SeqCst) {
        return;
    }
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let written = write_report(state_dir, &full_report(info, report));
    let kept = match written {
        Ok(path) => format!("Report: {}", path.display()),
        Err(error) => format!("No report could be written: {error}"),
    };
    guard::say(&sink::plain(&format!("atc has a fault at {place} and had to stop. {kept}")));
    TOLD.notify_one();
    let watchdog = std::thread::Builder::new().name("watchdog".to_owned());
    let _ = watchdog.spawn(|| {
        std::thread::sleep(ORDERLY);
        #[expect(clippy::exit, reason = "the loop that should have ended may be what is stuck")]
        std::process::exit(i32::from(EXIT));
    });
}

fn full_report(info: &PanicHookInfo<'_>, report: &PanicHook) -> String {
    let mut text = format!("atc {}\n{}\n", env!("CARGO_PKG_VERSION"), Clock::system().now().to_rfc3339());
    let thread = std::thread::current();
    let _ = writeln!(text, "thread: {}", thread.name().unwrap_or("unnamed"));
    let _ = writeln!(text, "{}", report.panic_report(info));
    let _ = writeln!(text, "{}", std::backtrace::Backtrace::force_capture());
    text
}

/// Secrets and everything a terminal would act on stay out of the file.
fn write_report(state_dir: &Path, report: &str) -> std::io::Result<PathBuf> {
    private::folder(state_dir)?;
    let time = Clock::system().now().format("%Y%m%dT%H%M%SZ");
    let path = state_dir.join(format!("fault-{time}-{}.txt", std::process::id()));
    let safe: Vec<String> = redact(report).lines().map(sink::plain).collect();
    private::create(&path)?.write_all((safe.join("\n") + "\n").as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_report_holds_no_secret_and_no_escape_and_is_for_the_operator_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = write_report(dir.path(), "token ghp_CANARY0123456789\n\x1b]0;title\x07 at main.rs\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("CANARY") && !text.contains('\x1b') && text.contains("at main.rs"), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn without_a_panic_the_exit_code_is_the_programs_own() {
        assert_eq!(guarded(|| 4), ExitCode::from(4));
    }
}
