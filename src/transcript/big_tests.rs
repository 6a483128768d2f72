//! Windows, counts and hits of a log against what reading it whole gives, for logs of every kind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::naive_bytecount)]

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::index::{self, Index, Where};
use super::search::{self, Found, Hit, Hits, Pattern};
use super::source::{self, BLOCK, Bytes, LONGEST_LINE, block_of};
use super::testlog::unnumbered;
use super::window::{self, Plan, Spot, Window};
use super::{Entry, Format, Kind, Transcript};

fn text(id: usize, words: &str) -> String {
    let words = serde_json::to_string(words).unwrap();
    format!(
        r#"data: {{"id":"r{id}","created":17574130{:02},"object":"chat.completion.chunk","choices":[{{"delta":{{"role":"assistant","content":{words}}}}}]}}"#,
        id % 100
    )
}

fn call(id: usize, result: Option<&str>) -> String {
    let role = if result.is_none() { r#""role":"assistant","# } else { "" };
    let content = serde_json::to_string(result.unwrap_or("")).unwrap();
    format!(
        r#"data: {{"id":"c{id}","object":"chat.completion.chunk","choices":[{{"delta":{{{role}"content":{content},"tool_calls":[{{"id":"k{id}","type":"function","index":0,"function":{{"name":"bash","arguments":"{{\"command\":\"make t{id}\"}}"}}}}]}}}}]}}"#
    )
}

/// Lines of a log: texts, calls whose results come soon or late, nonsense, other encodings, long ones.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => ("[a-z \"\\\\é\n]{0,40}", any::<u16>()).prop_map(|(words, id)| text(id.into(), &words).into_bytes()),
        4 => (0usize..6).prop_map(|id| call(id, None).into_bytes()),
        // Two entries of one line.
        3 => (6usize..9).prop_map(|id| call(id, None).replace(r#""content":"""#, r#""content":"I say""#).into_bytes()),
        4 => (0usize..6, "[a-z\n]{0,30}").prop_map(|(id, out)| call(id, Some(&out)).into_bytes()),
        2 => Just(Vec::new()),
        1 => Just(b"event: ping".to_vec()),
        1 => Just(b"data: [DONE]".to_vec()),
        1 => Just(b"data: {\"id\":\"half".to_vec()),
        1 => proptest::collection::vec(1u8..=255, 0..30).prop_map(|mut raw| { raw.retain(|b| *b != b'\n'); raw }),
        1 => (0usize..9).prop_map(|id| text(id, &"long needle ".repeat(3000)).into_bytes()),
    ];
    (proptest::collection::vec((line, any::<bool>()), 0..60), any::<bool>()).prop_map(|(lines, ends)| {
        let mut all = Vec::new();
        for (line, returns) in lines {
            all.extend(line);
            all.extend_from_slice(if returns { b"\r\n" } else { b"\n" });
        }
        if !ends {
            all.pop();
        }
        all
    })
}

/// What is looked for: common and rare, with what JSON escapes, in either case, by regular expression.
fn words() -> impl Strategy<Value = String> {
    const FIXED: [&str; 11] =
        ["long needle", "make t3", "Make", "MAKE", "/a.*b", "/^[a-c]", "/\\s$", "needle l", "\\", "é", "\"a"];
    prop_oneof![3 => prop::sample::select(&FIXED[..]).prop_map(str::to_owned), 2 => "[a-e \"\\\\é1-3]{1,2}"]
}

fn starts(log: &[u8]) -> Vec<u64> {
    let mut starts: Vec<u64> =
        log.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at as u64 + 1).collect();
    starts.insert(0, 0);
    starts.retain(|start| *start < log.len() as u64);
    starts
}

fn lines(log: &[u8]) -> Vec<(u64, &[u8])> {
    let starts = starts(log);
    let ends = starts.iter().skip(1).copied().chain([log.len() as u64]);
    starts.iter().copied().zip(ends).map(|(from, to)| (from, &log[from as usize..to as usize])).collect()
}

/// The whole decode, with the id each entry has in a window.
fn whole(log: &[u8], format: Format) -> Vec<Entry> {
    let mut transcript = Transcript::new(format);
    let mut ids = Vec::new();
    let lines = lines(log);
    let last = lines.len().saturating_sub(1);
    for (at, (offset, line)) in lines.into_iter().enumerate() {
        let before = transcript.entries().len();
        transcript.absorb(line);
        if at == last {
            transcript.finish();
        }
        ids.extend((0..transcript.entries().len() - before).map(|nth| offset + nth as u64));
    }
    let mut entries = transcript.entries().to_vec();
    for (entry, id) in entries.iter_mut().zip(ids) {
        entry.id = id;
    }
    entries
}

