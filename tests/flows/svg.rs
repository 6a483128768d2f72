//! A screen as an SVG picture, for the README. Every run of one style is placed by its column and stretched to its cells,
//! so that no font can shift it; a wide character is a run of its own.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (f64, f64) = (8.4, 18.0);
const PAD: f64 = 14.0;

/// The colours of the paper and of plain text.
#[derive(Clone, Copy)]
pub struct Paper {
    pub ground: &'static str,
    pub text: &'static str,
    light: bool,
}

pub const DARK: Paper = Paper { ground: "#15171c", text: "#d7dae0", light: false };
pub const LIGHT: Paper = Paper { ground: "#fbfbf9", text: "#2a2d33", light: true };

fn colour(colour: Color, plain: &str, light: bool) -> String {
    let named = |dark: &str, on_light: &str| if light { on_light.to_owned() } else { dark.to_owned() };
    match colour {
        Color::Reset | Color::Gray | Color::White => plain.to_owned(),
        Color::Black => named("#15171c", "#2a2d33"),
        Color::DarkGray => named("#7d828c", "#8b9099"),
        Color::Cyan | Color::LightCyan => named("#56b6c2", "#0b7285"),
        Color::Green | Color::LightGreen => named("#7fb785", "#2b8a3e"),
        Color::Yellow | Color::LightYellow => named("#e5c07b", "#8a6100"),
        Color::Red | Color::LightRed => named("#e8707a", "#c92a2a"),
        Color::Magenta | Color::LightMagenta => named("#c678dd", "#9c36b5"),
        Color::Blue | Color::LightBlue => named("#6ca6f0", "#1c5fb8"),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(i) => indexed(i),
    }
}

/// The colours that all terminals with 256 of them share: the cube and the greys.
fn indexed(i: u8) -> String {
    let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    match i {
        0..16 => "#888888".to_owned(),
        16..232 => {
            let n = i - 16;
            format!("#{:02x}{:02x}{:02x}", step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        _ => format!("#{0:02x}{0:02x}{0:02x}", 8 + (i - 232) * 10),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What the cell looks like: text colour, ground, modifiers.
#[derive(Clone, PartialEq)]
struct Ink {
    text: String,
    ground: Option<String>,
    modifier: Modifier,
}

impl Ink {
    fn of(cell: &Cell, paper: Paper) -> Self {
        let text = colour(cell.fg, paper.text, paper.light);
        let ground = (cell.bg != Color::Reset).then(|| colour(cell.bg, paper.ground, paper.light));
        let modifier = cell.modifier;
        if modifier.contains(Modifier::REVERSED) {
            return Self { text: ground.unwrap_or_else(|| paper.ground.to_owned()), ground: Some(text), modifier };
        }
        Self { text, ground, modifier }
    }
}

struct Run {
    x: u16,
    cells: u16,
    ink: Ink,
    text: String,
    wide: bool,
}

/// `title`: what the picture shows, for those who do not see it.
pub fn draw(buffer: &Buffer, title: &str, paper: Paper) -> String {
    let area = buffer.area;
    let (width, height) = (f64::from(area.width) * CELL.0 + 2.0 * PAD, f64::from(area.height) * CELL.1 + 2.0 * PAD);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-labelledby=\"title\" font-family=\"ui-monospace,\
         SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <title id=\"title\">{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        escape(title),
        paper.ground
    );
    for y in 0..area.height {
        for run in runs(buffer, y, paper) {
            put(&mut svg, y, &run);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn runs(buffer: &Buffer, y: u16, paper: Paper) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let wide = cell.symbol().width() == 2;
        let cells = if wide { 2 } else { 1 };
        let ink = Ink::of(cell, paper);
        match runs.last_mut() {
            Some(run) if run.ink == ink && !run.wide && !wide => {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => runs.push(Run { x, cells, ink, text: cell.symbol().to_owned(), wide }),
        }
        // The right half of a wide character is no cell of its own.
        x += cells;
    }
    runs
}

fn put(svg: &mut String, y: u16, run: &Run) {
    let left = |x: f64| PAD + x * CELL.0;
    let top = PAD + f64::from(y) * CELL.1;
    if let Some(ground) = &run.ink.ground {
        let (x, width) = (left(f64::from(run.x)), f64::from(run.cells) * CELL.0);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    let kept = run.text.trim();
    if kept.is_empty() {
        return;
    }
    let count = |text: &str| f64::from(u16::try_from(text.width()).unwrap());
    let lead = f64::from(u16::try_from(run.text.chars().take_while(|c| *c == ' ').count()).unwrap());
    let modifier = run.ink.modifier;
    let mut attributes = String::new();
    for (which, text) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::DIM, " opacity=\"0.55\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
    ] {
        if modifier.contains(which) {
            attributes.push_str(text);
        }
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\"{attributes}>{}</text>",
        left(f64::from(run.x) + lead),
        top + 0.78 * CELL.1,
        run.ink.text,
        count(kept) * CELL.0,
        escape(kept),
    );
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a picture made by hand")]
fn a_wide_character_takes_two_cells_and_what_follows_stands_behind_it() {
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 8, 1));
    buffer.set_string(0, 0, "a漢b<", ratatui::style::Style::new());
    let svg = draw(&buffer, "one & two", DARK);
    let at = |column: f64| format!("<text x=\"{:.1}\"", PAD + column * CELL.0);
    let texts: Vec<&str> = svg.lines().filter(|line| line.starts_with("<text")).collect();
    assert_eq!(texts.len(), 3, "{svg}");
    for (text, (column, shown)) in texts.iter().zip([(0.0, ">a<"), (1.0, ">漢<"), (3.0, ">b&lt;<")]) {
        assert!(text.starts_with(&at(column)) && text.contains(shown), "{text}");
    }
    assert!(svg.contains("<title id=\"title\">one &amp; two</title>"));
}
