//! What must hold for any log, however its bytes come.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::testlog::{JOB, session};
use super::{Change, Diagnosis, Ending, Format, Rules, Transcript};

fn whole(format: Format, bytes: &[u8]) -> Transcript {
    let mut transcript = Transcript::new(format);
    transcript.absorb(bytes);
    transcript.finish();
    transcript
}

fn same(left: &Transcript, right: &Transcript) {
    assert_eq!(left.entries(), right.entries());
    assert_eq!(left.stats(), right.stats());
    assert_eq!(left.facets(), right.facets());
    assert_eq!(left.outline(), right.outline());
    assert_eq!(left.facts(), right.facts());
}

/// A log whose lines were cut, mixed, doubled and swapped with bytes of any kind.
fn mixed() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let piece = prop_oneof![
        8 => any::<prop::sample::Index>().prop_map(Ok),
        1 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Err),
    ];
    (any::<bool>(), prop::collection::vec(piece, 0..30)).prop_map(|(job, pieces)| {
        let (format, log) = if job { (Format::JobLog, JOB.to_owned()) } else { (Format::SessionLog, session()) };
        let lines: Vec<_> = log.lines().filter(|line| !line.is_empty()).collect();
        let mut bytes = Vec::new();
        for piece in pieces {
            match piece {
                Ok(index) => bytes.extend_from_slice(lines[index.index(lines.len())].as_bytes()),
                Err(any) => bytes.extend_from_slice(&any),
            }
            bytes.push(b'\n');
        }
        (format, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn how_the_bytes_are_cut_makes_no_difference(cuts in prop::collection::vec(0usize..6000, 0..12)) {
        for (format, log) in [(Format::SessionLog, session()), (Format::JobLog, JOB.to_owned())] {
            let mut whole = Transcript::new(format);
            whole.absorb(log.as_bytes());
            whole.finish();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (log.len() + 1)).collect();
            cuts.sort_unstable();
            let mut pieces = Transcript::new(format);
            let mut from = 0;
            for cut in cuts.into_iter().chain([log.len()]) {
                pieces.absorb(&log.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.finish();
            same(&pieces, &whole);
        }
    }

    #[test]
    fn however_a_strange_log_is_cut_it_reads_the_same((format, bytes) in mixed(), size in 1usize..700) {
        let at_once = whole(format, &bytes);
        let mut pieces = Transcript::new(format);
        let mut seen = Change::default();
        for piece in bytes.chunks(size) {
            seen.added += pieces.absorb(piece).added;
        }
        seen.added += pieces.finish().added;
        same(&pieces, &at_once);
        prop_assert_eq!(seen.added, pieces.entries().len());
        let turns = pieces.outline().turns();
        prop_assert!(turns.windows(2).all(|pair| pair[0].first <= pair[1].first));
    }

    #[test]
    fn a_diagnosis_does_not_depend_on_how_the_log_came((format, bytes) in mixed(), size in 1usize..700) {
        let rules = Rules::shipped();
        let mut findings = Vec::new();
        for size in [size, usize::MAX] {
            let mut transcript = Transcript::new(format);
            let mut diagnosis = Diagnosis::default();
            for piece in bytes.chunks(size) {
                let change = transcript.absorb(piece);
                diagnosis.absorb(&rules, &transcript, &change);
            }
            let change = transcript.finish();
            diagnosis.absorb(&rules, &transcript, &change);
            diagnosis.end(&rules, &transcript, Some(Ending::default()));
            findings.push(diagnosis.findings(&rules, &transcript));
        }
        prop_assert_eq!(&findings[0], &findings[1]);
    }

    #[test]
    fn any_bytes_at_all_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600), json in any::<String>()) {
        for format in [Format::SessionLog, Format::JobLog] {
            let mut transcript = Transcript::new(format);
            transcript.absorb(b"data: ");
            transcript.absorb(&bytes);
            transcript.absorb(format!("\ndata: {{\"choices\":[{{\"delta\":{{\"tool_calls\":{json:?}}}}}]}}\n").as_bytes());
            transcript.finish();
        }
    }
}
