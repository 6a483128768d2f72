//! The timeline of a pull request: one event a line, as [`line()`] writes them, to entries.
//!
//! The line is ours and holds the service's own record besides: what is read for the screen does not depend on how the
//! service writes it, and the record can still be shown as it came.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decode::Log;
use super::entry::Kind;
use crate::domain::{Happened, Instant, TimelineEvent};
use crate::text::Untrusted;

/// What is done in place of reading more than the service's last page allowed for.
const MORE: &str = "more";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Line<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Instant>,
    #[serde(borrow)]
    what: std::borrow::Cow<'a, str>,
    /// The service's own word: of a review, or of an event that has no word of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    word: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    record: Value,
}

/// An event as a line, with its newline.
pub fn line(event: &TimelineEvent) -> String {
    let text = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw_for_disk().to_owned());
    let (what, word) = match &event.what {
        Happened::WorkStarted => ("work_started", None),
        Happened::WorkFinished => ("work_finished", None),
        Happened::WorkFailed => ("work_failed", None),
        Happened::Committed => ("committed", None),
        Happened::Commented => ("commented", None),
        Happened::Reviewed(word) => ("reviewed", Some(word.raw_for_disk())),
        Happened::Referenced(_) => ("other", Some("cross-referenced")),
        Happened::Assigned { .. } => ("other", Some("assigned")),
        Happened::Other(word) => ("other", Some(word.raw_for_disk())),
    };
    let record = event.record.raw_for_disk();
    write(&Line {
        at: event.at,
        what: what.into(),
        word: word.map(str::to_owned),
        by: text(&event.by),
        app: text(&event.app),
        text: text(&event.text),
        record: serde_json::from_str(record).unwrap_or_else(|_| record.into()),
    })
}

/// The line that says that there are more events than were read.
pub fn more() -> String {
    write(&Line { what: MORE.into(), ..Line::default() })
}

fn write(line: &Line<'_>) -> String {
    // What is written here cannot fail to be JSON.
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

/// The record of a line as the service sent it.
pub(super) fn record(line: &str) -> Option<Value> {
    Some(serde_json::from_str::<Line<'_>>(line).ok()?.record).filter(|record| !record.is_null())
}

pub(super) fn read(log: &mut Log, line: &str) {
    if line.trim().is_empty() {
        return;
    }
    let Ok(read) = serde_json::from_str::<Line<'_>>(line) else { return log.broken(line) };
    log.stats.records += 1;
    let at = read.at;
    log.push(at, kind(read));
}

fn kind(line: Line<'_>) -> Kind {
    let by = line.by.unwrap_or_default();
    let word = line.word.unwrap_or_default();
    // An event nobody is named for happened by itself.
    let who = |verb: &str| if by.is_empty() { verb.to_owned() } else { format!("{by} {verb}") };
    let work = |how: &str| {
        let app = line.app.as_deref().map(|app| format!("{app}: ")).unwrap_or_default();
        let asked = if by.is_empty() { String::new() } else { format!(", asked by {by}") };
        format!("{app}{how}{asked}")
    };
    let words = |said: String, text: Option<String>| match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Kind::User(format!("{said}: {}", text.trim()).into()),
        None => Kind::Line(said.into()),
    };
    match &*line.what {
        "work_started" => Kind::Line(work("work started").into()),
        "work_finished" => Kind::Line(work("work finished").into()),
        "work_failed" => Kind::Error(work("work failed").into()),
        "committed" => {
            let title = line.text.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
            Kind::Line(format!("{}: {title}", who("committed")).into())
        }
        "commented" => words(who("commented"), line.text),
        "reviewed" => {
            let verb = match word.as_str() {
                "approved" => "approved",
                "changes_requested" => "requested changes",
                "commented" | "" => "reviewed",
                other => other,
            };
            words(who(verb), line.text)
        }
        MORE => Kind::Line("more has happened than is read here: the pull request's page has all of it".into()),
        // Its own word, verbatim.
        _ => Kind::Line((if by.is_empty() { word } else { format!("{word} by {by}") }).into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::transcript::{Format, Transcript};

    fn event(what: Happened, by: Option<&str>, text: Option<&str>) -> TimelineEvent {
        TimelineEvent {
            at: chrono::DateTime::from_timestamp(1_788_948_000, 0),
            what,
            by: by.map(Untrusted::from),
            app: None,
            text: text.map(Untrusted::from),
            record: "{\"event\":\"x\",\"z\":1,\"a\":2}".into(),
        }
    }

    fn said(event: &TimelineEvent) -> String {
        let mut log = Transcript::new(Format::Timeline);
        log.absorb(line(event).as_bytes());
        let entry = &log.entries()[0];
        assert_eq!(entry.at, event.at);
        let text: Vec<&str> = entry.kind.texts().iter().map(|text| text.raw_for_match()).collect();
        format!("{}{}", if entry.is_error() { "! " } else { "" }, text.join("|"))
    }

    #[test]
    fn every_event_reads_as_a_sentence_and_an_unknown_one_as_its_own_word() {
        let app = TimelineEvent { app: Some("agent".into()), ..event(Happened::WorkStarted, Some("mona"), None) };
        assert_eq!(said(&app), "agent: work started, asked by mona");
        assert_eq!(said(&event(Happened::WorkFailed, None, None)), "! work failed");
        assert_eq!(said(&event(Happened::Committed, Some("mona"), Some("Fix it\n\nBody"))), "mona committed: Fix it");
        let review = Happened::Reviewed("changes_requested".into());
        assert_eq!(said(&event(review, Some("hubot"), Some("No.\nNever."))), "hubot requested changes: No.\nNever.");
        assert_eq!(said(&event(Happened::Commented, Some("hubot"), None)), "hubot commented");
        assert_eq!(said(&event(Happened::Other("moved_columns".into()), Some("mona"), None)), "moved_columns by mona");
    }

    #[test]
    fn the_record_stays_as_it_came_in_one_line() {
        let line = line(&event(Happened::Other("x".into()), None, Some("two\nlines")));
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(record(&line).unwrap().to_string(), "{\"event\":\"x\",\"z\":1,\"a\":2}");
    }

    #[test]
    fn a_line_that_is_none_of_ours_is_broken_and_counted() {
        let mut log = Transcript::new(Format::Timeline);
        log.absorb(b"no json\n\n{\"what\":3}\n");
        assert_eq!((log.stats().broken, log.entries().len()), (2, 2));
        log.absorb(more().as_bytes());
        assert!(log.entries()[2].kind.texts()[0].raw_for_match().starts_with("more has happened"));
    }
}
