//! Signals, as the loop understands them.
//!
//! | signal | what happens | exit code |
//! |---|---|---|
//! | INT | orderly end | 130 |
//! | QUIT | orderly end | 131 |
//! | TERM | orderly end | 143 |
//! | HUP, or the terminal is gone | orderly end | 129 |
//! | TSTP | the terminal is given back, the job stops | |
//! | CONT | the terminal is taken again, everything redrawn | |
//! | WINCH | the new size | |
//! | USR1, USR2, PWR | nothing | |

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::mpsc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End in order, with this exit code.
    End(u8),
    /// The terminal is gone.
    HangUp,
    Stop,
    Continue,
    Resize,
}

/// The exit code of a program that a signal ended, as shells count it.
pub const fn exit_code(signal: Number) -> u8 {
    // Signals are numbered below 65.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "signals are small positive numbers")]
    let number = signal.as_raw() as u8;
    128 + number
}

/// Room for every kind of signal at once: the same one twice is one.
pub fn channel() -> (mpsc::Sender<Signal>, mpsc::Receiver<Signal>) {
    mpsc::channel(16)
}

/// Reports signals from now on. From this call on none of them ends the program by itself.
pub fn listen(to: &mpsc::Sender<Signal>) -> io::Result<()> {
    let table = [
        (Number::INT, Some(Signal::End(exit_code(Number::INT)))),
        (Number::QUIT, Some(Signal::End(exit_code(Number::QUIT)))),
        (Number::TERM, Some(Signal::End(exit_code(Number::TERM)))),
        (Number::HUP, Some(Signal::End(exit_code(Number::HUP)))),
        (Number::WINCH, Some(Signal::Resize)),
        (Number::USR1, None),
        (Number::USR2, None),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        (Number::POWER, None),
    ];
    for (number, meaning) in table {
        let mut stream = unix::signal(SignalKind::from_raw(number.as_raw()))?;
        // To be listened to is enough to be ignored.
        let Some(meaning) = meaning else { continue };
        let to = to.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                if to.send(meaning).await.is_err() {
                    break;
                }
            }
        });
    }
    job_control(to.clone())
}

/// Stops and goings-on are told in their order. Of two that are seen at once going on came first: when a process goes on
/// the kernel forgets the stops that wait for it.
fn job_control(to: mpsc::Sender<Signal>) -> io::Result<()> {
    let stream = |number: Number| unix::signal(SignalKind::from_raw(number.as_raw()));
    let (mut go_on, mut stop) = (stream(Number::CONT)?, stream(Number::TSTP)?);
    tokio::spawn(async move {
        loop {
            let meaning = tokio::select! {
                biased;
                Some(()) = go_on.recv() => Signal::Continue,
                Some(()) = stop.recv() => Signal::Stop,
                else => break,
            };
            if to.send(meaning).await.is_err() {
                break;
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_the_shell() {
        assert_eq!([Number::INT, Number::QUIT, Number::TERM, Number::HUP].map(exit_code), [130, 131, 143, 129]);
    }
}