fn plan(spot: Spot, (lines, least, most): (usize, u64, u64)) -> Plan {
    Plan { spot, lines, least, most, lead: u64::MAX, ahead: u64::MAX, settled: true }
}

fn read(log: &[u8], plan: Plan) -> Window {
    window::read(log, Format::SessionLog, log.len() as u64, plan).unwrap()
}

fn count(log: &[u8], every: usize) -> Index {
    let mut index = Index::default();
    index::count(log, 0, log.len() as u64, every, |counted| {
        index.take(&counted);
        ControlFlow::Continue(())
    })
    .unwrap();
    index
}

fn naive(log: &[u8], format: Format, words: &str) -> Vec<u64> {
    let pattern = Pattern::new(words).unwrap();
    lines(log).into_iter().filter(|(_, line)| pattern.holds(format, line)).map(|(start, _)| start).collect()
}

fn scan(log: &[u8], format: Format, pattern: &Pattern, from: u64) -> (Hits, Option<Hit>) {
    let (mut hits, mut first) = (Hits::default(), None);
    let mut last = Found::default();
    search::scan(
        log,
        (format, log.len() as u64),
        pattern,
        from,
        || false,
        |found| {
            hits.add(&found);
            first = first.or(found.first);
            last = found;
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert!(last.done && last.passed == log.len() as u64, "{last:?}");
    (hits, first)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_the_whole_decode_cut_to_its_range(
        log in log(), at in any::<prop::sample::Index>(), to in 0u64..400,
        amounts in (0usize..6, 0u64..2000, 0u64..200_000),
    ) {
        let at = at.index(log.len() + 1) as u64;
        let window = read(&log, plan(Spot::Bytes(at, at + to), amounts));
        let range = window.frame.range.clone();
        let starts = starts(&log);
        prop_assert!(range.start == 0 || starts.contains(&range.start) || range.is_empty());
        prop_assert!(range.end == log.len() as u64 || starts.contains(&range.end));
        prop_assert!(range.start <= at && (range.end >= (at + to).min(log.len() as u64)));
        let expected: Vec<_> = whole(&log, Format::SessionLog).into_iter().filter(|e| range.contains(&e.id)).collect();
        prop_assert_eq!(window.transcript.entries(), &unnumbered(&expected)[..]);
    }

    #[test]
    fn going_on_from_window_to_window_reaches_every_line(log in log(), amounts in (0usize..3, 0u64..50, 0u64..100)) {
        let mut window = read(&log, plan(Spot::Start, amounts));
        let mut seen: Vec<u64> = window.transcript.entries().iter().map(|e| e.id).collect();
        while !window.frame.is_last() {
            let end = window.frame.range.end;
            window = read(&log, plan(Spot::Bytes(end - 1, end - 1), amounts));
            prop_assert!(window.frame.range.end > end);
            seen.extend(window.transcript.entries().iter().map(|e| e.id));
        }
        seen.sort_unstable();
        seen.dedup();
        let all: Vec<_> = whole(&log, Format::SessionLog).iter().map(|e| e.id).collect();
        prop_assert_eq!(&seen, &all);
        while !window.frame.is_first() {
            let start = window.frame.range.start;
            window = read(&log, plan(Spot::Bytes(start, start), amounts));
            prop_assert!(window.frame.range.start < start);
        }
    }

    #[test]
    fn an_index_counts_what_is_there(log in log(), every in 1usize..5, number in 1u64..80) {
        let index = count(&log, every);
        let starts = starts(&log);
        prop_assert_eq!(index.newlines(), log.iter().filter(|b| **b == b'\n').count() as u64);
        if let Some(start) = starts.get(number as usize - 1) {
            let Where::In { block, newlines } = index.find(number, log.len() as u64) else { panic!("not found") };
            let window = read(&log, plan(Spot::Line { block, newlines }, (1, 1, 1)));
            prop_assert_eq!(window.frame.found, *start);
            let before = index.before(block_of(window.frame.range.start)).unwrap() + window.frame.newlines;
            let naive = log[..window.frame.range.start as usize].iter().filter(|b| **b == b'\n').count();
            prop_assert_eq!(before, naive as u64);
            for entry in window.transcript.entries() {
                let line = starts.partition_point(|start| *start <= entry.id) as u64;
                prop_assert_eq!(window.frame.line_number(&index, entry.id), Some(line));
            }
        }
    }

    #[test]
    fn a_search_finds_the_lines_a_reader_would(
        log in log(), from in any::<prop::sample::Index>(), words in words(),
    ) {
        let format = Format::SessionLog;
        let from = from.index(log.len() + 1) as u64;
        let hits = naive(&log, format, &words);
        let pattern = Pattern::new(&words).unwrap();
        let (counted, first) = scan(&log, format, &pattern, from);
        prop_assert_eq!(counted.total(), hits.len() as u64);
        let line = source::line_start(&log[..], from).unwrap();
        let next = hits.iter().find(|hit| **hit >= line).or(hits.first());
        prop_assert_eq!(first.map(|hit| hit.offset), next.copied());
        let (len, run) = (log.len() as u64, || false);
        let next = search::next(&log[..], (format, len), &pattern, from, run).unwrap();
        prop_assert_eq!(next.map(|hit| hit.offset), hits.iter().find(|hit| **hit >= from).or(hits.first()).copied());
        let before = search::previous(&log[..], (format, len), &pattern, from, run).unwrap();
        prop_assert_eq!(before.map(|hit| hit.offset), hits.iter().rfind(|hit| **hit < from).or(hits.last()).copied());
        for hit in [first, next, before].into_iter().flatten() {
            let rank = counted.before(block_of(hit.offset)) + u64::from(hit.nth);
            prop_assert_eq!(hits.get(rank as usize), Some(&hit.offset));
        }
        let hinted = search::next(&log[..], (format, len), &pattern, counted.hint(from), run).unwrap();
        prop_assert_eq!(hinted, next);
        let hinted = search::previous(&log[..], (format, len), &pattern, counted.hint_before(from), run).unwrap();
        prop_assert_eq!(hinted, before);
    }
}

/// A megabyte and a half of plain lines of all lengths.
fn job_log() -> Vec<u8> {
    let mut log = Vec::new();
    for n in 0..20_000u32 {
        let words = "word ".repeat((n % 31) as usize);
        log.extend(format!("2026-09-09T10:00:00.{n:07}Z {n} {words}\u{1b}[32mok\u{1b}[0m\n").bytes());
        if n % 5000 == 77 {
            log.extend("x".repeat(1024 * 1024).bytes());
            log.push(b'\n');
        }
    }
    log
}

#[test]
fn a_match_across_the_border_of_two_reads_is_found() {
    // The needle stands across every offset at which a read could end.
    for border in [BLOCK, 2 * BLOCK, 4 * BLOCK] {
        for shift in 0..8 {
            let mut log = vec![b'a'; (border - shift) as usize];
            log.extend_from_slice(b"needle12\nb\n");
            let pattern = Pattern::new("needle12").unwrap();
            assert_eq!(scan(&log, Format::JobLog, &pattern, 0).0.total(), 1, "{border} {shift}");
        }
    }
}

#[test]
fn a_hit_that_goes_over_the_end_of_its_block_is_the_one_before() {
    let mut log = vec![b'a'; BLOCK as usize - 3];
    log.extend_from_slice(b"\nneedle\nother\n");
    let (pattern, len) = (Pattern::new("needle").unwrap(), log.len() as u64);
    let (hits, _) = scan(&log, Format::JobLog, &pattern, 0);
    let from = hits.hint_before(len);
    let hit = search::previous(&log[..], (Format::JobLog, len), &pattern, from, || false).unwrap();
    assert_eq!((from, hit), (BLOCK, Some(Hit { offset: BLOCK - 2, nth: 0 })));
}

#[test]
fn windows_and_hits_of_a_job_log_are_those_of_the_whole() {
    let log = job_log();
    let all = whole(&log, Format::JobLog);
    let index = count(&log, 7);
    for number in [1, 2, 78, 79, 80, 9_999, 20_004] {
        let Where::In { block, newlines } = index.find(number, log.len() as u64) else { panic!("{number}") };
        let plan = Plan::new(Spot::Line { block, newlines }, 40);
        let window = window::read(&log[..], Format::JobLog, log.len() as u64, plan).unwrap();
        let range = window.frame.range.clone();
        assert_eq!(window.frame.found, lines(&log)[number as usize - 1].0);
        let expected: Vec<_> = all.iter().filter(|e| range.contains(&e.id)).cloned().collect();
        assert_eq!(window.transcript.entries(), &unnumbered(&expected)[..]);
        assert!(range.end - range.start < 3 * 1024 * 1024 + 8 * BLOCK, "{range:?}");
    }
    assert_eq!(index.find(20_006, log.len() as u64), Where::Behind);
    for words in ["19999 ", "x", "WORD", "word word word word", "9T10", "/^7.* word"] {
        let pattern = Pattern::new(words).unwrap();
        assert_eq!(scan(&log, Format::JobLog, &pattern, 77).0.total(), naive(&log, Format::JobLog, words).len() as u64);
    }
}

#[test]
fn a_line_that_is_too_long_is_one_broken_entry_and_costs_its_head() {
    let mut log = text(1, "before").into_bytes();
    log.push(b'\n');
    let start = log.len() as u64;
    log.extend(text(2, &"y".repeat(LONGEST_LINE + 5)).bytes());
    log.push(b'\n');
    log.extend(text(3, "after").bytes());
    let window = read(&log, Plan::new(Spot::End, 10));
    let kinds: Vec<_> = window.transcript.entries().iter().map(|e| (e.id, matches!(e.kind, Kind::Broken(_)))).collect();
    assert_eq!(kinds, [(start, true), (log.len() as u64 - text(3, "after").len() as u64, false)]);
    assert_eq!(window.frame.entry_at(start + 100_000), 0);
    let pattern = Pattern::new("after").unwrap();
    assert_eq!(scan(&log, Format::SessionLog, &pattern, 0).0.total(), 1);
}

#[test]
fn a_result_far_away_is_not_made_up() {
    let filler: String = (0..2000).map(|n| text(n, &"words ".repeat(40)) + "\n").collect();
    let log = format!("{}\n{filler}{}\n", call(1, None), call(1, Some("done"))).into_bytes();
    let near = read(&log, Plan { least: 10, most: 1000, lines: 1, ..Plan::new(Spot::Start, 1) });
    assert!(near.transcript.entries()[0].kind.is_pending() && !near.frame.sees_end);
    let far = read(&log, plan(Spot::Start, (1, 10, 1000)));
    assert!(!far.transcript.entries()[0].kind.is_pending() && far.frame.sees_end);
    // Its call out of reach, the result stands by itself rather than not at all.
    let end = read(&log, Plan { least: 10, most: 1000, lines: 1, ..Plan::new(Spot::End, 1) });
    assert!(matches!(&end.transcript.entries().last().unwrap().kind, Kind::Command(c) if c.output.is_some()));
}

#[test]
fn a_step_of_a_job_that_never_ends_does_not_fill_the_memory() {
    let mut log = b"2026-09-09T10:00:00.0000000Z before\n2026-09-09T10:00:00.0000000Z ##[group]endless\n".to_vec();
    let line = b"2026-09-09T10:00:00.0000000Z and on and on and on it goes\n";
    (0..600_000).for_each(|_| log.extend_from_slice(line));
    let read = |spot| window::read(&log[..], Format::JobLog, log.len() as u64, Plan::new(spot, 40)).unwrap();
    let top = read(Spot::Start);
    assert!(top.frame.range.end < 9 * 1024 * 1024 && !top.frame.is_last(), "{:?}", top.frame.range);
    let beyond = read(Spot::Bytes(top.frame.range.end, top.frame.range.end));
    assert!(beyond.frame.range.contains(&top.frame.range.end) && !beyond.transcript.entries().is_empty());
}

#[test]
fn a_half_record_at_the_end_waits_while_the_log_grows() {
    let mut log = text(1, "whole").into_bytes();
    log.extend_from_slice(b"\ndata: {\"id\":\"half");
    let growing = read(&log, Plan { settled: false, ..Plan::new(Spot::End, 10) });
    let settled = read(&log, Plan::new(Spot::End, 10));
    assert_eq!((growing.transcript.entries().len(), settled.transcript.entries().len()), (1, 2));
}

#[test]
fn a_source_that_ends_early_ends_everything_early() {
    /// Says it is longer than it is, like a file that shrank a moment ago.
    struct Short(Vec<u8>);
    impl Bytes for Short {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0[..].read_at(offset, buffer)
        }
    }
    let short = Short(text(1, "all there is").into_bytes());
    let len = 10 * BLOCK;
    for spot in [Spot::Start, Spot::End, Spot::Bytes(3 * BLOCK, 4 * BLOCK), Spot::Line { block: 2, newlines: 9 }] {
        window::read(&short, Format::SessionLog, len, Plan::new(spot, 10)).unwrap();
    }
    let pattern = Pattern::new("all").unwrap();
    assert!(search::next(&short, (Format::SessionLog, len), &pattern, 0, || false).unwrap().is_some());
    assert!(search::previous(&short, (Format::SessionLog, len), &pattern, len, || false).unwrap().is_some());
}
