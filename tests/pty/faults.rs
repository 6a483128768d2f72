//! L-11 to L-16: the program is wrong. A child of this test takes the real terminal with the real loop and fails on
//! purpose; the product has no switch for that.

use std::process::{ExitCode, Stdio};

use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::view::Theme;
use atc::console::{Effect, Model};
use atc::runtime::app::{App, Effects, run};
use atc::runtime::clock::Clock;
use atc::runtime::external::Desktop;
use atc::runtime::terminal::clipboard::Copied;
use atc::runtime::terminal::screen::Fill;
use atc::runtime::terminal::{Screen, Tty};
use atc::runtime::{hangup, input, panic, signals};

use crate::harness::{Spec, Term, files_under};

/// Where the child fails.
const WHERE: &str = "ATC_TEST_FAULT";

struct Fails {
    place: String,
}

impl Effects for Fails {
    fn begin(&mut self) {
        const WORDS: &str = "on purpose, with ghp_CANARY0123456789 and \x1b]0;title\x07";
        match self.place.as_str() {
            "loop" => panic!("{WORDS}"),
            "task" => drop(tokio::spawn(async { panic!("{WORDS}") })),
            "blocking" => drop(tokio::task::spawn_blocking(|| panic!("{WORDS}"))),
            "thread" => drop(std::thread::spawn(|| panic!("{WORDS}"))),
            "many" => {
                for _ in 0..20 {
                    std::thread::spawn(|| panic!("{WORDS}"));
                }
            }
            _ => {}
        }
    }

    /// Those that end the program at once wait for a key: by then somebody watches over the terminal.
    fn perform(&mut self, effect: Effect) {
        match (effect, self.place.as_str()) {
            (Effect::Refresh, "abort") => std::process::abort(),
            (Effect::Refresh, "stack") => drop(std::thread::spawn(|| deeper(1))),
            (Effect::Refresh, "loop's stack") => drop(deeper(1)),
            _ => {}
        }
    }
}

/// Without an end.
fn deeper(n: u64) -> u64 {
    let here = std::hint::black_box([n; 64]);
    if here[0] == 0 { 0 } else { deeper(here[1] + 1) + here[2] }
}

/// The real terminal, but drawing on it fails.
struct Broken {
    tty: Tty,
    breaks: bool,
}

impl Screen for Broken {
    fn size(&mut self) -> Size {
        self.tty.size()
    }

    fn draw(&mut self, fill: Fill<'_>) {
        let breaks = self.breaks;
        self.tty.draw(&mut |canvas| {
            let drawn = fill(canvas);
            assert!(!breaks, "on purpose, with ghp_CANARY0123456789 and \x1b]0;title\x07");
            drawn
        });
    }

    fn busy(&self) -> bool {
        self.tty.busy()
    }

    fn written(&mut self) -> impl Future<Output = std::io::Result<()>> {
        self.tty.written()
    }

    fn invalidate(&mut self) {
        self.tty.invalidate();
    }

    fn mouse(&mut self, on: bool) {
        self.tty.mouse(on);
    }

    fn copy(&mut self, text: &str) -> Copied {
        self.tty.copy(text)
    }

    fn ring(&mut self, bytes: &[u8]) {
        self.tty.ring(bytes);
    }

    fn suspend(&mut self) {
        self.tty.suspend();
    }

    fn resume(&mut self) -> std::io::Result<()> {
        self.tty.resume()
    }

    fn put_in_order(&mut self) {}

    fn is_ours(&self) -> bool {
        true
    }

    fn stop(&mut self) -> bool {
        self.tty.stop()
    }

    fn leave(&mut self) {
        self.tty.leave();
    }
}

async fn console(place: String) -> u8 {
    let clock = Clock::system();
    let settings = Settings { zone: clock.zone(), ..Settings::default() };
    let (events_to, events) = tokio::sync::mpsc::channel(64);
    let (signals_to, signals) = signals::channel();
    signals::listen(&signals_to).unwrap();
    hangup::watch(signals_to).unwrap();
    let keys = input::start(events_to, clock.as_now(), String::new()).unwrap();
    let app = App {
        model: Model::new(clock.now(), settings),
        theme: Theme::default(),
        screen: Broken { tty: Tty::enter(keys).unwrap(), breaks: place == "draw" },
        effects: Fails { place },
        events,
        signals,
        clock,
        desktop: Desktop::default(),
        hosts: Vec::new(),
        editor: Vec::new(),
        folder: std::env::temp_dir(),
    };
    run(app).await.code()
}

