//! The tab bar: one tab a pane, with its count and what is new. View draws it, update asks where a click went.

use super::Model;
use super::layout::Area;
use super::place::Pane;
use super::tone::{Tone, Words};

#[derive(Clone, Debug)]
pub struct Tab {
    pub pane: Pane,
    pub area: Area,
    pub words: Words,
}

/// The tabs from left to right; those that do not fit any more lose their counts first, then their places.
pub fn tabs(model: &Model, area: Area) -> Vec<Tab> {
    let all = |counts: bool| -> Vec<(Pane, Words)> {
        Pane::ALL.into_iter().zip(1..).map(|(pane, n)| (pane, words(model, pane, n, counts))).collect()
    };
    let fits = |tabs: &[(Pane, Words)], gap: usize| {
        tabs.iter().map(|(_, w)| w.width() + gap).sum::<usize>() <= usize::from(area.width)
    };
    let full = all(true);
    let (list, gap) = if fits(&full, 3) {
        (full, 3)
    } else if fits(&full, 2) {
        (full, 2)
    } else {
        (all(false), 1)
    };
    let mut x = area.x.saturating_add(1);
    let mut placed = Vec::new();
    for (pane, words) in list {
        let width = u16::try_from(words.width()).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        placed.push(Tab { pane, area: Area { x, y: area.y, width, height: 1 }, words });
        x = x.saturating_add(width).saturating_add(gap);
    }
    placed
}

fn words(model: &Model, pane: Pane, number: usize, counts: bool) -> Words {
    let here = model.place.focus == pane;
    let title = if here { Tone::AccentStrong } else { Tone::Plain };
    let mut words = Words::one(Tone::Dim, format!("{number} ")).with(title, pane.title());
    if !counts {
        return words;
    }
    match pane {
        Pane::Queue => {
            if model.queue.tally().all > 0 {
                words.push(Tone::Dim, format!(" {}", model.queue.tally().all));
            }
            if model.queue.tally().changed > 0 {
                words.push(Tone::Accent, format!(" •{}", model.queue.tally().changed));
            }
        }
        Pane::Reviews => {
            if model.reviews.open > 0 {
                words.push(Tone::Dim, format!(" {}", model.reviews.open));
            }
            if model.reviews.waiting > 0 {
                words.push(Tone::WarnStrong, format!(" ◆{}", model.reviews.waiting));
            }
        }
        Pane::Log | Pane::Compose => {}
    }
    words
}
