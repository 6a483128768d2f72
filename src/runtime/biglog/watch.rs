//! Looks at the file now and then: did it grow, is it still the same.
//!
//! ```text
//! look ──grew, replaced──> again in ¼ s
//!    └──same──> ¼ → ½ → 1 → 2 s
//! ```

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::file::{Became, LogFile};
use super::hands::{Held, Teller};
use crate::console::biglog::Told;
use crate::text::Safe;

const FASTEST: Duration = Duration::from_millis(250);
const SLOWEST: Duration = Duration::from_secs(2);

/// Until the console is gone.
pub async fn run(path: PathBuf, name: Safe, open: watch::Sender<LogFile>, teller: Teller, mut held: Held) {
    let mut pace = FASTEST;
    let mut growing = false;
    let mut missing = false;
    loop {
        tokio::time::sleep(pace).await;
        let (file, at) = (open.borrow().clone(), path.clone());
        let (log, len, half) = (file.log, file.len, file.ends_in_half_a_line());
        let Ok(became) = tokio::task::spawn_blocking(move || file.look(&at)).await else { return };
        pace = match became {
            Ok(Became::Same) => {
                missing = false;
                if std::mem::take(&mut growing) && held == Held::Window {
                    teller.tell(log, Told::Grew { len, settled: true }).await;
                }
                (pace * 2).min(SLOWEST)
            }
            Ok(Became::Longer(new)) => {
                growing = true;
                held = grown(new, (len, half), &name, &open, &teller, held).await;
                FASTEST
            }
            Ok(Became::Other(new)) => {
                growing = false;
                held = replaced(new, &name, &open, &teller).await;
                FASTEST
            }
            Err(error) => {
                // A file that is being replaced may be missing for a moment; what was opened can still be read.
                if !std::mem::replace(&mut missing, true) {
                    tracing::info!(%error, "the log file cannot be looked at");
                }
                SLOWEST
            }
        };
        if teller.is_gone() {
            return;
        }
    }
}

async fn grown(
    new: LogFile,
    (before, half): (u64, bool),
    name: &Safe,
    open: &watch::Sender<LogFile>,
    teller: &Teller,
    held: Held,
) -> Held {
    let (log, len) = (new.log, new.len);
    if held == Held::Window {
        open.send_replace(new);
        teller.tell(log, Told::Grew { len, settled: false }).await;
        return held;
    }
    if !new.is_whole() {
        return replaced(new, name, open, teller).await;
    }
    // What was shown of half a line is out of date: everything anew.
    let start = if half { 0 } else { before };
    let reader = new.clone();
    open.send_replace(new);
    if let Ok(Ok(bytes)) = tokio::task::spawn_blocking(move || reader.rest(start)).await {
        teller.tell(log, Told::More { bytes, anew: half }).await;
    }
    held
}

/// Another file, or one that is too large now to be held whole.
async fn replaced(new: LogFile, name: &Safe, open: &watch::Sender<LogFile>, teller: &Teller) -> Held {
    let (log, len, format) = (new.log, new.len, new.format);
    let whole = new.is_whole();
    let reader = new.clone();
    open.send_replace(new);
    if whole {
        if let Ok(Ok(bytes)) = tokio::task::spawn_blocking(move || reader.rest(0)).await {
            teller.tell(log, Told::Whole { name: name.clone(), format, bytes }).await;
        }
        return Held::Whole;
    }
    teller.tell(log, Told::Opened { name: name.clone(), format, len, window: None }).await;
    Held::Window
}
