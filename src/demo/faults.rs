//! Trouble on order: tests tell the server to answer badly, late, half or not at all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::http::Service;

/// What to do to a request that matches.
#[derive(Clone, Debug)]
pub struct Fault {
    service: Service,
    method: Option<String>,
    path: String,
    left: Option<u32>,
    delay: Option<Duration>,
    trouble: Trouble,
}

#[derive(Clone, Debug)]
pub(super) enum Trouble {
    None,
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The connection closes without a byte.
    Drop,
    /// The answer announces its whole length, and the connection closes after so many bytes of its body.
    Cut(usize),
}

impl Fault {
    /// `path` is a pattern: `*` stands for anything but `/`, `**` for anything.
    pub fn on(path: &str) -> Self {
        Self {
            service: Service::Api,
            method: None,
            path: path.to_owned(),
            left: None,
            delay: None,
            trouble: Trouble::None,
        }
    }

    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only the next `times` requests that match; otherwise until [`Faults::clear`].
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    #[must_use]
    pub fn answer(mut self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.trouble = Trouble::Answer { status, headers, body: body.into() };
        self
    }

    #[must_use]
    pub fn hang_up(mut self) -> Self {
        self.trouble = Trouble::Drop;
        self
    }

    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.trouble = Trouble::Cut(bytes);
        self
    }
}

/// The handle tests hold.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// The newest fault that matches is the one that happens.
    pub fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn take(&self, service: Service, method: &str, path: &str) -> Option<(Option<Duration>, Trouble)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |fault: &Fault| {
            fault.service == service
                && fault.left != Some(0)
                && fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && glob(&fault.path, path)
        };
        let fault = all.iter_mut().rev().find(|fault| matches(fault))?;
        fault.left = fault.left.map(|left| left.saturating_sub(1));
        Some((fault.delay, fault.trouble.clone()))
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        return (0..=text.len()).any(|at| text.get(at..).is_some_and(|tail| glob(rest, tail)));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let part = text.find('/').unwrap_or(text.len());
        return (0..=part).any(|at| text.get(at..).is_some_and(|tail| glob(rest, tail)));
    }
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some(wanted), Some(found)) if wanted == found => {
            glob(pattern.get(wanted.len_utf8()..).unwrap_or(""), text.get(found.len_utf8()..).unwrap_or(""))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_inside_one_part_of_the_path() {
        assert!(glob("/repos/*/*/actions/runs/*", "/repos/acme/api/actions/runs/7"));
        assert!(!glob("/repos/*/*/actions/runs/*", "/repos/acme/api/actions/runs/7/cancel"));
        assert!(glob("/repos/**/cancel", "/repos/acme/api/actions/runs/7/cancel"));
        assert!(!glob("/user", "/users"));
    }

    #[test]
    fn a_fault_happens_as_often_as_was_said_and_the_newest_first() {
        let faults = Faults::default();
        faults.add(Fault::on("/user").answer(500, &[], ""));
        faults.add(Fault::on("/user").method("get").hang_up().times(1));
        let next = || faults.take(Service::Api, "GET", "/user").map(|(_, trouble)| trouble);
        assert!(matches!(next(), Some(Trouble::Drop)));
        assert!(matches!(next(), Some(Trouble::Answer { status: 500, .. })));
        assert!(faults.take(Service::Copilot, "GET", "/user").is_none());
    }
}
