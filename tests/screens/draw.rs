//! A screen as text: what it says, and how it looks as readable runs of style.

use std::fmt::Write;

use atc::console::Model;
use atc::console::view::{Theme, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

pub fn buffer(model: &Model, theme: &Theme) -> Buffer {
    let size = model.place.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    draw(model, theme, &mut buffer);
    buffer
}

/// The text alone, line by line, ends trimmed.
pub fn text(model: &Model) -> String {
    lines(&buffer(model, &Theme::default())).join("\n")
}

pub fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (0..area.height)
        .map(|y| {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..area.width {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                let symbol = buffer[(x, y)].symbol();
                skip = atc::text::width::width(symbol).saturating_sub(1);
                line.push_str(symbol);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// The text, then the runs of every line that has any style: `y: x..y style “text”`.
pub fn styled(model: &Model, theme: &Theme) -> String {
    let buffer = buffer(model, theme);
    let mut out = lines(&buffer).join("\n");
    out.push_str("\n\n");
    for y in 0..buffer.area.height {
        let mut runs: Vec<(String, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = name(cell.fg, cell.bg, cell.modifier);
            match runs.last_mut() {
                Some((last, text)) if *last == style => text.push_str(cell.symbol()),
                _ => runs.push((style, cell.symbol().to_owned())),
            }
        }
        let said: Vec<String> = runs
            .iter()
            .filter(|(style, text)| style != "plain" && text.chars().any(|c| c != ' ' && c != '─'))
            .map(|(style, text)| format!("{style} “{}”", text.trim().trim_matches('─').trim()))
            .collect();
        if !said.is_empty() {
            let _ = writeln!(out, "{y:>2}: {}", said.join(" · "));
        }
    }
    out
}

fn name(colour: Color, ground: Color, modifier: Modifier) -> String {
    let mut parts = Vec::new();
    if modifier.contains(Modifier::BOLD) {
        parts.push("bold".to_owned());
    }
    if modifier.contains(Modifier::DIM) {
        parts.push("dim".to_owned());
    }
    if modifier.contains(Modifier::ITALIC) {
        parts.push("italic".to_owned());
    }
    if colour != Color::Reset {
        parts.push(format!("{colour:?}").to_lowercase());
    }
    if ground != Color::Reset {
        parts.push(format!("on {ground:?}").to_lowercase());
    }
    if parts.is_empty() { "plain".to_owned() } else { parts.join(" ") }
}
