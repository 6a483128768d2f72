//! What a key and a new entry cost in a log of a hundred thousand entries, counted in entries laid out and looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::domain::Instant;
use crate::transcript::{Facet, Filter, Format, Mode, Pattern, Transcript};

const ENTRIES: usize = 100_000;
const SHEET: Sheet = Sheet { width: 100, height: 40, wrap: true };

/// A job log: the shortest way to many entries, one in ten an error.
fn log(entries: usize) -> Transcript {
    let mut log = Transcript::new(Format::JobLog);
    log.absorb(lines(0, entries).as_bytes());
    assert_eq!(log.entries().len(), entries);
    log
}

fn lines(from: usize, to: usize) -> String {
    let line = |n: usize| {
        let sign = if n.is_multiple_of(10) { "##[error]" } else { "" };
        format!("2026-06-26T12:24:44.0000000Z {sign}line {n} of the log\n")
    };
    (from..to).map(line).collect()
}

/// How many entries are laid out anew by this.
fn laid(reader: &mut Reader, log: &Transcript, act: impl FnOnce(&mut Reader)) -> usize {
    reader.forget();
    act(reader);
    reader.settle(log.entries(), SHEET);
    reader.laid.len()
}

#[test]
fn a_key_lays_out_some_pages_and_never_the_log() {
    let log = log(ENTRIES);
    let entries = log.entries();
    let mut reader = Reader::default();
    reader.grew(&log, &Change { added: ENTRIES, updated: Vec::new() });
    let most = usize::from(SHEET.height) * 4;
    let count = laid(&mut reader, &log, |_| {});
    assert!(count <= most, "the end: {count}");
    for (name, facet) in [("errors", Facet::Error), ("nothing", Facet::User), ("errors again", Facet::Error)] {
        let count = laid(&mut reader, &log, |reader| {
            let anchor = reader.anchor();
            reader.sift(&log, Filter::from(facet), anchor);
        });
        assert!(count <= most, "{name}: {count}");
        assert_eq!(reader.visible(), Some(log.facets().count(facet)));
    }
    let count = laid(&mut reader, &log, |reader| reader.up(entries, 30));
    assert!(count <= most, "up: {count}");
    let count = laid(&mut reader, &log, |reader| reader.to_top(entries));
    assert!(count <= most, "to the top: {count}");
    let count = laid(&mut reader, &log, |reader| {
        let anchor = reader.anchor();
        reader.sift(&log, Filter::default(), anchor);
    });
    assert!(count <= most, "everything again: {count}");
    assert_eq!(reader.visible(), None);
}

#[test]
fn a_new_entry_is_looked_at_and_no_other() {
    let mut log = log(ENTRIES);
    let mut reader = Reader::default();
    reader.grew(&log, &Change { added: ENTRIES, updated: Vec::new() });
    let (filter, wrong) = Filter::parse("errors line");
    assert_eq!(wrong, None);
    reader.sift(&log, filter, Anchor::default());
    reader.search(log.entries(), Pattern::read("line", Mode::Literal).unwrap(), true);
    let mut now = Instant::UNIX_EPOCH;
    while reader.is_busy(log.entries()) {
        now += chrono::TimeDelta::milliseconds(34);
        reader.work(&log, now);
    }
    assert_eq!((reader.visible(), reader.search.as_ref().unwrap().hits().len()), (Some(10_000), 10_000));
    reader.settle(log.entries(), SHEET);
    for n in 0..20 {
        let change = log.absorb(lines(ENTRIES + n, ENTRIES + n + 1).as_bytes());
        reader.grew(&log, &change);
        assert!(!reader.is_busy(log.entries()), "one entry is looked at when it comes");
        let before = reader.laid.len();
        reader.settle(log.entries(), SHEET);
        assert!(reader.laid.len() <= before + 2, "and laid out when it is in sight");
    }
    assert_eq!((reader.visible(), reader.search.as_ref().unwrap().hits().len()), (Some(10_002), 10_002));
}

#[test]
fn a_typed_key_looks_at_a_piece_of_the_log_and_the_pieces_come_to_all_of_it() {
    let log = log(ENTRIES);
    let bytes: usize = log.entries().iter().flat_map(|e| e.kind.texts()).map(crate::text::Untrusted::len).sum();
    for (text, mode) in [("LINE".to_lowercase(), Mode::Literal), ("line [0-9]+7 of".to_owned(), Mode::Regex)] {
        let mut reader = Reader::default();
        reader.search(log.entries(), Pattern::read(&text, mode).unwrap(), false);
        let first = reader.search.as_ref().unwrap().percent(log.entries()).expect("not all of it at once");
        assert!(first <= 50, "{first}% of {bytes} bytes");
        let mut now = Instant::UNIX_EPOCH;
        let mut pieces = 0;
        while reader.is_busy(log.entries()) {
            now += chrono::TimeDelta::milliseconds(34);
            reader.work(&log, now);
            pieces += 1;
        }
        assert!(pieces <= 20, "{pieces}");
        let expected = if mode == Mode::Regex { 9_999 } else { ENTRIES };
        assert_eq!(reader.search.as_ref().unwrap().hits().len(), expected);
    }
}
