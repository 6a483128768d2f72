//! What a task that waits asks: told wherever the task is, as far as its log was read.

use atc::console::event::{LogNews, LogOrigin, News};
use atc::console::keys::Key;
use atc::domain::{SessionId, Source, SourceChoice, State};
use atc::transcript::Format;

use crate::draw::text;
use crate::world::{Console, ago, every_state};

const QUESTION: &str = "Two rounding modes exist.\nWhich one is right for invoices before 2024: `half_up` (what finance does \
                        today, BIL-882) or `half_even` (what the auditors asked for)? I'll apply it to credit notes too.";

/// The log of a session in which the user is asked; the answer, where there is one.
fn ask(console: &mut Console, session: &str, question: &str, answer: Option<&str>) {
    let call = |delta: serde_json::Value| {
        let record = serde_json::json!({"id": "r1", "created": ago(6).timestamp(), "object": "chat.completion.chunk",
            "choices": [{"finish_reason": "tool_calls", "delta": delta}]});
        format!("data: {record}\n\n")
    };
    let arguments = serde_json::json!({ "question": question }).to_string();
    let calls = serde_json::json!([{"index": 0, "id": "c1", "type": "function",
        "function": {"name": "ask_user", "arguments": arguments}}]);
    let mut bytes = call(serde_json::json!({"role": "assistant", "tool_calls": calls}));
    if let Some(answer) = answer {
        bytes += &call(serde_json::json!({"content": answer, "tool_calls": calls}));
    }
    let session = SessionId::new(session);
    let news = LogNews {
        session: session.clone(),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset: true,
        bytes: bytes.into_bytes(),
        complete: false,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
    };
    console.good(Source::Log(session), News::Log(news));
}

/// On the task that waits, its log read and left again.
fn asked(width: u16, height: u16, question: &str, answer: Option<&str>) -> Console {
    let mut console = Console::full(width, height);
    console.keys("Q6");
    console.select("migrate-tax");
    console.keys("l");
    ask(&mut console, "s-migrate-tax", question, answer);
    console.keys("Q");
    console
}

fn line<'a>(screen: &'a str, label: &str) -> &'a str {
    screen.lines().find(|line| line.trim_start().starts_with(label)).unwrap_or_default()
}

#[test]
fn a_task_that_waits_says_first_what_it_asks() {
    let console = asked(80, 24, QUESTION, None);
    let shown = text(&console.model);
    let asks = line(&shown, "asks ");
    assert!(
        asks.starts_with(" asks   “Two rounding modes exist. Which one is right for invoices before 2024"),
        "{shown}"
    );
    assert!(!shown.contains(" prompt "), "its prompt gives way\n{shown}");
}

#[test]
fn the_whole_detail_has_all_of_it() {
    let mut console = asked(80, 24, QUESTION, None);
    console.keys("d");
    let shown = text(&console.model);
    for part in [" asks      Two rounding modes exist.", "BIL-882", "credit notes too."] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let (asks, agent) = (shown.find(" asks "), shown.find(" repo "));
    assert!(asks < agent, "{shown}");
}

#[test]
fn where_nothing_is_known_or_it_was_answered_nothing_is_said() {
    let silent = |console: &Console, why: &str| {
        let shown = text(&console.model);
        assert!(!shown.contains(" asks "), "{why}\n{shown}");
    };
    let mut console = Console::full(80, 24);
    console.keys("Q6");
    console.select("migrate-tax");
    silent(&console, "its log was not read");
    silent(&asked(80, 24, QUESTION, Some("half_up, please")), "it was answered");
    silent(&asked(80, 24, " \n ", None), "it asks nothing");

    let mut console = asked(80, 24, QUESTION, None);
    let at = |state: State, minute: i64| {
        let mut task = every_state().into_iter().find(|task| task.at.id.raw() == "migrate-tax").unwrap();
        (task.state, task.updated_at) = (state, Some(ago(minute)));
        News::Tasks { tasks: vec![task], unreadable: 0 }
    };
    console.good(Source::Tasks(crate::world::repo("billing")), at(State::InProgress, 3));
    silent(&console, "it goes on");
    console.good(Source::Tasks(crate::world::repo("billing")), at(State::WaitingForUser, 2));
    silent(&console, "what it asks now is another question");
}

#[test]
fn the_question_stands_above_the_text_that_answers_it() {
    for (width, height, rows) in [(80, 24, 3), (160, 45, 2), (80, 12, 0)] {
        let mut console = asked(width, height, QUESTION, None);
        console.keys("f");
        console.keys("half_up");
        let shown = text(&console.model);
        let lines: Vec<&str> = shown.lines().collect();
        let title = lines.iter().position(|line| line.contains("Follow up")).unwrap();
        let typed = lines.iter().position(|line| line.contains("@copilot half_up")).unwrap();
        assert_eq!(typed - title - 1, rows, "{shown}");
        assert_eq!(lines[title + 1].starts_with(" asks  “Two rounding modes exist."), rows > 0, "{shown}");
        console.press(Key::Esc);
    }
}

#[test]
fn a_strangers_question_is_only_text() {
    let mut console = asked(80, 24, "Shall I \u{1b}[31mgo\u{202e} on\u{7}?\r\nYes?", None);
    for keys in ["", "f", "d"] {
        console.press(Key::Esc);
        console.keys("Q");
        console.keys(keys);
        let shown = text(&console.model);
        assert!(shown.contains("Shall I"), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
    }
}
