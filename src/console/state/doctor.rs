//! What can be done here, as far as it was found out in this run, and the pane that shows it.

use super::layout::Area;
use crate::domain::Instant;
use crate::domain::capability::{Group, Matrix, Row};
use crate::text::Safe;

/// Rows under the list that tell about the row under the cursor.
pub const BELOW: u16 = 5;

#[derive(Clone, Debug, Default)]
pub struct Doctor {
    pub pane: Option<Box<DoctorPane>>,
    /// Kept for the run: what is asked again takes the place of what was known.
    pub matrix: Matrix,
    pub progress: Progress,
    /// Wishes so far: no number comes again.
    pub wishes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    Never,
    Asking {
        words: Safe,
        left: usize,
    },
    Done {
        at: Instant,
        not_asked: Vec<Safe>,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoctorPane {
    /// Of the rows of the matrix.
    pub cursor: usize,
    /// Of the lines.
    pub top: usize,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Heading(Safe),
    /// With its place in the matrix.
    Row(usize, &'a Row),
}

impl Doctor {
    /// Rows under a heading each time the subject changes.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        let mut before = None;
        for (n, row) in self.matrix.rows().iter().enumerate() {
            let subject = (row.topic.group, row.repo.as_ref());
            if before != Some(subject) {
                lines.push(Line::Heading(heading(row)));
                before = Some(subject);
            }
            lines.push(Line::Row(n, row));
        }
        lines
    }

    pub fn selected(&self) -> Option<&Row> {
        self.matrix.rows().get(self.pane.as_ref()?.cursor)
    }

    pub fn is_asking(&self) -> bool {
        matches!(self.progress, Progress::Asking { .. })
    }

    /// The cursor on a row, and its line in view with its heading where there is room.
    pub fn settle(&mut self, body: Area) {
        let rows = self.matrix.rows().len();
        let lines = self.lines();
        let (count, cursor) =
            (lines.len(), self.pane.as_ref().map_or(0, |pane| pane.cursor).min(rows.saturating_sub(1)));
        let at = lines.iter().position(|line| matches!(line, Line::Row(n, _) if *n == cursor)).unwrap_or(0);
        let height = list_rows(body);
        let Some(pane) = &mut self.pane else { return };
        pane.cursor = cursor;
        let heading_too = at.saturating_sub(1);
        pane.top = pane
            .top
            .min(count.saturating_sub(height))
            .clamp((at + 1).saturating_sub(height), heading_too.max((at + 1).saturating_sub(height)));
    }
}

fn heading(row: &Row) -> Safe {
    match (row.topic.group, &row.repo) {
        (Group::Repo, Some(repo)) => Safe::new(repo.as_str()),
        (group, _) => Safe::new(group.title()),
    }
}

/// Rows of the list, without the title and what stands below.
pub fn list_rows(body: Area) -> usize {
    usize::from(body.height.saturating_sub(1 + below(body))).max(1)
}

/// A low screen has no room for more than the list.
pub fn below(body: Area) -> u16 {
    if body.height >= 12 { BELOW } else { 0 }
}
