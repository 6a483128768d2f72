//! What every ledger promises, and what the one on disk survives.
//!
//! | matrix | here |
//! |---|---|
//! | D-01 kill -9 | `crash::nothing_acknowledged_is_lost_when_the_program_is_killed` |
//! | D-02 eight writers | `crash::eight_writers_on_a_new_file_lose_and_double_nothing`, `observing::eight_consoles_on_one_file_record_each_change_once` |
//! | D-03 torn log | `tamper::a_torn_log_opens_to_an_earlier_state` |
//! | D-04 full disk | `disk::a_full_disk_refuses_the_claim_and_keeps_every_acknowledged_one` |
//! | D-05 failing fsync | `disk::a_disk_that_fails_to_keep_refuses_the_claim_and_keeps_every_acknowledged_one`, ignored: needs strace |
//! | D-06 read-only, links, not a file | `disk` |
//! | D-07 damage | `tamper::a_flipped_byte_is_reported_or_harmless`, and every byte where ignored tests run |
//! | D-08 newer and older layouts | `disk`, `layout` |
//! | D-11 clock backwards | `contract::order_is_the_order_of_writing_even_when_the_clock_steps_back` |
//! | D-12 a million rows | `large::a_million_rows_open_at_once`, ignored |
//!
//! Elsewhere: D-09 and D-10, two consoles and killed ones, in `runtime::drafts`; D-13, a configuration that is edited while
//! the console runs, in `tests/pty` and, of the policy, `tests/operations`. With `ATC_LONG` set the long forms run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod child;
mod contract;
mod crash;
mod disk;
mod large;
mod layout;
mod make;
mod observing;
mod tamper;
