//! What the operator sees: data only. Changed by `update`, drawn by `view`.

pub mod automations;
pub mod batch;
pub mod big;
pub mod budget;
pub mod cancels;
pub mod compose;
pub mod condition;
pub mod context;
pub mod detail;
pub mod diagnosis;
pub mod dialog;
pub mod doctor;
pub mod evidence;
pub mod followed;
pub mod found;
pub mod history;
pub mod inbox;
pub mod layout;
pub mod ledger;
pub mod line;
pub mod list;
pub mod log;
pub mod look;
pub mod marks;
pub mod notes;
pub mod palette;
pub mod place;
pub mod queue;
pub mod reader;
pub mod record;
pub mod reviews;
pub mod seat;
pub mod seen;
pub mod settings;
pub mod tabs;
pub mod tasks;
pub mod tone;
pub mod tour;
pub mod trail;
pub mod trust;
pub mod views;
pub mod wall;
pub mod words;
pub mod world;

use crate::console::keys::{Context, Intent};
use crate::domain::Instant;

/// The whole screen as data.
#[derive(Debug)]
pub struct Model {
    /// The time of the event being handled; the view draws this instant.
    pub now: Instant,
    pub settings: settings::Settings,
    pub world: world::World,
    pub place: place::Place,
    pub queue: queue::QueuePane,
    /// Boxed: a log's state is as large as all the rest.
    pub log: Box<log::LogPane>,
    /// Boxed for the same reason.
    pub reviews: Box<reviews::ReviewsPane>,
    pub compose: compose::ComposePane,
    /// A question that must be answered first.
    pub dialog: Option<dialog::Dialog>,
    /// The `:` or `/` line being typed.
    pub line: Option<line::Line>,
    pub notes: notes::Notes,
    /// Set by every update that changed something visible, unless it is no more than what the panes say has `moved`.
    pub dirty: bool,
}

impl Model {
    pub fn new(now: Instant, settings: settings::Settings) -> Self {
        let mut place = place::Place::default();
        place.automating.habits.views = views::Views::new(&settings.automation_views);
        Self {
            now,
            queue: queue::QueuePane::new(&settings.views),
            settings,
            world: world::World::default(),
            place,
            log: Box::default(),
            reviews: Box::default(),
            compose: compose::ComposePane::default(),
            dialog: None,
            line: None,
            notes: notes::Notes::default(),
            dirty: true,
        }
    }

    /// The last picture does not show what is so.
    pub fn asks_for_a_picture(&self) -> bool {
        self.dirty || self.queue.moved || self.log.moved || self.reviews.moved || self.place.header_moved
    }

    /// All of it is in the picture.
    pub fn drawn(&mut self) {
        (self.dirty, self.place.aged, self.place.header_moved) = (false, false, false);
        (self.queue.moved, self.log.moved, self.reviews.moved) = (false, false, false);
        self.queue.pictured = (self.queue.top, self.queue.index);
    }

    /// The task under the queue's cursor.
    pub fn selected(&self) -> Option<&world::Known> {
        self.world.tasks.get(self.queue.selected.as_ref()?)
    }

    /// The task on a row of the queue; `None`: a heading.
    pub fn known_at(&self, row: queue::Row) -> Option<&world::Known> {
        match row {
            queue::Row::Task(slot) => self.world.tasks.at(slot),
            queue::Row::Heading(_) => None,
        }
    }

    /// The tasks listed, from top to bottom.
    pub fn listed(&self) -> impl Iterator<Item = &world::Known> {
        self.queue.rows.iter().filter_map(|row| self.known_at(*row))
    }

    /// The pull request under the reviews' cursor.
    pub fn selected_pull(&self) -> Option<&crate::domain::Pull> {
        self.world.pulls.get(self.reviews.selected.as_ref()?)?.as_ref()
    }

    /// The key of an intent, for texts that name it. Where it has none, its word.
    pub fn key(&self, context: Context, intent: Intent) -> String {
        self.settings.keymap.key(context, intent)
    }

    /// A text of the program's own with keys in it, each named by its place and its word: `{log.filter} searches`.
    pub fn filled(&self, text: &'static str) -> String {
        self.settings.keymap.fill(text)
    }
}
