//! The terminal as the loop sees it.

use std::io;

use ratatui::buffer::Buffer;

use super::clipboard::Copied;
use crate::console::state::layout::Size;
use crate::console::view::Drawn;
use crate::console::view::links::Link;

/// What a picture is put on.
#[derive(Debug)]
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    /// The buffer holds the last picture: what did not change need not be drawn again.
    pub holds_last: bool,
    /// Where the links in it are named, if they are wanted.
    pub links: Option<&'a mut Vec<Link>>,
}

/// Makes the next picture.
pub type Fill<'a> = &'a mut dyn FnMut(Canvas<'_>) -> Drawn;

/// One screen: the real terminal or the paper of a test. A picture is taken only when the one before is out, so that a
/// slow line gets fewer pictures, never late ones.
pub trait Screen {
    /// Asks for the size. The next picture has it.
    fn size(&mut self) -> Size;

    /// Shows what `fill` puts there.
    fn draw(&mut self, fill: Fill<'_>);

    /// The last picture is still on its way.
    fn busy(&self) -> bool;

    /// Ready when the picture on its way is out, or the terminal can no longer be written to. Pending while there is
    /// none. May be dropped and asked again.
    fn written(&mut self) -> impl Future<Output = io::Result<()>>;

    /// Forget what the terminal shows: the next picture is written whole.
    fn invalidate(&mut self);

    /// Turns mouse reports on or off, with the next picture.
    fn mouse(&mut self, on: bool);

    /// Puts text in the terminal's clipboard.
    fn copy(&mut self, text: &str) -> Copied;

    /// Passes on a bell or a message for the operator: bytes that move no cursor and show in no cell.
    fn ring(&mut self, bytes: &[u8]);

    /// Gives the terminal back as it was, keys included, until `resume`.
    fn suspend(&mut self);

    /// Takes the terminal again, also after somebody else changed it behind our back.
    fn resume(&mut self) -> io::Result<()>;

    /// Another program had the terminal, and has ended: the line is as it was before.
    fn put_in_order(&mut self);

    /// The terminal listens to this program, not to another job.
    fn is_ours(&self) -> bool;

    /// Stops the job, as Ctrl-Z does in a shell. `false`: nobody is there to continue it, so it was not stopped.
    fn stop(&mut self) -> bool;

    /// Gives the terminal back for good. Nothing is drawn after this.
    fn leave(&mut self);
}
