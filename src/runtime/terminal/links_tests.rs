//! Links as a terminal keeps them: a small one of our own, which remembers of each cell what stands in it and which link it
//! was written under. (The judge of the painter's own tests knows no links.)
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "pictures are made by hand here")]

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthStr;

use super::super::painter::Painter;
use crate::console::state::layout::Area;
use crate::console::view::links::Link;

const WIDTH: u16 = 30;
const HEIGHT: u16 = 12;

type Cell = (String, Option<String>);

/// What the painter's bytes mean, and no more: anything else is a failure.
struct Terminal {
    cells: Vec<Vec<Cell>>,
    at: (usize, usize),
    region: (usize, usize),
    link: Option<String>,
    ids: Vec<(String, String)>,
}

impl Terminal {
    fn new() -> Self {
        let row = vec![(" ".to_owned(), None); WIDTH.into()];
        let (at, region) = ((0, 0), (0, usize::from(HEIGHT) - 1));
        Self { cells: vec![row; HEIGHT.into()], at, region, link: None, ids: Vec::new() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '\x1b' if rest.starts_with("]8;") => {
                    let end = rest.find("\x1b\\").expect("a link's sequence ends");
                    self.osc8(&rest[3..end]);
                    rest = &rest[end + 2..];
                }
                '\x1b' if rest.starts_with('[') => {
                    let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    self.csi(&rest[1..end], rest.as_bytes()[end]);
                    rest = &rest[end + 1..];
                }
                '\x1b' if rest.starts_with('M') => {
                    rest = &rest[1..];
                    if self.at.1 == self.region.0 { self.scroll(false) } else { self.at.1 -= 1 }
                }
                '\x1b' => panic!("{:?}", &rest[..rest.len().min(10)]),
                '\n' if self.at.1 == self.region.1 => self.scroll(true),
                '\n' => self.at.1 += 1,
                '\r' => self.at.0 = 0,
                '\x08' => self.at.0 -= 1,
                c => self.write(&c.to_string()),
            }
        }
    }

    fn osc8(&mut self, text: &str) {
        let (parameters, address) = text.split_once(';').unwrap();
        if address.is_empty() {
            assert!(parameters.is_empty() && self.link.is_some(), "a close without a link: {text}");
            self.link = None;
            return;
        }
        let id = parameters.strip_prefix("id=").expect("every link has its id").to_owned();
        for (known, of) in &self.ids {
            assert_eq!(*known == id, of == address, "an id is one address");
        }
        self.ids.push((id, address.to_owned()));
        self.link = Some(address.to_owned());
    }

    fn csi(&mut self, parameters: &str, last: u8) {
        let n = |i: usize| parameters.split(';').nth(i).and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
        match last {
            b'H' => self.at = (n(1) - 1, n(0) - 1),
            b'A' => self.at.1 -= n(0),
            b'B' => self.at.1 += n(0),
            b'C' => self.at.0 += n(0),
            b'D' => self.at.0 -= n(0),
            b'r' if parameters.is_empty() => (self.region, self.at) = ((0, usize::from(HEIGHT) - 1), (0, 0)),
            b'r' => (self.region, self.at) = ((n(0) - 1, n(1) - 1), (0, 0)),
            b'J' => self.cells.iter_mut().flatten().for_each(|cell| *cell = (" ".to_owned(), None)),
            b'K' => {
                assert_eq!(self.link, None, "nothing is erased under a link");
                self.cells[self.at.1][self.at.0..].fill((" ".to_owned(), None));
            }
            b'm' | b'h' | b'l' => {}
            other => panic!("CSI {parameters} {}", char::from(other)),
        }
    }

    fn scroll(&mut self, up: bool) {
        assert_eq!(self.link, None, "nothing is scrolled under a link");
        let rows = &mut self.cells[self.region.0..=self.region.1];
        if up {
            rows.rotate_left(1);
        } else {
            rows.rotate_right(1);
        }
        let freed = if up { rows.len() - 1 } else { 0 };
        rows[freed].fill((" ".to_owned(), None));
    }

    fn write(&mut self, text: &str) {
        let (x, y) = self.at;
        self.cells[y][x] = (text.to_owned(), self.link.clone());
        let wide = text.width();
        for rest in x + 1..x + wide {
            self.cells[y][rest] = (String::new(), self.link.clone());
        }
        self.at.0 = (x + wide).min(usize::from(WIDTH) - 1);
    }
}

fn link(x: u16, y: u16, width: u16, n: u8) -> Link {
    Link { area: Area { x, y, width, height: 1 }, url: format!("https://github.com/acme/api/pull/{n}") }
}

/// What each cell should be.
fn wanted(picture: &Buffer, links: &[Link]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        let mut row: Vec<Cell> = Vec::new();
        for x in 0..WIDTH {
            let url = links.iter().find(|l| l.area.contains(x, y)).map(|l| l.url.clone());
            match row.last() {
                Some((before, url)) if x > 0 && before.width() == 2 => row.push((String::new(), url.clone())),
                _ => row.push((picture[(x, y)].symbol().to_owned(), url)),
            }
        }
        rows.push(row);
    }
    rows
}