/// Not a test by itself: the child of the tests below.
#[test]
#[ignore = "run by the other tests of this file, on a terminal"]
fn child() {
    let Ok(place) = std::env::var(WHERE) else { return };
    let state = std::path::PathBuf::from(std::env::var("HOME").unwrap()).join("state");
    panic::install(state).unwrap();
    let code = panic::guarded(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(console(place))
    });
    #[expect(clippy::exit, reason = "the test runner would say 0 or 101, and the exit code is what is asked")]
    std::process::exit(if code == ExitCode::from(panic::EXIT) { 70 } else { 1 });
}

fn failing(place: &str) -> Spec {
    let me = std::env::current_exe().unwrap();
    Spec::new(me, &["--ignored", "--exact", "--nocapture", "--test-threads=1", "faults::child"]).env(WHERE, place)
}

fn reports(t: &Term) -> Vec<String> {
    files_under(&t.home.join("state")).iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn fails_in_order(place: &str) {
    let mut t = failing(place).start();
    assert_eq!(t.exit().code(), Some(70), "{}", t.screen().contents());
    let reports = reports(&t);
    assert_eq!(reports.len(), 1, "one report");
    assert!(reports[0].contains("on purpose") && reports[0].contains("faults.rs"), "{}", reports[0]);
    assert!(!reports[0].contains("CANARY") && !reports[0].contains('\x1b'), "{}", reports[0]);
    t.wait("the line that says so", |s| {
        let text = s.contents().replace('\n', "");
        (!s.alternate_screen() && text.contains("atc has a fault at") && text.contains("Report: ")).then_some(())
    });
    assert_eq!(t.screen().contents().matches("atc has a fault").count(), 1);
    t.restored(70);
}

#[test]
fn l11_a_panic_in_the_loop() {
    fails_in_order("loop");
}

#[test]
fn l12_a_panic_in_a_task() {
    fails_in_order("task");
    fails_in_order("blocking");
}

#[test]
fn l13_a_panic_in_a_thread() {
    fails_in_order("thread");
}

#[test]
fn panics_everywhere_at_once_are_one() {
    fails_in_order("many");
}

#[test]
fn l15_a_panic_with_nobody_to_tell() {
    let mut spec = failing("task");
    // A standard error that takes nothing.
    spec.stderr = Some(Stdio::from(std::fs::File::open("/dev/null").unwrap()));
    let mut t = spec.start();
    assert_eq!(t.exit().code(), Some(70));
    assert_eq!(reports(&t).len(), 1);
    t.restored(70);
}

#[test]
fn l14_a_panic_while_drawing() {
    fails_in_order("draw");
}

/// What no code of the program's own can be run after. Another process gives the terminal back.
#[cfg(target_os = "linux")]
mod without_a_word {
    use rustix::process::{Pid, Signal, kill_process};

    use super::failing;
    use crate::harness::{Spec, process};

    fn dies(place: &str) {
        let t = failing(place).start();
        t.wait("the console", |s| s.alternate_screen().then_some(()));
        t.warden();
        t.send("r");
        t.wait("the line that says so", |s| s.contents().contains("atc ended without a word").then_some(()));
        t.restored_after(Signal::ABORT);
    }

    #[test]
    fn l16_an_abort() {
        dies("abort");
    }

    #[test]
    fn l16_a_stack_that_overflows() {
        dies("stack");
        dies("loop's stack");
    }

    #[test]
    fn l16_a_kill_that_cannot_be_caught() {
        let t = Spec::demo().start();
        t.console();
        t.warden();
        t.signal(Signal::KILL);
        t.restored_after(Signal::KILL);
    }

    #[test]
    fn a_terminal_that_was_given_back_already_is_not_touched() {
        let t = Spec::demo().start();
        t.console();
        let warden = Pid::from_raw(t.warden()).unwrap();
        t.send("q");
        t.restored(0);
        assert!(process(warden.as_raw_nonzero().get()).is_none_or(|p| p.state == 'Z'));
    }

    #[test]
    fn without_its_warden_the_program_goes_on_and_ends_as_ever() {
        let t = Spec::demo().start();
        t.console();
        kill_process(Pid::from_raw(t.warden()).unwrap(), Signal::KILL).unwrap();
        t.answers();
        t.send("q");
        t.restored(0);
    }
}
