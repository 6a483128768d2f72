//! Which of the cells that were drawn are links, and where they lead. A link is looked for where the picture says what it
//! is about: a number beside its task's name, a run's number in the detail, an address. What is covered is not found, so
//! nothing that stands over a row is ever taken for it.
//!
//! Addresses are those of tasks, runs and pull requests, on the given hosts alone; no text is ever read for one. The names
//! of the rows are not linked: the row under the cursor is written in bold, and moving on must not write addresses.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;

use super::safe::CUT;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::queue::Row as QueueRow;
use crate::console::state::world::{Known, PullOf};
use crate::domain::Pull;
use crate::text::{Safe, Untrusted, sink, width};

/// Cells that lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub area: Area,
    /// https, printable ASCII.
    pub url: String,
}

/// So much of a name must be seen to know it again.
const LEAST: usize = 6;
/// Less of an address than this says nothing.
const ADDRESS_LEAST: usize = 24;

/// Adds the links of a picture that was just drawn.
pub fn find(model: &Model, hosts: &[String], buffer: &Buffer, out: &mut Vec<Link>) {
    let place = &model.place;
    if hosts.is_empty() || place.too_small() || place.help.is_some() {
        return;
    }
    let mut page = Page { buffer, hosts: hosts.iter().map(String::as_str).collect(), out };
    let panes = place.panes();
    if place.detail.is_some() {
        if let (Some(known), Some(area)) = (model.selected(), panes.body) {
            page.task(model, known, area);
        }
        return;
    }
    if covered(model) {
        return;
    }
    if let Some(area) = panes.queue {
        page.queue(model, area);
    }
    if let Some(area) = panes.reviews {
        page.reviews(model, area);
    }
    match (panes.detail, place.focus) {
        (Some(area), Pane::Reviews) => {
            if let Some(pull) = model.selected_pull() {
                page.pull(pull, area);
            }
        }
        (Some(area), _) => {
            if let Some(known) = model.selected() {
                page.task(model, known, area);
            }
        }
        (None, _) => {}
    }
}

/// Something else stands where the panes would.
fn covered(model: &Model) -> bool {
    let place = &model.place;
    place.cancels.is_some()
        || place.inbox.pane.is_some()
        || place.ledger.pane.is_some()
        || place.doctor.pane.is_some()
        || model.log.found.is_some()
        || model.log.wall.is_some()
        || model.reviewing()
}

struct Page<'a> {
    buffer: &'a Buffer,
    hosts: Vec<&'a str>,
    out: &'a mut Vec<Link>,
}

