//! What the console and the runtime say to each other about a log that is too large to be held.
//!
//! ```text
//! console ── Wish ──> runtime (reads, counts, scans, off the loop)
//!         <── News ──
//! ```

use crate::domain::Fault;
use crate::text::Safe;
use crate::transcript::Format;
use crate::transcript::export::Shape;
use crate::transcript::index::Counted;
use crate::transcript::raw::Place;
use crate::transcript::search::{Found, Hit, Pattern};
use crate::transcript::window::{Plan, Window};

/// What the console wants of the log. The newest of each kind counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Window {
        request: u64,
        plan: Plan,
    },
    /// Count the lines that hold the pattern, beginning at this offset; the counting before ends.
    Search {
        search: u64,
        pattern: Box<Pattern>,
        from: u64,
    },
    /// The next line from this offset on that holds it, or the one before.
    Next {
        search: u64,
        pattern: Box<Pattern>,
        from: u64,
        forward: bool,
    },
    /// Nothing is looked for any more.
    EndSearch,
    /// The lines of an entry as they came.
    Lines {
        request: u64,
        place: Place,
    },
    /// Write the log to a file.
    Save {
        to: String,
        shape: Shape,
    },
}

/// What became of it.
#[derive(Debug)]
pub struct News {
    /// Which opening of the file this is about; one that was replaced is another.
    pub log: u64,
    pub what: Told,
}

#[derive(Debug)]
pub enum Told {
    /// `window`: its end, where that could be read at once.
    Opened {
        name: Safe,
        format: Format,
        len: u64,
        window: Option<Box<Window>>,
    },
    Window {
        request: u64,
        result: Result<Box<Window>, Fault>,
    },
    Counted(Counted),
    Found {
        search: u64,
        found: Found,
    },
    Hit {
        search: u64,
        hit: Option<Hit>,
    },
    /// The file has this many bytes now. `settled`: it did not grow for a moment.
    Grew {
        len: u64,
        settled: bool,
    },
    /// A file that is held whole has more bytes. `anew`: these are all of them, what was read of it before is out of date.
    More {
        bytes: Vec<u8>,
        anew: bool,
    },
    /// The file was replaced by one small enough to be held whole.
    Whole {
        name: Safe,
        format: Format,
        bytes: Vec<u8>,
    },
}
