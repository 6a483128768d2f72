//! The real loop on a paper screen and paused time.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;

use super::*;
use crate::console::keys::{Chord, Key};
use crate::console::state::layout::Size;
use crate::console::state::settings::Settings;
use crate::runtime::signals;
use crate::runtime::terminal::Paper;

#[derive(Clone, Default)]
struct Heard {
    calls: Arc<Mutex<Vec<String>>>,
}

impl Effects for Heard {
    fn begin(&mut self) {
        self.calls.lock().unwrap().push("begin".to_owned());
    }

    fn perform(&mut self, effect: Effect) {
        self.calls.lock().unwrap().push(format!("{effect:?}"));
    }

    fn pause(&mut self, paused: bool) {
        self.calls.lock().unwrap().push(format!("pause {paused}"));
    }
}

struct Bench {
    paper: Paper,
    heard: Heard,
    events: mpsc::Sender<Event>,
    signals: mpsc::Sender<Signal>,
    folder: tempfile::TempDir,
}

fn bench() -> (Bench, Running<Paper, Heard>) {
    let clock = Clock::virtual_from(crate::domain::Instant::UNIX_EPOCH + TimeDelta::days(20_000));
    let settings = Settings { stale_after: TimeDelta::seconds(60), ..Settings::default() };
    let (paper, heard) = (Paper::new(80, 24), Heard::default());
    let (events_to, events) = mpsc::channel(64);
    let (signals_to, signals) = signals::channel();
    let folder = tempfile::tempdir().unwrap();
    let app = App {
        model: Model::new(clock.now(), settings),
        theme: Theme::default(),
        screen: paper.clone(),
        effects: heard.clone(),
        events,
        signals,
        clock,
        desktop: Desktop::default(),
        hosts: vec!["github.com".to_owned()],
        editor: vec!["true".to_owned()],
        folder: folder.path().to_owned(),
    };
    (Bench { paper, heard, events: events_to, signals: signals_to, folder }, Running::new(app))
}

impl Bench {
    fn calls(&self) -> Vec<String> {
        self.heard.calls.lock().unwrap().clone()
    }

    fn frames(&self) -> usize {
        self.paper.sheet().frames
    }
}

/// Lets the loop run for this long; `None`: it is still running.
async fn run_for(running: &mut Running<Paper, Heard>, time: Duration) -> Option<Exit> {
    tokio::time::timeout(time, running.until_exit()).await.ok()
}

const HOUR: Duration = Duration::from_hours(1);
const SOON: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn the_first_picture_is_drawn_at_once_and_the_network_begins_after_it() {
    let (bench, mut running) = bench();
    bench.paper.sheet().stuck = true;
    assert_eq!(run_for(&mut running, SOON).await, None);
    assert_eq!(bench.frames(), 1);
    assert!(!bench.calls().contains(&"begin".to_owned()));
    bench.paper.release();
    run_for(&mut running, SOON).await;
    assert_eq!(bench.calls().iter().filter(|call| *call == "begin").count(), 1);
    assert!(bench.paper.sheet().mouse);
}

