//! No screen at all, for a console that runs without anybody looking: pictures are made, because that is how it knows what
//! to ask for, and thrown away.

use std::io;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::clipboard::Copied;
use super::screen::{Canvas, Fill, Screen};
use crate::console::state::layout::Size;

/// A wall display: everything the console could show is asked for.
const SIZE: Size = Size { width: 160, height: 45 };

#[derive(Debug, Default)]
pub struct Unseen {
    buffer: Buffer,
    busy: bool,
}

impl Screen for Unseen {
    fn size(&mut self) -> Size {
        SIZE
    }

    fn draw(&mut self, fill: Fill<'_>) {
        self.buffer.resize(Rect::new(0, 0, SIZE.width, SIZE.height));
        fill(Canvas { buffer: &mut self.buffer, holds_last: false, links: None });
        self.busy = true;
    }

    fn busy(&self) -> bool {
        self.busy
    }

    async fn written(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.busy) {
            return std::future::pending().await;
        }
        Ok(())
    }

    fn invalidate(&mut self) {}

    fn mouse(&mut self, _on: bool) {}

    fn copy(&mut self, _text: &str) -> Copied {
        Copied::Nowhere
    }

    fn ring(&mut self, _bytes: &[u8]) {}

    fn suspend(&mut self) {}

    fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn put_in_order(&mut self) {}

    fn is_ours(&self) -> bool {
        true
    }

    fn stop(&mut self) -> bool {
        false
    }

    fn leave(&mut self) {}
}
