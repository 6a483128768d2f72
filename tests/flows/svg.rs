//! A screen as an SVG picture, for the README.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

const CELL: (f64, f64) = (8.4, 18.0);
const PAD: f64 = 14.0;

fn colour(colour: Option<Color>) -> &'static str {
    match colour {
        Some(Color::Cyan) => "#56b6c2",
        Some(Color::Green) => "#7fb785",
        Some(Color::Yellow) => "#e5c07b",
        Some(Color::Red) => "#e8707a",
        Some(Color::Magenta) => "#c678dd",
        Some(Color::Blue) => "#6ca6f0",
        _ => "#d7dae0",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One `<text>` per run of equal style; every run is placed by its column so that no font can shift it.
pub fn draw(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (f64::from(area.width) * CELL.0 + 2.0 * PAD, f64::from(area.height) * CELL.1 + 2.0 * PAD);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace,\
         SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#15171c\"/>\n"
    );
    for y in 0..area.height {
        let mut run: Option<(u16, Style, String)> = None;
        for x in 0..area.width {
            let cell = &buffer[(x, y)];
            let (style, symbol) = (cell.style(), cell.symbol());
            match &mut run {
                Some((_, of, text)) if *of == style => {
                    text.push_str(symbol);
                }
                _ => {
                    flush(&mut svg, y, run.take());
                    run = Some((x, style, symbol.to_owned()));
                }
            }
        }
        flush(&mut svg, y, run);
    }
    svg.push_str("</svg>\n");
    svg
}

fn flush(svg: &mut String, y: u16, run: Option<(u16, Style, String)>) {
    let Some((x, style, text)) = run else { return };
    if text.trim().is_empty() {
        return;
    }
    let lead = text.chars().take_while(|c| *c == ' ').count();
    let kept = text.trim();
    let cells = |count: usize| f64::from(u16::try_from(count).unwrap());
    let column = f64::from(x) + cells(lead);
    let shown = cells(unicode_width::UnicodeWidthStr::width(kept));
    let mut attributes = String::new();
    if style.add_modifier.contains(Modifier::BOLD) {
        attributes.push_str(" font-weight=\"bold\"");
    }
    if style.add_modifier.contains(Modifier::ITALIC) {
        attributes.push_str(" font-style=\"italic\"");
    }
    if style.add_modifier.contains(Modifier::DIM) {
        attributes.push_str(" opacity=\"0.55\"");
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{}\" textLength=\"{:.1}\" xml:space=\"preserve\"{attributes}>{}</text>",
        PAD + column * CELL.0,
        PAD + (f64::from(y) + 0.78) * CELL.1,
        colour(style.fg),
        shown * CELL.0,
        escape(kept),
    );
}
