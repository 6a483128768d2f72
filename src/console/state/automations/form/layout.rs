//! Where the parts of the form stand. Update asks for the width text is wrapped at, view for drawing.

use super::AutomationForm;
use crate::console::state::compose::layout;
use crate::console::state::layout::Area;

/// From this width on fields and prompt stand side by side.
const WIDE: u16 = 100;
/// Marker, label and gap before a field's value.
pub const LABEL: u16 = 20;
/// Rule, verdict and the beginning of a request.
const FOOT: u16 = 14;

/// Areas of the form. The title rule, the first row, is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub fields: Area,
    /// With its rule.
    pub prompt: Area,
    /// Verdict and request, with their rule.
    pub foot: Area,
}

pub fn parts(body: Area, form: &AutomationForm) -> Parts {
    split(body, form.has_prompt(), form.fault.is_some())
}

fn split(body: Area, has_prompt: bool, fault: bool) -> Parts {
    let top = body.y.saturating_add(1).min(body.bottom());
    let height = body.height.saturating_sub(1);
    let wide = body.width >= WIDE;
    let foot_height = match height {
        30.. if wide => FOOT,
        16.. => 4 + u16::from(fault),
        12.. => 2 + u16::from(fault),
        4.. => 1,
        _ => 0,
    };
    let above = height - foot_height;
    let foot = Area { y: top + above, height: foot_height, ..body };
    let all = Area { y: top, height: above, ..body };
    if !has_prompt {
        return Parts { fields: all, prompt: Area { y: top + above, height: 0, ..body }, foot };
    }
    if wide {
        let left = (body.width / 2).clamp(50, 84);
        let fields = Area { width: left, ..all };
        let prompt = Area { x: body.x + left + 1, width: body.width - left - 1, ..all };
        return Parts { fields, prompt, foot };
    }
    // Stacked: there are many fields, and the prompt is scrolled in.
    let rows = above - above * 2 / 5;
    let fields = Area { height: rows, ..all };
    let prompt = Area { y: top + rows, height: above - rows, ..all };
    Parts { fields, prompt, foot }
}

pub fn value_columns(fields: Area) -> usize {
    layout::value_columns(fields, LABEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_body_without_overlap_at_every_size() {
        for width in 1..220 {
            for height in 1..60 {
                let body = Area { x: 0, y: 2, width, height };
                for has_prompt in [true, false] {
                    let p = split(body, has_prompt, height % 2 == 0);
                    assert_eq!(p.foot.bottom(), body.bottom());
                    assert_eq!(p.prompt.bottom(), p.foot.y);
                    assert_eq!(p.fields.y, body.y + 1);
                    assert!(p.fields.bottom() <= p.foot.y);
                }
            }
        }
    }
}