impl Page<'_> {
    fn queue(&mut self, model: &Model, area: Area) {
        let shown = model.queue.rows.iter().skip(model.queue.top).take(area.body_rows());
        for (y, row) in (area.y + 1..area.bottom()).zip(shown) {
            if let QueueRow::Task(slot) = row
                && let Some(known) = model.world.tasks.at(*slot)
                && let Some(PullOf::Known(pull)) = model.world.pull_of(&known.task)
            {
                let line = Area { y, height: 1, ..area };
                self.number_after(line, &known.task.name.show_line(), pull);
            }
        }
    }

    fn reviews(&mut self, model: &Model, area: Area) {
        let shown = model.reviews.rows.iter().skip(model.reviews.top).take(area.body_rows());
        for (y, row) in (area.y + 1..area.bottom()).zip(shown) {
            if let Some(Some(pull)) = row.key().and_then(|key| model.world.pulls.get(key)) {
                let line = Area { y, height: 1, ..area };
                // Where no title fits, the number stands alone; then the row is known by it.
                if self.seek(line, &pull.title.show_line(), LEAST).is_some() {
                    self.number(line, pull);
                }
            }
        }
        if let Some(pull) = model.selected_pull() {
            self.address(Area { height: 1, ..area }, &pull.url);
        }
    }

    /// The number of a pull request in a row that shows the task it belongs to, behind its name.
    fn number_after(&mut self, line: Area, name: &Safe, pull: &Pull) {
        if let Some((_, end)) = self.seek(line, name, LEAST) {
            self.number(Area { x: end, width: line.right().saturating_sub(end), ..line }, pull);
        }
    }

    fn number(&mut self, line: Area, pull: &Pull) {
        self.word(line, &format!("#{}", pull.number), &pull.url);
    }

    /// The detail of a task: its name, its pull request, its run, and addresses that are spelled out.
    fn task(&mut self, model: &Model, known: &Known, area: Area) {
        let run = known.run.as_ref().and_then(|found| found.run.as_ref());
        let pull = match model.world.pull_of(&known.task) {
            Some(PullOf::Known(pull)) => Some(pull),
            _ => None,
        };
        let own = known.task.html_url.as_ref().filter(|url| !url.is_empty());
        let title = Area { height: 1, ..area };
        let name = known.task.name.show_line();
        let Some(found) = self.seek(title, &name, LEAST) else { return };
        if let Some(url) = own.or(pull.map(|pull| &pull.url)) {
            self.link(title, found, url);
        }
        for y in area.y + 1..area.bottom() {
            let line = Area { y, height: 1, ..area };
            if let Some(pull) = pull {
                self.number(line, pull);
            }
            if let Some(run) = run {
                self.word(line, &run.id.to_string(), &run.html_url);
            }
            for url in [own, pull.map(|pull| &pull.url), run.map(|run| &run.html_url)].into_iter().flatten() {
                self.address(line, url);
            }
        }
    }

    fn pull(&mut self, pull: &Pull, area: Area) {
        let title = Area { height: 1, ..area };
        let Some(found) = self.seek(title, &pull.title.show_line(), LEAST) else { return };
        self.link(title, found, &pull.url);
        for y in area.y + 1..area.bottom() {
            let line = Area { y, height: 1, ..area };
            self.number(line, pull);
            self.address(line, &pull.url);
        }
    }

    /// A number that stands by itself.
    fn word(&mut self, line: Area, word: &str, url: &Untrusted) {
        let mut from = line;
        while let Some((x, end)) = self.seek(from, word, word.len()) {
            let near = |x: u16| self.symbol(x, line.y).is_some_and(|s| s.bytes().all(|b| b.is_ascii_alphanumeric()));
            let number = word.starts_with(|c: char| c.is_ascii_digit());
            let alone = !(near(end) || (number && x > line.x && near(x - 1)));
            if alone {
                return self.link(line, (x, end), url);
            }
            from = Area { x: end, width: line.right().saturating_sub(end), ..line };
        }
    }

    /// An address that is spelled out, whole or cut by the edge.
    fn address(&mut self, line: Area, url: &Untrusted) {
        let text = url.show_line();
        let Some((x, end)) = self.seek(line, &text, ADDRESS_LEAST) else { return };
        let whole = usize::from(end - x) == width::width(&text);
        let cut = self.symbol(end, line.y).is_some_and(|symbol| matches!(symbol, "…" | CUT));
        // Of two addresses that begin alike, this is the other one.
        let longer = self.symbol(end, line.y).is_some_and(|s| s.bytes().all(|b| b.is_ascii_graphic()));
        if (whole && !longer) || cut {
            self.link(line, (x, end), url);
        }
    }

    fn link(&mut self, line: Area, (x, end): (u16, u16), url: &Untrusted) {
        let area = Area { x, y: line.y, width: end.saturating_sub(x), height: 1 };
        if area.width > 0
            && let Some(url) = sink::link(url.raw_for_match(), &self.hosts)
        {
            self.out.push(Link { area, url });
        }
    }

    fn symbol(&self, x: u16, y: u16) -> Option<&str> {
        self.buffer.cell((x, y)).map(ratatui::buffer::Cell::symbol)
    }

    /// Where in the row a text begins of which at least so many characters are seen, and where it ends.
    fn seek(&self, line: Area, text: &str, least: usize) -> Option<(u16, u16)> {
        let first = text.graphemes(true).next()?;
        let least = least.min(text.graphemes(true).count());
        (line.x..line.right()).filter(|x| self.symbol(*x, line.y) == Some(first)).find_map(|x| {
            let (seen, end) = self.follow(line, x, text);
            (seen >= least).then_some((x, end))
        })
    }

    /// How many characters of the text stand from here on, and the column after them.
    fn follow(&self, line: Area, from: u16, text: &str) -> (usize, u16) {
        let (mut seen, mut x) = (0, from);
        for grapheme in text.graphemes(true) {
            let wide = u16::try_from(width::width(grapheme)).unwrap_or(0);
            if wide == 0 {
                continue;
            }
            if x.saturating_add(wide) > line.right() || self.symbol(x, line.y) != Some(grapheme) {
                break;
            }
            (seen, x) = (seen + 1, x + wide);
        }
        (seen, x)
    }
}
