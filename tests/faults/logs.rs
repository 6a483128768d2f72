//! Logs that do not simply grow, through the follower to the log pane.

use std::time::Duration;

use atc::domain::{SessionId, Source, TaskId};
use atc::provider::github::Limits;

use crate::bench::{Bench, Call};
use crate::cases::How;
use crate::runs::{SLACK, on_paused_time};
use crate::server::{Answer, Reply, Step};
use crate::service::{SESSION, TASK, record};
use crate::spoil::{head, then};

fn source() -> Source {
    Source::Log(SessionId::new(SESSION))
}

/// A console that follows the log, which begins as this.
async fn following(how: How, log: &str) -> Bench {
    follow(Bench::new(how).await, log).await
}

async fn follow(mut bench: Bench, log: &str) -> Bench {
    bench.service.set_log(log.into());
    bench.watch();
    let task = Source::Task(TaskId::new(TASK));
    bench.until(SLACK * 20, |bench| bench.of(&task).any(|told| told.fault.is_none())).await;
    bench.pass(Duration::from_secs(5)).await;
    bench
}

/// What the console holds after all it was told.
fn held(bench: &Bench) -> String {
    let mut all = Vec::new();
    for (reset, bytes) in bench.of(&source()).filter_map(|told| told.log.as_ref()) {
        if *reset {
            all.clear();
        }
        all.extend(bytes);
    }
    String::from_utf8(all).unwrap()
}

fn honest() -> How {
    How::Spoil(|answer, _| answer.into())
}

#[test]
fn whatever_a_log_becomes_the_console_holds_just_that() {
    let (one, two, three) = (record("Alpha is first."), record("Beta is next."), record("Gamma is last."));
    let half = two.len() / 2;
    let crlf = |text: &str| text.replace('\n', "\r\n");
    for (name, log, said, unsaid) in [
        ("H-81 shrinks", vec![format!("{one}{two}{three}"), one.clone()], vec!["Alpha"], vec!["Beta", "Gamma"]),
        ("H-82 is replaced", vec![format!("{one}{two}"), format!("{three}{one}{two}")], vec!["Gamma", "Beta"], vec![]),
        (
            "H-82 is replaced at one length",
            vec![one.clone(), one.replace("Alpha", "Omega")],
            vec!["Omega"],
            vec!["Alpha"],
        ),
        ("H-83 ends in half a line", vec![format!("{one}{}", &two[..half])], vec!["Alpha"], vec!["Beta", "unreadable"]),
        (
            "H-83 goes on from half a line",
            vec![format!("{one}{}", &two[..half]), format!("{one}{two}")],
            vec!["Alpha", "Beta"],
            vec!["unreadable"],
        ),
        (
            "H-84 repeats a chunk",
            vec![format!("{one}{two}"), format!("{one}{two}{two}{three}")],
            vec!["Alpha", "Beta", "Gamma"],
            vec![],
        ),
        ("H-85 has CRLF", vec![crlf(&one), crlf(&format!("{one}{two}"))], vec!["Alpha", "Beta"], vec!["unreadable"]),
        (
            "H-88 has no data lines",
            vec![format!(": hello\nevent: x\n{one}plain words\n{two}")],
            vec!["Alpha", "Beta"],
            vec![],
        ),
    ] {
        on_paused_time(async {
            let mut bench = following(honest(), &log[0]).await;
            for next in &log {
                bench.service.set_log(next.clone().into());
                bench.pass(Duration::from_secs(12)).await;
                assert_eq!(held(&bench), *next, "{name}");
            }
            let screen = bench.screen();
            for word in said {
                assert!(screen.contains(word), "{name}: {word} is missing:\n{screen}");
            }
            for word in unsaid {
                assert!(!screen.contains(word), "{name}: {word} is still there:\n{screen}");
            }
        });
    }
}