#[derive(Clone, Debug)]
enum Change {
    Write { x: u16, y: u16, text: String, colour: u8 },
    Scroll(i8),
    Link { x: u16, y: u16, width: u16, n: u8 },
    Unlink(usize),
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0_u16..24, 0..HEIGHT, "[a-d 漢é]{1,12}", 0_u8..6).prop_map(|(x, y, text, colour)| Change::Write { x, y, text, colour }),
        2 => (-3_i8..4).prop_map(Change::Scroll),
        4 => (0_u16..24, 0..HEIGHT, 1_u16..7, 0_u8..4).prop_map(|(x, y, width, n)| Change::Link { x, y, width, n }),
        1 => (0_usize..8).prop_map(Change::Unlink),
    ]
}

fn apply(change: Change, picture: &mut Buffer, links: &mut Vec<Link>) {
    match change {
        Change::Write { x, y, text, colour } => {
            picture.set_string(x, y, &text, Style::reset().fg(Color::Indexed(colour)));
        }
        Change::Scroll(by) => {
            let before = picture.clone();
            for y in 1..HEIGHT - 1 {
                let from = i32::from(y) + i32::from(by);
                for x in 0..WIDTH {
                    let inside = (1..i32::from(HEIGHT) - 1).contains(&from);
                    picture[(x, y)] = if inside {
                        before[(x, u16::try_from(from).unwrap())].clone()
                    } else {
                        ratatui::buffer::Cell::EMPTY
                    };
                }
            }
            for link in links.iter_mut().filter(|link| (1..HEIGHT - 1).contains(&link.area.y)) {
                link.area.y = u16::try_from(i32::from(link.area.y) - i32::from(by)).unwrap_or(0);
            }
            links.retain(|link| (1..HEIGHT - 1).contains(&link.area.y));
        }
        Change::Link { x, y, width, n } => {
            let new = link(x, y, width, n);
            let apart = |old: &Link| old.area.y != y || old.area.right() <= x || new.area.right() <= old.area.x;
            // A link begins and ends with a character.
            let halves = |x: u16| x > 0 && x < WIDTH && picture[(x - 1, y)].symbol().width() == 2;
            if links.iter().all(apart) && !halves(x) && !halves(new.area.right()) {
                links.push(new);
            }
        }
        Change::Unlink(n) => {
            if n < links.len() {
                links.remove(n);
            }
        }
    }
    // What was written since may have put a wide character over an end.
    links.retain(|link| {
        let half = |x: u16| x > 0 && x < WIDTH && picture[(x - 1, link.area.y)].symbol().width() == 2;
        !half(link.area.x) && !half(link.area.right())
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_changes_every_cell_has_its_own_link_and_none_is_left_open(
        frames in prop::collection::vec(prop::collection::vec(changes(), 1..6), 1..12),
        regions: bool,
    ) {
        let mut painter = Painter::new(regions);
        let mut terminal = Terminal::new();
        let mut picture = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut links = Vec::new();
        for frame in frames {
            for change in frame {
                apply(change, &mut picture, &mut links);
            }
            let mut bytes = Vec::new();
            painter.linked(&picture, &links, None, &mut bytes);
            terminal.feed(&bytes);
            prop_assert_eq!(&terminal.link, &None);
            prop_assert_eq!(&terminal.cells, &wanted(&picture, &links));
            let mut again = Vec::new();
            painter.linked(&picture, &links, None, &mut again);
            prop_assert!(again.is_empty(), "an unchanged picture is no bytes");
        }
    }
}

fn bytes(painter: &mut Painter, picture: &Buffer, links: &[Link]) -> String {
    let mut out = Vec::new();
    painter.linked(picture, links, None, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_change_beside_a_link_does_not_send_it_again_and_a_new_one_sends_its_cells_alone() {
    let mut painter = Painter::new(true);
    let mut picture = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    picture.set_string(2, 3, "name #12 open", Style::new());
    let links = [link(7, 3, 3, 12)];
    assert_eq!(bytes(&mut painter, &picture, &links).matches("\x1b]8;id=a1;https://").count(), 1);
    picture.set_string(0, 3, ">", Style::new());
    picture.set_string(2, 3, "name", Style::new().fg(Color::Red));
    assert!(!bytes(&mut painter, &picture, &links).contains("\x1b]8;"));
    let both = [links[0].clone(), link(11, 3, 4, 12)];
    let sent = bytes(&mut painter, &picture, &both);
    assert!(sent.contains("\x1b]8;id=a1;https://github.com/acme/api/pull/12\x1b\\open\x1b]8;;\x1b\\"), "{sent:?}");
    assert!(!sent.contains("#12"), "{sent:?}");
    let gone = bytes(&mut painter, &picture, &both[1..]);
    assert!(gone.contains("#12") && !gone.contains("\x1b]8;"), "{gone:?}");
}

#[test]
fn what_is_no_plain_address_is_written_without_a_link() {
    let mut picture = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    picture.set_string(0, 0, "words", Style::new());
    let long = format!("https://github.com/{}", "a".repeat(600));
    for url in
        ["http://github.com/a", "https://github.com/\x1b\\x", "https://github.com/é", "https://a b", long.as_str()]
    {
        let link = Link { url: url.to_owned(), ..link(0, 0, 5, 1) };
        let sent = bytes(&mut Painter::new(true), &picture, &[link]);
        assert!(sent.contains("words") && !sent.contains("\x1b]8"), "{sent:?}");
    }
}
