//! The bytes of a log that is followed, once: for the record behind an entry, and for a file. They are not held while the
//! log is followed, so they are read where they are: in the kept copy of a log that is all there, else at the service.

use std::io::Write;

use super::desk::Desk;
use super::follower::session_of;
use super::log_source::{self, Memory, Place};
use crate::console::event::{LogOrigin, Op};
use crate::console::rawlog::{Bytes, From, News, Wish};
use crate::domain::{Fault, FaultKind, SourceChoice};
use crate::runtime::kept::{Kept, KeptLog};
use crate::runtime::save;
use crate::text::Safe;
use crate::transcript::{Format, raw};

#[derive(Clone, Debug)]
pub struct RawLogs {
    pub desk: Desk,
    pub kept: Option<Kept>,
}

/// A whole log.
struct Whole {
    bytes: Vec<u8>,
    from: From,
    received: u64,
}

impl RawLogs {
    pub fn perform(&self, of: Bytes, wish: Wish) {
        let this = self.clone();
        tokio::spawn(async move {
            let whole = this.whole(&of).await;
            match wish {
                Wish::Lines { request, place } => this.lines(request, whole, place).await,
                Wish::Save { to } => this.save(to, whole, of.format).await,
            }
        });
    }

    async fn lines(&self, request: u64, whole: Result<Whole, Fault>, place: raw::Place) {
        let received = whole.as_ref().map_or(0, |whole| whole.received);
        let result = match whole {
            Ok(whole) => {
                let Whole { bytes, from, .. } = whole;
                let read = move || raw::read(bytes.as_slice(), bytes.len() as u64, &place);
                match tokio::task::spawn_blocking(read).await {
                    Ok(Ok(lines)) => Ok((lines, from)),
                    // Memory can be read.
                    Ok(Err(_)) | Err(_) => return,
                }
            }
            Err(fault) => Err(fault),
        };
        self.desk.op(Op::Record(Box::new(News { request, result, received }))).await;
    }

    async fn save(&self, to: String, whole: Result<Whole, Fault>, format: Format) {
        let saved = match whole {
            Ok(whole) => {
                let write = move || {
                    let to = save::typed(&to, save::home().as_deref());
                    save::save(&to, |file| write_records(file, &whole.bytes, format)).map(|len| save::said(&to, len))
                };
                match tokio::task::spawn_blocking(write).await {
                    Ok(saved) => saved,
                    Err(_) => return,
                }
            }
            Err(fault) => Err(fault),
        };
        let (bad, text) = match saved {
            Ok(said) => (false, said),
            Err(fault) => (true, fault.to_string()),
        };
        self.desk.op(Op::Note { bad, text: Safe::new(text) }).await;
    }

    async fn whole(&self, of: &Bytes) -> Result<Whole, Fault> {
        if of.complete || matches!(of.origin, LogOrigin::Kept { .. }) {
            let (kept, id) = (self.kept.clone(), of.log.session.clone());
            let read = tokio::task::spawn_blocking(move || kept.map(|kept| kept.read(&id))).await;
            if let Ok(Some(Ok(Some(KeptLog { format, at, bytes })))) = read
                && format == of.format
            {
                return Ok(Whole { bytes, from: From::Kept(at), received: 0 });
            }
        }
        let Some(source) = of.origin.source() else { return Err(gone("a file is read from where it lies")) };
        let Some(task) = &of.task else { return Err(gone("it is kept no more, and its task is not known here")) };
        let (session, pulls) = session_of(Some(task), &of.log.session, self.desk.now());
        let place = Place {
            provider: &*self.desk.provider,
            till: None,
            task: &task.at,
            session: &session,
            pulls: &pulls,
            kept: self.kept.as_ref(),
            now: self.desk.now(),
        };
        let body = log_source::read(place, SourceChoice::Only(source), &mut Memory::default()).await?;
        let bytes = body.bytes.unwrap_or_default();
        if let (true, Some(why)) = (bytes.is_empty(), body.because) {
            return Err(gone(&why));
        }
        let received = bytes.len() as u64;
        Ok(Whole { bytes, from: From::Served(self.desk.now()), received })
    }
}

fn gone(why: &str) -> Fault {
    Fault::new(FaultKind::NotFound, why, "choose another source of the log, or try again")
}

/// As they came; of our own lines only the service's record in them.
fn write_records(to: &mut dyn Write, bytes: &[u8], format: Format) -> std::io::Result<()> {
    if format != Format::Timeline {
        return to.write_all(bytes);
    }
    for line in String::from_utf8_lossy(bytes).lines() {
        writeln!(to, "{}", raw::record(line, format))?;
    }
    Ok(())
}
