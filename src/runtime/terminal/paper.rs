//! A screen without a terminal, for tests that drive the real loop: it keeps the last picture and counts.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::Notify;

use super::clipboard::Copied;
use super::painter::Painter;
use super::screen::{Canvas, Fill, Screen};
use crate::console::state::layout::Size;
use crate::console::view::links::Link;

/// Clones share the same sheet: the loop owns one, the test looks at another.
#[derive(Clone, Debug)]
pub struct Paper {
    sheet: Arc<Mutex<Sheet>>,
    released: Arc<Notify>,
}

/// What happened on a [`Paper`].
#[expect(clippy::struct_excessive_bools, reason = "each is a switch a test turns by itself")]
#[derive(Debug)]
pub struct Sheet {
    pub size: Size,
    pub picture: Buffer,
    pub cursor: Option<(u16, u16)>,
    /// Pictures that were drawn, and the bytes a terminal would have got for them.
    pub frames: usize,
    pub bytes: Vec<u8>,
    pub copied: Vec<String>,
    /// What becomes of what is copied.
    pub copies: Copied,
    /// Links are wanted, and those of the last picture.
    pub linked: bool,
    pub links: Vec<Link>,
    /// What the operator was rung with.
    pub rung: Vec<u8>,
    pub mouse: bool,
    /// Suspended, resumed, stopped and left how often.
    pub suspended: usize,
    pub resumed: usize,
    /// The line was put in order after another program so often.
    pub put_in_order: usize,
    /// The terminal listens to another job.
    pub elsewhere: bool,
    pub stopped: usize,
    pub left: usize,
    /// Pictures stay on their way until [`Paper::release`]: a terminal that does not read.
    pub stuck: bool,
    /// The next picture cannot be written: the terminal is gone.
    pub broken: bool,
    /// Somebody would continue us after a stop.
    pub watched: bool,
    busy: bool,
    painter: Option<Painter>,
}

impl Paper {
    pub fn new(width: u16, height: u16) -> Self {
        let sheet = Sheet {
            size: Size { width, height },
            picture: Buffer::empty(Rect::new(0, 0, width, height)),
            cursor: None,
            frames: 0,
            bytes: Vec::new(),
            copied: Vec::new(),
            copies: Copied::Sent,
            linked: false,
            links: Vec::new(),
            rung: Vec::new(),
            mouse: false,
            suspended: 0,
            resumed: 0,
            put_in_order: 0,
            elsewhere: false,
            stopped: 0,
            left: 0,
            stuck: false,
            broken: false,
            watched: true,
            busy: false,
            painter: None,
        };
        Self { sheet: Arc::new(Mutex::new(sheet)), released: Arc::new(Notify::new()) }
    }

    /// To look at, and to change what happens next.
    pub fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.sheet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the picture that is stuck through.
    pub fn release(&self) {
        self.sheet().stuck = false;
        self.released.notify_one();
    }

    /// The picture as lines of text.
    pub fn text(&self) -> String {
        let sheet = self.sheet();
        let width = usize::from(sheet.picture.area.width).max(1);
        let rows = sheet.picture.content.chunks(width);
        rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n")
            .collect()
    }
}

impl Screen for Paper {
    fn size(&mut self) -> Size {
        self.sheet().size
    }

    fn draw(&mut self, fill: Fill<'_>) {
        let mut sheet = self.sheet();
        let area = Rect::new(0, 0, sheet.size.width, sheet.size.height);
        let holds_last = sheet.picture.area == area;
        let mut links = Vec::new();
        let mut next = std::mem::take(&mut sheet.picture);
        next.resize(area);
        let wanted = sheet.linked.then_some(&mut links);
        let drawn = fill(Canvas { buffer: &mut next, holds_last, links: wanted });
        sheet.cursor = drawn.cursor;
        sheet.frames += 1;
        sheet.busy = true;
        let mut painter = sheet.painter.take().unwrap_or_else(|| Painter::new(true));
        painter.drawn(&next, &drawn, &links, &mut sheet.bytes);
        sheet.picture = next;
        sheet.links = links;
        sheet.painter = Some(painter);
    }

    fn busy(&self) -> bool {
        self.sheet().busy
    }

    async fn written(&mut self) -> io::Result<()> {
        if !self.busy() {
            return std::future::pending().await;
        }
        while self.sheet().stuck {
            self.released.notified().await;
        }
        let mut sheet = self.sheet();
        sheet.busy = false;
        if sheet.broken { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }

    fn invalidate(&mut self) {
        self.sheet().painter = None;
    }

    fn mouse(&mut self, on: bool) {
        self.sheet().mouse = on;
    }

    fn copy(&mut self, text: &str) -> Copied {
        let mut sheet = self.sheet();
        sheet.copied.push(text.to_owned());
        sheet.copies
    }

    fn ring(&mut self, bytes: &[u8]) {
        self.sheet().rung.extend_from_slice(bytes);
    }

    fn suspend(&mut self) {
        self.sheet().suspended += 1;
    }

    fn resume(&mut self) -> io::Result<()> {
        self.invalidate();
        self.sheet().resumed += 1;
        Ok(())
    }

    fn put_in_order(&mut self) {
        self.sheet().put_in_order += 1;
    }

    fn is_ours(&self) -> bool {
        !self.sheet().elsewhere
    }

    fn stop(&mut self) -> bool {
        let mut sheet = self.sheet();
        sheet.stopped += 1;
        sheet.watched
    }

    fn leave(&mut self) {
        self.sheet().left += 1;
    }
}
