//! Logs that do not simply grow, through the follower to the log pane.

use std::time::Duration;

use atc::domain::{SessionId, Source, TaskId};

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
    let mut bench = Bench::new(how).await;
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
        ("H-81 becomes empty", vec![one.clone(), String::new()], vec![], vec!["Alpha"]),
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
