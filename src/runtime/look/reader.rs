//! Whether anybody still reads what is printed: somebody who waits for news hears of it only by looking.

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The other end of the standard output is gone. A terminal, a file and a pipe that is read are not.
pub fn is_gone() -> bool {
    let out = std::io::stdout();
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let ended = PollFlags::ERR | PollFlags::HUP;
    poll(&mut watched, Some(&now)).is_ok() && watched.iter().any(|fd| fd.revents().intersects(ended))
}