#[tokio::test(start_paused = true)]
async fn a_still_screen_writes_nothing() {
    let (bench, mut running) = bench();
    run_for(&mut running, SOON).await;
    let (frames, bytes) = (bench.frames(), bench.paper.sheet().bytes.len());
    running.app.model.dirty = false;
    assert_eq!(run_for(&mut running, Duration::from_millis(900)).await, None);
    assert_eq!((bench.frames(), bench.paper.sheet().bytes.len()), (frames, bytes));
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_changes_is_drawn_four_times_at_once_then_at_most_every_33_ms_and_never_lost() {
    let (bench, mut running) = bench();
    run_for(&mut running, SOON).await;
    for width in 0..100_u16 {
        bench.paper.sheet().size = Size { width: 40 + width, height: 24 };
        bench.signals.send(Signal::Resize).await.unwrap();
        run_for(&mut running, SOON).await;
    }
    run_for(&mut running, FRAME).await;
    // The first picture was there before the storm.
    let frames = bench.frames() - 1;
    assert!((7..=8).contains(&frames), "{frames} pictures in 133 ms");
    assert_eq!(bench.paper.sheet().picture.area.width, 139);
}

#[tokio::test(start_paused = true)]
async fn a_change_after_a_quiet_time_is_drawn_at_once() {
    let (bench, mut running) = bench();
    run_for(&mut running, Duration::from_millis(500)).await;
    let frames = bench.frames();
    running.app.model.dirty = true;
    run_for(&mut running, Duration::from_micros(1)).await;
    assert_eq!(bench.frames(), frames + 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_answered_at_once_however_short_ago_the_last_picture_was() {
    let (bench, mut running) = bench();
    run_for(&mut running, FRAME).await;
    for key in ['?', 'q', '?'] {
        let frames = bench.frames();
        let what = What::Key(Chord::plain(Key::Char(key)));
        bench.events.send(Event { at: running.app.clock.now(), what }).await.unwrap();
        run_for(&mut running, Duration::from_micros(1)).await;
        assert_eq!(bench.frames(), frames + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_known_first_does_not_wait_for_the_first_picture_nor_hold_up_what_is_known_next() {
    let (bench, mut running) = bench();
    run_for(&mut running, Duration::from_micros(1)).await;
    assert_eq!(bench.frames(), 1);
    let at_once = (2..=5).map(|frames| (frames, Duration::from_micros(1)));
    for (frames, after) in at_once.chain([(5, SOON), (6, FRAME), (6, SOON), (7, FRAME)]) {
        running.app.model.dirty = true;
        run_for(&mut running, after).await;
        assert_eq!(bench.frames(), frames);
    }
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_does_not_read_gets_no_more_pictures_and_does_not_stop_the_end() {
    let (bench, mut running) = bench();
    bench.paper.sheet().stuck = true;
    for _ in 0..10 {
        bench.signals.send(Signal::Resize).await.unwrap();
        run_for(&mut running, FRAME).await;
    }
    assert_eq!(bench.frames(), 1);
    bench.signals.send(Signal::End(143)).await.unwrap();
    assert_eq!(run_for(&mut running, SOON).await, Some(Exit::Signal(143)));
}

#[tokio::test(start_paused = true)]
async fn when_the_terminal_reads_again_the_newest_picture_follows() {
    let (bench, mut running) = bench();
    bench.paper.sheet().stuck = true;
    run_for(&mut running, SOON).await;
    bench.paper.sheet().size = Size { width: 100, height: 30 };
    bench.signals.send(Signal::Resize).await.unwrap();
    run_for(&mut running, FRAME).await;
    bench.paper.release();
    run_for(&mut running, FRAME).await;
    assert_eq!((bench.frames(), bench.paper.sheet().picture.area.width), (2, 100));
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_cannot_be_written_to_ends_the_loop() {
    let (bench, mut running) = bench();
    bench.paper.sheet().broken = true;
    assert_eq!(run_for(&mut running, HOUR).await, Some(Exit::Gone));
    assert_eq!(Exit::Gone.code(), 129);
}

#[tokio::test(start_paused = true)]
async fn signals_end_the_loop_with_their_code_and_the_terminal_is_left_once() {
    for (signal, exit) in
        [(Signal::End(130), Exit::Signal(130)), (Signal::End(143), Exit::Signal(143)), (Signal::HangUp, Exit::Gone)]
    {
        let (bench, running) = bench();
        bench.signals.send(signal).await.unwrap();
        bench.signals.send(signal).await.unwrap();
        assert_eq!(run(running.app).await, exit);
        assert_eq!(bench.paper.sheet().left, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_news_stops_neither_the_pictures_nor_the_end() {
    let (bench, mut running) = bench();
    run_for(&mut running, SOON).await;
    let flood = bench.events.clone();
    let at = running.app.clock.now();
    tokio::spawn(async move { while flood.send(Event { at, what: What::Focus(true) }).await.is_ok() {} });
    bench.signals.send(Signal::Resize).await.unwrap();
    let end = bench.signals.clone();
    tokio::spawn(async move {
        tokio::task::yield_now().await;
        end.send(Signal::End(143)).await.unwrap();
    });
    assert_eq!(running.until_exit().await, Exit::Signal(143));
}

#[tokio::test(start_paused = true)]
async fn suspending_gives_the_terminal_back_and_takes_it_again_at_its_present_size() {
    let (bench, mut running) = bench();
    run_for(&mut running, SOON).await;
    bench.signals.send(Signal::Stop).await.unwrap();
    run_for(&mut running, HOUR).await;
    {
        let mut sheet = bench.paper.sheet();
        assert_eq!((sheet.suspended, sheet.stopped, sheet.resumed, sheet.frames), (1, 1, 0, 1));
        sheet.size = Size { width: 60, height: 20 };
        sheet.bytes.clear();
    }
    // A timed-out run is dropped while it waits for the shell: the stop is handled anew.
    bench.signals.send(Signal::Continue).await.unwrap();
    run_for(&mut running, FRAME).await;
    let sheet = bench.paper.sheet();
    assert_eq!((sheet.resumed, sheet.picture.area.width), (1, 60));
    assert!(String::from_utf8_lossy(&sheet.bytes).contains("\x1b[2J"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_over_when_the_shell_continues_us() {
    let (bench, mut running) = bench();
    let shell = async {
        bench.signals.send(Signal::Stop).await.unwrap();
        tokio::time::sleep(HOUR).await;
        assert_eq!(bench.paper.sheet().resumed, 0);
        bench.signals.send(Signal::Resize).await.unwrap();
        bench.signals.send(Signal::Continue).await.unwrap();
        tokio::time::sleep(HOUR).await;
        assert_eq!(bench.paper.sheet().resumed, 1);
        assert_eq!(bench.calls().iter().filter(|c| c.starts_with("pause")).count(), 2);
        bench.signals.send(Signal::End(143)).await.unwrap();
    };
    let (exit, ()) = tokio::join!(running.until_exit(), shell);
    assert_eq!(exit, Exit::Signal(143));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_job_that_goes_on_in_the_background_leaves_the_terminal_alone_until_it_is_fetched_or_ended() {
    for fetched in [true, false] {
        let (bench, mut running) = bench();
        let shell = async {
            bench.signals.send(Signal::Stop).await.unwrap();
            tokio::time::sleep(HOUR).await;
            bench.paper.sheet().elsewhere = true;
            bench.signals.send(Signal::Continue).await.unwrap();
            tokio::time::sleep(HOUR).await;
            assert_eq!(bench.paper.sheet().resumed, 0);
            if fetched {
                bench.paper.sheet().elsewhere = false;
                bench.signals.send(Signal::Continue).await.unwrap();
                tokio::time::sleep(HOUR).await;
                assert_eq!(bench.paper.sheet().resumed, 1);
            }
            bench.signals.send(Signal::End(143)).await.unwrap();
        };
        let (exit, ()) = tokio::join!(running.until_exit(), shell);
        assert_eq!((exit, bench.paper.sheet().resumed), (Exit::Signal(143), usize::from(fetched)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_comes_with_the_word_to_go_on_is_heard_before_the_terminal_is_taken() {
    let (bench, mut running) = bench();
    let shell = async {
        bench.signals.send(Signal::Stop).await.unwrap();
        tokio::time::sleep(HOUR).await;
        bench.signals.send(Signal::Continue).await.unwrap();
        bench.signals.send(Signal::End(143)).await.unwrap();
    };
    let (exit, ()) = tokio::join!(running.until_exit(), shell);
    assert_eq!((exit, bench.paper.sheet().resumed), (Exit::Signal(143), 0));
}

#[tokio::test(start_paused = true)]
async fn a_signal_while_stopped_ends_us() {
    let (bench, mut running) = bench();
    let shell = async {
        bench.signals.send(Signal::Stop).await.unwrap();
        tokio::time::sleep(HOUR).await;
        bench.signals.send(Signal::End(129)).await.unwrap();
    };
    let (exit, ()) = tokio::join!(running.until_exit(), shell);
    assert_eq!(exit, Exit::Signal(129));
}

#[tokio::test(start_paused = true)]
async fn a_line_that_drops_just_then_is_not_forgotten() {
    let (bench, mut running) = bench();
    for signal in [Signal::Stop, Signal::Resize, Signal::HangUp, Signal::Continue] {
        bench.signals.send(signal).await.unwrap();
    }
    assert_eq!(run_for(&mut running, HOUR).await, Some(Exit::Gone));
    assert_eq!(bench.paper.sheet().stopped, 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_shell_to_continue_us_ctrl_z_only_redraws() {
    let (bench, mut running) = bench();
    bench.paper.sheet().watched = false;
    running.perform(Effect::Suspend).await;
    assert_eq!(run_for(&mut running, SOON).await, None);
    let sheet = bench.paper.sheet();
    assert_eq!((sheet.stopped, sheet.resumed, sheet.frames), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn redraw_writes_the_whole_picture_again() {
    let (bench, mut running) = bench();
    run_for(&mut running, FRAME).await;
    bench.paper.sheet().bytes.clear();
    running.perform(Effect::Redraw).await;
    run_for(&mut running, FRAME).await;
    assert!(String::from_utf8_lossy(&bench.paper.sheet().bytes).contains("\x1b[2J"));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_screen_wakes_it_at_its_time() {
    let (_bench, mut running) = bench();
    let start = running.app.clock.now();
    running.touched = false;
    running.wake = Some(Instant::now() + Duration::from_secs(5));
    run_for(&mut running, Duration::from_millis(4900)).await;
    assert!(running.app.model.now < start + TimeDelta::seconds(5));
    run_for(&mut running, Duration::from_millis(200)).await;
    assert!(running.app.model.now >= start + TimeDelta::seconds(5));
}

#[tokio::test(start_paused = true)]
async fn quitting_ends_with_success_and_later_effects_are_not_carried_out() {
    let (bench, mut running) = bench();
    running.perform(Effect::Quit).await;
    bench.events.send(Event { at: running.app.clock.now(), what: What::Wake }).await.unwrap();
    assert_eq!(run_for(&mut running, SOON).await, Some(Exit::Quit));
    assert_eq!((Exit::Quit.code(), bench.frames()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn effects_behind_the_screen_are_handed_on() {
    let (bench, mut running) = bench();
    running.perform(Effect::Refresh).await;
    assert!(bench.calls().contains(&"Refresh".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_address_is_copied_where_no_browser_is_and_refused_where_it_is_not_ours() {
    let (bench, mut running) = bench();
    running.perform(Effect::Open("https://github.com/o/r".into())).await;
    running.perform(Effect::Open("https://evil.example/o/r".into())).await;
    run_for(&mut running, HOUR).await;
    assert_eq!(bench.paper.sheet().copied, ["https://github.com/o/r"]);
}

#[tokio::test(start_paused = true)]
async fn several_addresses_that_no_browser_takes_are_copied_together() {
    let (bench, mut running) = bench();
    let all = ["https://github.com/o/r", "https://evil.example/o/r", "https://github.com/o/s"];
    running.perform(Effect::OpenAll(all.map(Into::into).into())).await;
    run_for(&mut running, HOUR).await;
    assert_eq!(bench.paper.sheet().copied, ["https://github.com/o/r\nhttps://github.com/o/s"]);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_on_the_web_an_address_is_only_copied() {
    let (bench, mut running) = bench();
    running.app.hosts.clear();
    running.app.desktop.browser = Some("true".to_owned());
    running.perform(Effect::Open("https://github.com/o/r".into())).await;
    assert_eq!(bench.paper.sheet().copied, ["https://github.com/o/r"]);
    let note = running.app.model.notes.current.as_ref().map(|n| n.text.to_string());
    assert_eq!(note.as_deref(), Some("Not opened, this world is not on the web; copied https://github.com/o/r"));
}

#[tokio::test(start_paused = true)]
async fn the_editor_has_the_terminal_until_it_ends() {
    let (bench, mut running) = bench();
    running.perform(Effect::Editor("text".to_owned())).await;
    assert_eq!(bench.paper.sheet().suspended, 1);
    assert_eq!(bench.paper.sheet().resumed, 0);
    let operator = async {
        while bench.paper.sheet().resumed == 0 {
            tokio::time::sleep(SOON).await;
        }
        bench.signals.send(Signal::End(143)).await.unwrap();
    };
    tokio::join!(running.until_exit(), operator);
    assert_eq!(bench.paper.sheet().suspended, 1);
    assert_eq!(bench.paper.sheet().put_in_order, 1);
    assert_eq!(std::fs::read_dir(bench.folder.path()).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_over_the_editor_and_its_ctrl_c_is_its_own() {
    let (bench, mut running) = bench();
    running.app.editor = vec!["sh".to_owned(), "-c".to_owned(), "exec sleep 60".to_owned()];
    running.perform(Effect::Editor("text".to_owned())).await;
    bench.signals.send(Signal::End(130)).await.unwrap();
    bench.signals.send(Signal::Resize).await.unwrap();
    assert_eq!(run_for(&mut running, HOUR).await, None);
    assert_eq!(bench.frames(), 0);
    bench.signals.send(Signal::End(143)).await.unwrap();
    // The editor has a moment to end, too.
    assert_eq!(run_for(&mut running, Duration::from_millis(500)).await, Some(Exit::Signal(143)));
}

#[tokio::test(start_paused = true)]
async fn an_editor_that_is_not_there_gives_the_terminal_back_at_once() {
    let (bench, mut running) = bench();
    running.app.editor = vec!["/nowhere/editor".to_owned()];
    running.perform(Effect::Editor("text".to_owned())).await;
    run_for(&mut running, FRAME).await;
    let sheet = bench.paper.sheet();
    assert_eq!((sheet.suspended, sheet.resumed, sheet.frames), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn over_ssh_it_is_said_what_became_of_the_address() {
    for (copies, said) in [
        (Copied::Sent, "Over SSH a browser would open where nobody looks; copied https://github.com/o/r"),
        (Copied::InTmux, "Over SSH a browser would open where nobody looks; in tmux's buffer https://github.com/o/r"),
        (
            Copied::Nowhere,
            "Over SSH a browser would open where nobody looks; nor can it be copied; it is https://github.com/o/r",
        ),
    ] {
        let (bench, mut running) = bench();
        running.app.desktop.remote = true;
        bench.paper.sheet().copies = copies;
        running.perform(Effect::Open("https://github.com/o/r".into())).await;
        run_for(&mut running, SOON).await;
        let note = running.app.model.notes.current.as_ref().map(|n| n.text.to_string());
        assert_eq!(note.as_deref(), Some(said));
    }
}
