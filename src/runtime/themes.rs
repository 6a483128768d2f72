//! Theme files that change while the console runs: read again when they do, told only if they differ.
//!
//! ```text
//! a file is written (Linux tells) ─┐
//! the terminal gets the focus ─────┼──> read, in a thread ──differs──> Event ──> the loop paints anew
//! `:theme NAME` ───────────────────┘                      └─broken───> a note; the last good theme stays
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc;

use crate::config::Invalid;
use crate::config::theme;
use crate::console::event::{Event, Local, What};
use crate::console::state::look::{AUTO, Look, Themes};
use crate::domain::look::{Ground, Palette};
use crate::domain::{Fault, Now};
use crate::text::Safe;

/// Clones share what was told.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds a clock")]
pub struct Watch {
    files: theme::Themes,
    state: Arc<Mutex<State>>,
    events: mpsc::Sender<Event>,
    now: Now,
}

struct State {
    name: String,
    told: Result<Themes, Invalid>,
}

impl Watch {
    /// `look`: what the screen begins with.
    pub fn new(files: theme::Themes, chosen: &str, look: &Look, events: mpsc::Sender<Event>, now: Now) -> Self {
        let state = State { name: chosen.to_owned(), told: Ok(look.themes.clone()) };
        Self { files, state: Arc::new(Mutex::new(state)), events, now }
    }

    /// Says what is wrong with the theme that was chosen, and listens for changes of files.
    pub fn begin(&self) {
        self.look();
        let watch = self.clone();
        // Ends with the program; without it the files are looked at when the terminal gets the focus.
        let _ = thread::Builder::new().name("themes".to_owned()).spawn(move || watch.listen());
    }

    /// Paints with another theme.
    pub fn choose(&self, name: String) {
        let watch = self.clone();
        tokio::task::spawn_blocking(move || watch.read(Some(name)));
    }

    /// Looks whether the files say something else than before.
    pub fn look(&self) {
        let watch = self.clone();
        tokio::task::spawn_blocking(move || watch.read(None));
    }

    /// Blocking. `None`: the theme that is chosen.
    fn read(&self, name: Option<String>) {
        // Held while reading: of two that look at once, the one that tells last has read last.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = name.is_some();
        let name = name.unwrap_or_else(|| state.name.clone());
        let read = read(&self.files, &name);
        if !asked && read == state.told {
            return;
        }
        let news = match &read {
            Ok(themes) => Ok(Box::new(themes.clone())),
            // Nothing is wrong with any file.
            Err(_) if asked && !self.files.has(&name) => Err(self.files.nowhere(&name)),
            Err(invalid) => Err(Fault::from(invalid.clone())),
        };
        if asked && read.is_err() {
            // What was asked for in vain is not chosen.
            self.tell(asked, news);
            return;
        }
        (state.name, state.told) = (name, read);
        self.tell(asked, news);
    }

    fn tell(&self, asked: bool, read: Result<Box<Themes>, Fault>) {
        let what = What::Local(Local::Themes { asked, read });
        let _ = self.events.blocking_send(Event { at: (self.now)(), what });
    }

    /// Waits for changes in the folder, or for the folder to be made. Returns where nobody tells of them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn listen(&self) {
        use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
        const CHANGED: WatchFlags =
            WatchFlags::CLOSE_WRITE.union(WatchFlags::MOVED_TO).union(WatchFlags::MOVED_FROM).union(WatchFlags::DELETE);
        let Ok(notes) = init(CreateFlags::CLOEXEC) else { return };
        let folder = &self.files.folder;
        let mut memory = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&notes, &mut memory);
        loop {
            // A folder that is made again is another folder.
            let here = add_watch(&notes, folder, CHANGED.union(WatchFlags::DELETE_SELF));
            let above =
                folder.parent().map(|above| add_watch(&notes, above, WatchFlags::CREATE.union(WatchFlags::MOVED_TO)));
            if here.is_err() && above.is_none_or(|above| above.is_err()) {
                return;
            }
            loop {
                if reader.next().is_err() {
                    return;
                }
                if reader.is_buffer_empty() {
                    break;
                }
            }
            self.read(None);
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn listen(&self) {}
}

/// What the screen begins with: the shipped themes where the operator's cannot be read.
pub fn at_start(files: &theme::Themes, name: &str) -> Themes {
    let shipped = || theme::Themes::new(std::path::PathBuf::new());
    read(files, name).or_else(|_| read(&shipped(), AUTO)).unwrap_or_default()
}

/// Blocking.
fn read(files: &theme::Themes, name: &str) -> Result<Themes, Invalid> {
    let palette = |name: &str| -> Result<Palette, Invalid> { files.read(name).map(|made| made.palette) };
    let chosen = if name == AUTO { None } else { Some(files.read(name)?) };
    let made_for = chosen.as_ref().and_then(|made| made.background).map(Ground::of);
    let named = chosen.map(|made| made.palette);
    let names = files.names().into_iter().map(Safe::new).collect();
    Ok(Themes { name: Safe::new(name), named, made_for, dark: palette("dark")?, light: palette("light")?, names })
}

#[cfg(test)]
#[path = "themes_tests.rs"]
mod tests;
