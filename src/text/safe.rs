//! Plain text that is safe to put in a cell: no control, no escape sequence, nothing invisible or reordering.

use std::fmt;
use std::ops::Deref;

/// One line of text that holds nothing a terminal would act on. The only way to make one is through the sanitiser,
/// so holding a `Safe` is the proof.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Safe(Box<str>);

impl Safe {
    /// The program's own words. They pass the sanitiser too, so that a formatted-in value cannot break the promise.
    pub fn new(text: impl AsRef<str>) -> Self {
        line(text.as_ref())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Safe {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Safe {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// One safe line out of any text.
pub(super) fn line(text: &str) -> Safe {
    Safe(text.chars().filter(|c| !c.is_control()).collect::<String>().into())
}

/// One safe line per line of the text.
pub(super) fn block(text: &str) -> Vec<Safe> {
    text.split('\n').map(line).collect()
}
