//! What may stand at the cursor of the query, above the line it is typed in.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::line::Offers;
use crate::console::state::tone::Words;
use crate::text::{Safe, width};

/// Columns of what would be inserted, at most.
const INSERT: usize = 32;

pub fn draw(model: &Model, offers: &Offers, theme: &Theme, buffer: &mut Buffer) {
    let area = offers.area(&model.place);
    let first = offers.first(area);
    clear(buffer, area);
    let count = offers.at.map_or_else(String::new, |at| format!("{} of ", at + 1)) + &offers.all.len().to_string();
    let right = [
        (Tone::Dim, Safe::new(model.filled("{line.next-choice} next, {line.take} take, {line.back} close"))),
        (Tone::Dim, Safe::new(count)),
    ];
    rule::draw(buffer, theme, area, &Safe::new("Completions"), false, &right);
    let widest = offers.all.iter().map(|offer| width::width(&offer.insert)).max().unwrap_or(0).min(INSERT);
    for (y, (n, offer)) in (area.y + 1..area.bottom()).zip(offers.all.iter().enumerate().skip(first)) {
        let chosen = offers.at == Some(n);
        if chosen {
            put(buffer, area, area.x, y, "▌", theme.style(Tone::Accent));
        }
        let insert = width::pad_right(&width::cut_end(&offer.insert, widest), widest + 2);
        let words = Words::one(if chosen { Tone::Strong } else { Tone::Plain }, insert);
        put_words(buffer, area, area.x + 1, y, &words.with(Tone::Dim, &offer.hint), theme);
    }
}
