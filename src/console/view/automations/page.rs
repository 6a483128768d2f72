//! One automation over the panes.

use ratatui::buffer::Buffer;

use crate::console::state::Model;
use crate::console::state::automations::page::Page;
use crate::console::state::layout::Area;
use crate::console::view::detail::position;
use crate::console::view::rule;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::domain::Source;
use crate::text::Safe;

pub fn draw(model: &Model, page: &Page, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let Some(known) = model.world.automations.known.get(&page.at) else { return };
    let title = Safe::new(format!("{}  {}", page.at.repo, known.automation.name.show_line()));
    let mut right = Vec::new();
    let trust = model.trust(&Source::Automation(page.at.clone()));
    if known.automation.detail.is_none() || !matches!(trust.plain().as_str(), "" | "loading …") {
        right.extend(trust.0);
    }
    right.extend(position(page.top, page.lines.len(), area).map(|text| (Tone::Dim, text)));
    rule::draw(buffer, theme, area, &title, model.dialog.is_none(), &right);
    for (y, (at, line)) in (area.y + 1..area.bottom()).zip(page.lines.iter().enumerate().skip(page.top)) {
        if at == page.cursor {
            let bar = theme.bar();
            put(buffer, area, area.x, y, bar, theme.style(Tone::Accent));
        }
        put_words(buffer, Area { width: area.width.saturating_sub(1), ..area }, area.x + 1, y, &line.words, theme);
    }
}