#[test]
fn a_log_that_comes_back_empty_once_takes_nothing_away() {
    on_paused_time(async {
        let (one, two) = (record("Alpha is first."), record("Beta is next."));
        let mut bench = following(honest(), &one).await;
        bench.service.set_log(Vec::new());
        bench.pass(Duration::from_secs(12)).await;
        assert_eq!(held(&bench), one, "H-81 becomes empty");
        assert!(bench.screen().contains("came back empty"), "{}", bench.screen());
        bench.service.set_log(format!("{one}{two}").into());
        bench.pass(Duration::from_secs(40)).await;
        assert_eq!(held(&bench), format!("{one}{two}"));
        assert!(!bench.screen().contains("came back empty"), "{}", bench.screen());
    });
}

#[test]
fn a_log_that_does_not_change_is_asked_for_ever_more_slowly() {
    on_paused_time(async {
        let mut bench = following(honest(), &record("Alpha.")).await;
        let since = tokio::time::Instant::now();
        bench.pass(Duration::from_mins(2)).await;
        let asked = bench.seen(Call::Log, since);
        assert!((11..=16).contains(&asked), "H-90: {asked} requests in two minutes");
        assert_eq!(bench.of(&source()).filter(|told| told.log.is_some()).count(), 1, "and passed on once");
    });
}

/// 100 MB of log, in pieces as fast as they are taken.
fn endless(answer: Answer, _: usize) -> Reply {
    then(head(&answer, ""), Step::Flood(record("On and on.").repeat(100).into_bytes()))
}

#[test]
fn a_log_too_large_is_refused_and_what_was_read_of_it_stays() {
    on_paused_time(async {
        let mut bench = following(How::Spoil(endless), &record("Alpha is first.")).await;
        let known = bench.of(&source()).count();
        bench.trouble(Some(Call::Log));
        assert!(
            bench.until(SLACK * 30, |bench| bench.of(&source()).skip(known).any(|told| told.fault.is_some())).await
        );
        let since = tokio::time::Instant::now();
        let screen = bench.screen();
        assert!(screen.contains("larger than") && screen.contains("Alpha is first."), "H-86:\n{screen}");
        bench.pass(Duration::from_mins(4)).await;
        assert_eq!(bench.seen(Call::Log, since), 0, "what is too large is not fetched again and again");
    });
}

/// So many lines on the wire: each word of what is said comes in a piece of its own, with an empty line after it.
fn long(lines: usize) -> String {
    let pieces = (0..lines / 2).map(|nth| {
        let (open, word) = (if nth % 500 == 0 { r#","role":"assistant""# } else { "" }, nth % 500);
        let close = if word == 499 { r#","finish_reason":"stop""# } else { "" };
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"w{word} \"{open}}}{close}}}]}}\n\n")
    });
    pieces.collect()
}

#[test]
fn a_log_of_a_million_lines_is_read_to_its_end_passed_on_once_and_followed_on() {
    on_paused_time(async {
        let log = format!("{}{}", record("Alpha is first."), long(1_000_000));
        assert!(log.lines().count() >= 1_000_000);
        // The program's own.
        let bench = Bench::with(honest(), Limits::default()).await;
        let mut bench = follow(bench, &log).await;
        assert!(bench.until(SLACK * 30, |bench| bench.of(&source()).any(|told| told.log.is_some())).await);
        bench.pass(Duration::from_secs(12)).await;
        assert_eq!(held(&bench).len(), log.len(), "H-87");
        assert!(bench.screen().contains("w499"), "H-87: its end is in sight:\n{}", bench.screen());
        let more = format!("{log}{}", record("Omega is last."));
        bench.service.set_log(more.clone().into());
        bench.pass(Duration::from_secs(12)).await;
        let passed: usize =
            bench.of(&source()).filter_map(|told| told.log.as_ref()).map(|(_, bytes)| bytes.len()).sum();
        assert_eq!(passed, more.len(), "H-87: each byte once");
        assert!(bench.screen().contains("Omega is last."), "H-87:\n{}", bench.screen());
        assert!(bench.of(&source()).all(|told| told.fault.is_none()));
    });
}
