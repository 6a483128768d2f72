//! Counts the lines of the file once, then those that come.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::sync::watch;

use super::file::LogFile;
use super::hands::Teller;
use crate::console::biglog::Told;
use crate::transcript::index;

/// Blocks between two reports: the counts of 32 MB.
const BLOCKS: usize = 512;
/// The first picture goes first: counting keeps a core busy.
const HEAD_START: Duration = Duration::from_millis(50);

/// Until the console is gone.
pub async fn run(mut open: watch::Receiver<LogFile>, teller: Teller) {
    tokio::time::sleep(HEAD_START).await;
    let mut log = 0;
    let mut passed = 0;
    loop {
        let file = open.borrow_and_update().clone();
        if file.log != log {
            (log, passed) = (file.log, 0);
        }
        if passed < file.len {
            let (open, teller) = (open.clone(), teller.clone());
            let end = file.len;
            let counted = tokio::task::spawn_blocking(move || {
                index::count(&*file.bytes, passed, file.len, BLOCKS, |counted| {
                    let replaced = open.borrow().log != file.log;
                    if replaced || !teller.tell_blocking(file.log, Told::Counted(counted)) {
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                })
            });
            match counted.await {
                Ok(Ok(())) => passed = end,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the lines of the log cannot be counted");
                    passed = end;
                }
                Err(_) => return,
            }
        }
        if open.changed().await.is_err() {
            return;
        }
    }
}
