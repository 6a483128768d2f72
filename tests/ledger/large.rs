//! A ledger of years.

use std::time::Duration;

use atc::ledger::{Ledger, Seen, Span};

use crate::make::{at, file, intent, open, seen};

#[test]
#[ignore = "writes a million rows: a minute"]
fn a_million_rows_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let ledger = open(&file);
    for batch in 0..1000_i64 {
        let looks: Vec<Seen> = (0..1000).map(|n| seen(&format!("t{batch}-{n}"), "completed", batch)).collect();
        assert_eq!(ledger.observe(&looks).unwrap(), 1000);
    }
    drop(ledger);
    let begun = tokio::time::Instant::now();
    let ledger = open(&file);
    ledger.claim(&intent(1)).unwrap();
    let page = ledger.lines(&Span { since: Some(at(0)), ..Span::default() }, 200).unwrap();
    let took = begun.elapsed();
    assert_eq!(page.len(), 200);
    assert!(took <= Duration::from_millis(500), "{took:?}");
}
