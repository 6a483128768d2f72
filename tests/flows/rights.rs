//! What a token may do, as the operator meets it: a console that only reads, a matrix that fills in, a request that is
//! looked at before it is sent.

use std::time::Duration;

use atc::console::event::{Mouse, MouseKind, What};
use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::text::Untrusted;

use crate::harness::{Flow, Setup};

/// Requests of any listener that change something.
fn changes(flow: &Flow) -> Vec<String> {
    let is_change =
        |r: &&atc::demo::Recorded| r.method != "GET" && (r.path != "/graphql" || r.body.contains("mutation"));
    flow.server.requests().iter().filter(is_change).map(|r| format!("{} {}", r.method, r.path)).collect()
}

/// A small generator: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn act(&mut self) -> What {
        const NAMED: [Key; 8] =
            [Key::Enter, Key::Esc, Key::Tab, Key::Up, Key::Down, Key::Right, Key::PageDown, Key::Backspace];
        // Neither the way out of the program nor to its suspension.
        const LETTERS: &[u8] = b"xyRfnlpdAQLz?+-gGjk*u 123456{}vsb/:eaFwYoc";
        match self.roll(12) {
            0 => What::Paste(Untrusted::from("y\r")),
            1 => {
                let (column, row) = (self.roll(160), self.roll(45));
                let at = |n: usize| u16::try_from(n).unwrap();
                What::Mouse(Mouse { kind: MouseKind::Click, column: at(column), row: at(row) })
            }
            2 => What::Key(Chord::ctrl(char::from(b"ersfnpbt"[self.roll(8)]))),
            3 | 4 => What::Key(Chord::plain(NAMED[self.roll(NAMED.len())])),
            _ => What::Key(Chord::char(char::from(LETTERS[self.roll(LETTERS.len())]))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_hundred_random_sequences_send_no_change_through_the_real_client() {
    let flow = Flow::with(Setup { read_only: true, ..Setup::default() }).await;
    flow.sees("All 4").await;
    let mut dice = Dice(0x5eed_0005);
    for _ in 0..300 {
        let acts = (0..8).map(|_| dice.act()).collect();
        flow.burst(acts).await;
        flow.pass(Duration::from_millis(250)).await;
    }
    assert_eq!(changes(&flow), [""; 0]);
    assert!(flow.requests("GET", "/") > 20, "it watched all the while");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_can_only_read_makes_the_console_read_only_and_says_why() {
    let flow = Flow::with(Setup { token: "gho_readonly", ..Setup::default() }).await;
    let text = flow.sees("read-only from here on").await;
    assert!(text.contains("read:org") && text.contains("scope `repo`"), "{text}");
    flow.select("Fix flaky retry test").await;
    flow.keys("x").await;
    let text = flow.sees("nothing is changed from here").await;
    assert!(!text.contains("Cancel this session?"), "{text}");
    assert!(text.lines().next().unwrap().contains("read-only"), "the header says so:\n{text}");
    assert!(!text.lines().nth(1).unwrap().contains("Compose"), "{text}");
    flow.keys("?").await;
    let help = flow.sees("── Help").await;
    assert!(!help.contains("cancel the running session"), "{help}");
    assert_eq!(changes(&flow), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_matrix_fills_in_from_a_living_service_and_is_asked_anew_on_demand() {
    let flow = Flow::start(160, 45).await;
    flow.sees("All 4").await;
    assert_eq!(flow.requests("GET", "/rate_limit"), 0, "a start asks nothing of the kind");
    flow.keys(":doctor").await;
    flow.press(Key::Enter).await;
    flow.sees("Doctor").await;
    let text = flow.until("the end", |text| text.contains("as of")).await;
    for words in ["as mona", "requests left this hour", "acme/api", "start agent tasks", "cloud agent enabled"] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    flow.keys("G").await;
    flow.sees("takes bare calls").await;
    let asked = flow.requests("GET", "/rate_limit");
    assert_eq!(asked, 1);
    flow.keys("r").await;
    flow.until("a second round", |_| flow.requests("GET", "/rate_limit") == 2).await;
    flow.until("its end", |text| text.contains("as of")).await;
    flow.press(Key::Esc).await;
    flow.keys(":doctor").await;
    flow.press(Key::Enter).await;
    flow.sees("as of").await;
    assert_eq!(flow.requests("GET", "/rate_limit"), 2, "what is known is not asked again");
    assert_eq!(changes(&flow), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_cancel_begins_the_questions_and_the_next_one_says_why_beforehand() {
    let flow = Flow::with(Setup { token: "github_pat_x_noactions", ..Setup::default() }).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.sees("in progress").await;
    let cancel = async || {
        flow.keys("x").await;
        flow.sees("Cancel this session?").await;
        flow.pass(Duration::from_millis(400)).await;
    };
    cancel().await;
    flow.keys("y").await;
    flow.until("the refusal", |text| text.contains("not cancelled")).await;
    assert_eq!(flow.requests("POST", "/cancel"), 1);
    flow.until("the questions", |_| flow.requests("GET", "/rate_limit") == 1).await;
    flow.pass(Duration::from_secs(20)).await;
    flow.until("the settled row", |_| true).await;
    cancel().await;
    let text = flow.text();
    assert!(text.contains("cancel Actions runs in acme/api"), "{text}");
    assert_eq!(flow.requests("POST", "/cancel"), 1);
}

#[tokio::test(start_paused = true)]
async fn looking_at_the_request_sends_nothing_and_shows_what_would_be_sent() {
    let flow = Flow::start(200, 60).await;
    flow.sees("All 4").await;
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("Prompt").await;
    flow.keys("scheduler::retry").await;
    flow.sees("ready to start").await;
    flow.key(Chord::ctrl('r')).await;
    let text = flow.sees("\"create_pull_request\"").await;
    assert_eq!(flow.requests("POST", "/tasks"), 0);
    flow.key(Chord::ctrl('r')).await;
    flow.server.faults().add(Fault::on("/agents/repos/*/*/tasks").method("POST").answer(422, &[], "{}"));
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Start a task in").await;
    flow.pass(Duration::from_millis(400)).await;
    flow.keys("y").await;
    flow.until("the request", |_| flow.requests("POST", "/tasks") == 1).await;
    let sent = flow.server.requests().into_iter().find(|r| r.method == "POST" && r.path.ends_with("/tasks")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    // Each field of what was sent stood there, in the very words.
    for (key, value) in body.as_object().unwrap() {
        assert!(text.contains(&format!("\"{key}\"")), "{key}:\n{text}");
        if value.as_str().is_none_or(|value| value.len() < 100) {
            assert!(text.contains(&format!("\"{key}\": {value}")), "{key}: {value}\n{text}");
        }
    }
}
