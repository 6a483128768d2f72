//! A saved log holds what was read, and nothing that acts on a terminal unless it is raw.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

fn record(id: &str, delta: serde_json::Value) -> String {
    let record = serde_json::json!({"id": id, "created": 1_757_412_000, "object": "chat.completion.chunk", "choices": [{"delta": delta}]});
    format!("data: {record}\n\n")
}

fn session() -> String {
    let call = |arguments: &str| {
        serde_json::json!([{"id": "k", "type": "function", "index": 0,
        "function": {"name": "bash", "arguments": arguments}}])
    };
    let arguments = r#"{"command":"make test","description":"Run the tests"}"#;
    record("1", serde_json::json!({"role": "assistant", "content": "I look at **this**.\n\n- one\n- two"}))
        + &record("2", serde_json::json!({"role": "assistant", "content": "", "tool_calls": call(arguments)}))
        + &record(
            "2",
            serde_json::json!({"content": "ok\u{1b}]0;evil\u{7}\n```\nfence\n<exited with exit code 2>",
            "tool_calls": call(arguments)}),
        )
        + "data: {broken\n"
}

fn save(bytes: &[u8], format: Format, shape: Shape) -> String {
    let mut out = Vec::new();
    log(bytes, (format, bytes.len() as u64), shape, &mut out, || false).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_reads_like_the_log_and_acts_on_no_terminal() {
    let text = save(session().as_bytes(), Format::SessionLog, Shape::Text);
    for words in
        ["agent\nI look at **this**.", "command (exit 2) Run the tests\nmake test\n", "fence", "unreadable record\n"]
    {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
}

#[test]
fn in_markdown_no_output_ends_its_own_block() {
    let markdown = save(session().as_bytes(), Format::SessionLog, Shape::Markdown);
    assert!(markdown.contains("\n````\n") && markdown.matches("\n````\n").count() == 2, "{markdown}");
    assert!(markdown.contains("### ") && markdown.contains("\n\nI look at **this**.\n\n- one\n- two\n"), "{markdown}");
    assert!(!markdown.contains('\u{1b}'));
}

#[test]
fn raw_is_every_byte() {
    let mut bytes = session().into_bytes();
    bytes.extend_from_slice(b"\xff\xfe\r\n");
    bytes.extend(vec![b'x'; source::LONGEST_LINE + 10]);
    bytes.extend_from_slice(b"\nlast without end");
    let mut out = Vec::new();
    log(&bytes[..], (Format::SessionLog, bytes.len() as u64), Shape::Raw, &mut out, || false).unwrap();
    assert!(out == bytes);
}

#[test]
fn a_log_of_many_windows_is_written_once_and_whole() {
    let lines: Vec<String> = (0..30_000).map(|n| format!("2026-09-09T10:00:00.0000000Z line {n}")).collect();
    let text = save(lines.join("\n").as_bytes(), Format::JobLog, Shape::Text);
    let expected: Vec<String> = (0..30_000).map(|n| format!("2026-09-09T10:00:00Z line {n}")).collect();
    assert!(text.lines().eq(expected.iter().map(String::as_str)));
}

#[test]
fn the_shape_is_told_by_the_name() {
    assert_eq!(
        ["a.md", "a.MARKDOWN", "a.txt", "md"].map(Shape::of_name),
        [Shape::Markdown, Shape::Markdown, Shape::Text, Shape::Text]
    );
}

#[test]
fn writing_ends_when_it_is_not_wanted_any_more() {
    let bytes = session().into_bytes();
    for shape in [Shape::Raw, Shape::Text] {
        let stopped = log(&bytes[..], (Format::SessionLog, bytes.len() as u64), shape, &mut Vec::new(), || true);
        assert_eq!(stopped.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
