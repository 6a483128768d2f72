//! Pages and their links.

use serde_json::Value;

use super::super::http::{Reply, Request};

#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub size: usize,
    pub number: usize,
}

impl Page {
    /// As most endpoints read it: what makes no sense becomes the default, too much becomes the most.
    pub fn lenient(request: &Request) -> Self {
        let number = |key: &str| request.query.get(key).and_then(|text| text.parse::<usize>().ok()).filter(|n| *n > 0);
        Self { size: number("per_page").unwrap_or(30).min(100), number: number("page").unwrap_or(1) }
    }

    /// The agent-tasks endpoints refuse what is out of range.
    pub fn strict(request: &Request) -> Result<Self, Reply> {
        let number =
            |key: &str, default: usize, most: usize| match request.query.get(key) {
                None => Ok(default),
                Some(text) => text.parse::<usize>().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| {
                    Reply::invalid_task("invalid", &format!("{key} must be an integer from 1 to {most}"))
                }),
            };
        Ok(Self { size: number("per_page", 30, 100)?, number: number("page", 1, 1_000_000)? })
    }

    pub fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip((self.number - 1).saturating_mul(self.size)).take(self.size).collect()
    }

    /// The reply with the links to the other pages, if there are any.
    pub fn linked(self, request: &Request, base: &str, total: usize, reply: Reply) -> Reply {
        let last = total.div_ceil(self.size).max(1);
        let link = |page: usize, rel: &str| {
            format!("<{base}{}?{}>; rel=\"{rel}\"", request.path, request.query.with_page(page))
        };
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(link((self.number - 1).min(last), "prev"));
        }
        if self.number < last {
            links.extend([link(self.number + 1, "next"), link(last, "last")]);
        }
        if self.number > 1 {
            links.push(link(1, "first"));
        }
        if links.is_empty() { reply } else { reply.with("link", links.join(", ")) }
    }

    /// A bare array, as the older endpoints answer.
    pub fn array(self, request: &Request, base: &str, items: Vec<Value>) -> Reply {
        let total = items.len();
        let body = Value::Array(self.cut(items));
        self.linked(request, base, total, Reply::ok(&body))
    }
}
