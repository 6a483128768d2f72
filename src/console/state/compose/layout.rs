//! Where the parts of the form stand in the pane. Update asks for the width text is wrapped at, view for drawing.

use super::Form;
use crate::console::state::Model;
use crate::console::state::layout::Area;

/// From this width on fields and prompt stand side by side.
const WIDE: u16 = 100;
/// Marker, label and gap before a field's value.
pub const LABEL: u16 = 18;
/// Rule, verdict, two hints, and the longest request with its prompt on one line.
const FOOT: u16 = 12;
/// Rows a field of several lines shows at most.
pub const AREA_ROWS: usize = 5;

/// Areas of the form. The title rule of the pane, its first row, is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub fields: Area,
    /// With its rule.
    pub prompt: Area,
    /// Verdict and request, with their rule.
    pub foot: Area,
    pub wide: bool,
}

/// The rows of the list one starts from that are seen: the first, and how many have room. It has at most half of the
/// pane where there is more to say below it.
pub fn list(pane: Area, rows: usize, cursor: usize) -> (usize, usize) {
    let height = pane.body_rows();
    let room = height.min((height / 2).max(rows.min(6)));
    (super::wrap::visible_top(0, cursor, room, rows), room)
}

/// The parts of a form.
pub fn parts(pane: Area, form: &Form) -> Parts {
    split(pane, form.fields.len(), form.fault.is_some())
}

/// `fault`: there is one to be read in full, with its next step.
fn split(pane: Area, fields: usize, fault: bool) -> Parts {
    let top = pane.y.saturating_add(1).min(pane.bottom());
    let height = pane.height.saturating_sub(1);
    let wide = pane.width >= WIDE;
    let foot_height = match height {
        28.. if wide => FOOT,
        12.. => 2 + 2 * u16::from(fault),
        4.. => 1,
        _ => 0,
    };
    let body = height - foot_height;
    let foot = Area { y: top + body, height: foot_height, ..pane };
    if wide {
        let left = (pane.width * 2 / 5).clamp(44, 72);
        let fields = Area { y: top, height: body, width: left, ..pane };
        let prompt = Area { x: pane.x + left + 1, y: top, width: pane.width - left - 1, height: body };
        return Parts { fields, prompt, foot, wide };
    }
    // Stacked: the fields have what they need, one row more for the help of the one in use, and at most half.
    let above = u16::try_from(fields + 1).unwrap_or(u16::MAX).min(body / 2);
    let fields = Area { y: top, height: above, ..pane };
    let prompt = Area { y: top + above, height: body - above, ..pane };
    Parts { fields, prompt, foot, wide }
}

/// The table of a plan, with its rule and the line of its headings; and under it what is said of the selected row.
pub fn plan(pane: Area) -> (Area, Area) {
    let below = match pane.height {
        34.. => 12,
        18.. => 8,
        12.. => 4,
        _ => 0,
    };
    let table = Area { height: pane.height - below, ..pane };
    (table, Area { y: table.bottom(), height: below, ..pane })
}

/// The pane's area at the present size.
pub fn pane(model: &Model) -> Area {
    let size = model.place.size;
    let whole = Area { x: 0, y: 0, width: size.width, height: size.height };
    model.place.panes().compose.unwrap_or(whole)
}

/// Columns and rows of the text that has the keys. A place is kept for a cursor behind the last character.
pub fn text_size(model: &Model, form: &Form) -> (usize, usize) {
    let parts = parts(pane(model), form);
    if form.focused().is_none() { prompt_text(parts.prompt) } else { (value_columns(parts.fields, LABEL), AREA_ROWS) }
}

/// Columns and rows of the whole request in its preview.
pub fn preview_size(pane: Area, form: &Form) -> (usize, usize) {
    let rows = pane.height.saturating_sub(1 + preview_verdict(form));
    (usize::from(pane.width.saturating_sub(3)), usize::from(rows))
}

/// Rows of verdict below the preview: there all hints have room.
pub fn preview_verdict(form: &Form) -> u16 {
    1 + u16::try_from(form.verdict.hints.len()).unwrap_or(u16::MAX).min(6)
}

/// Columns and rows of a prompt's text. One column of margin at the left, one for the cursor at the right.
pub fn prompt_text(prompt: Area) -> (usize, usize) {
    (usize::from(prompt.width.saturating_sub(2)).max(2), usize::from(prompt.height.saturating_sub(1)))
}

/// Columns of a field's value behind so many of its label.
pub fn value_columns(fields: Area, label: u16) -> usize {
    usize::from(fields.width.saturating_sub(label + 2)).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_pane_without_overlap_at_every_size() {
        for width in 1..220 {
            for height in 1..60 {
                let pane = Area { x: 0, y: 2, width, height };
                let p = split(pane, 9, height % 2 == 0);
                assert_eq!(p.foot.bottom(), pane.bottom());
                assert_eq!(p.prompt.bottom(), p.foot.y);
                assert!(p.fields.y == 3 || height == 0);
                if p.wide {
                    assert_eq!(p.prompt.right(), pane.right());
                    assert!(p.fields.right() < p.prompt.x && p.prompt.width >= 55);
                } else {
                    assert_eq!(p.fields.bottom(), p.prompt.y);
                }
            }
        }
    }

    #[test]
    fn at_eighty_by_twenty_four_fields_and_prompt_both_have_room() {
        let p = split(Area { x: 0, y: 1, width: 80, height: 22 }, 9, false);
        assert_eq!((p.fields.height, p.prompt.height, p.foot.height), (9, 10, 2));
    }
}
