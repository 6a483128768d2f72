//! What an agent says, as the service tells it: for the tests of the screens and for the bench of following a log.

use atc::console::event::{LogNews, LogOrigin};
use atc::domain::{SessionId, SourceChoice};
use atc::transcript::Format;

/// One record of a session's log: the assistant says this at that second.
pub fn record(n: usize, second: i64, text: &str) -> Vec<u8> {
    let record = serde_json::json!({"id": format!("r{n}"), "created": second, "object": "chat.completion.chunk",
        "choices": [{"delta": {"role": "assistant", "content": text}}]});
    format!("data: {record}\n\n").into_bytes()
}

/// New bytes of a log that grows. `first`: the log begins with them.
pub fn news(session: &SessionId, first: bool, bytes: Vec<u8>) -> LogNews {
    LogNews {
        session: session.clone(),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset: first,
        bytes,
        complete: false,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
    }
}
