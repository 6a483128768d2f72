//! Where in the tour the operator is, and whether it is offered.

use super::layout::Area;
use super::place::Place;
use super::trail::Spot;

/// On a low screen at least this much stays in sight above.
const SEEN: u16 = 2;

#[derive(Clone, Debug, Default)]
pub struct Tour {
    /// The first start ever: a word in the footer says that there is one.
    pub offered: bool,
    pub step: Option<usize>,
    /// Where it was begun: the way back.
    pub from: Option<Spot>,
}

impl Tour {
    pub fn is_open(&self) -> bool {
        self.step.is_some()
    }

    /// Where a step is read, its rule included; `rows`: what its words take. The keys stand in the footer.
    pub fn area(place: &Place, rows: usize) -> Area {
        let most = place.size.height.saturating_sub(1 + SEEN);
        place.over(u16::try_from(rows + 1).unwrap_or(most).min(most))
    }
}
