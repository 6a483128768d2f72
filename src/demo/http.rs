//! A request as the handlers see it, and the reply they give back. No sockets here.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

/// Which of the demo's listeners was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// REST and GraphQL.
    Api,
    /// The Copilot API with the session logs.
    Copilot,
    /// Where job logs lie; takes no authorization.
    Blobs,
}

#[derive(Debug)]
pub struct Request {
    pub service: Service,
    pub method: Method,
    pub path: String,
    /// The path's parts, percent-decoded.
    pub segments: Vec<String>,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token, from `Bearer x` or GitHub's older `token x`.
    pub fn token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
        Some(token.trim()).filter(|token| known && !token.is_empty())
    }

    /// The method and the path's parts, for a `match`.
    pub fn route(&self) -> (&str, Vec<&str>) {
        (self.method.as_str(), self.segments.iter().map(String::as_str).collect())
    }

    /// The body as a JSON object. As lenient as GitHub about the content type: `curl -d` sends a form's.
    pub fn json(&self) -> Result<Value, Reply> {
        let kind = self.header("content-type").unwrap_or("application/json");
        if !kind.contains("json") && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Reply::message(415, "Unsupported Media Type"));
        }
        let value = serde_json::from_slice::<Value>(&self.body);
        let value = value.map_err(|_| Reply::message(400, "Problems parsing JSON"))?;
        if value.is_object() { Ok(value) } else { Err(Reply::message(400, "Body should be a JSON object")) }
    }

    /// Like [`Request::json`], but no body at all is an empty object.
    pub fn optional_json(&self) -> Result<Value, Reply> {
        if self.body.iter().all(u8::is_ascii_whitespace) { Ok(json!({})) } else { self.json() }
    }
}

/// The query's pairs in their order; a key may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(raw: &str) -> Self {
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(key, true), decode(value, true))
        };
        Self(raw.split('&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// All values of `key`, also when it is written `key[]`.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |name: &str| name == key || name.strip_suffix("[]") == Some(key);
        self.0.iter().filter(move |(name, _)| named(name)).map(|(_, value)| value.as_str())
    }

    /// The same query with another `page`, as it stands in a Link.
    pub fn with_page(&self, page: usize) -> String {
        let others = self.0.iter().filter(|(key, _)| key != "page");
        let mut parts: Vec<String> = others.map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        parts.push(format!("page={page}"));
        parts.join("&")
    }
}

/// Percent-decodes; what is not valid UTF-8 afterwards becomes replacement characters.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes().iter();
    while let Some(&byte) = bytes.next() {
        let rest = bytes.as_slice();
        match (byte, rest.first_chunk::<2>()) {
            (b'%', Some([high, low])) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(digit(*high) * 16 + digit(*low));
                bytes.nth(1);
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(hex: u8) -> u8 {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0)
}

pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~,:/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Whether a conditional request may be answered with 304.
    pub conditional: bool,
}

const DOCS: &str = "https://docs.github.com/rest";

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), conditional: false }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        let kind = ("content-type", "application/json; charset=utf-8".to_owned());
        Self { status, headers: vec![kind], body: body.to_string().into_bytes(), conditional: status == 200 }
    }

    pub fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub fn text(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into(), conditional: false }
    }

    /// GitHub's plain error body.
    pub fn message(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "message": message, "documentation_url": DOCS, "status": status.to_string() }))
    }

    pub fn not_found() -> Self {
        Self::message(404, "Not Found")
    }

    /// The agent-tasks form of a 422: `code` and `message` alone.
    pub fn invalid_task(code: &str, message: &str) -> Self {
        Self::json(
            422,
            &json!({
                "message": "Validation Failed",
                "errors": [{ "code": code, "message": message }],
                "documentation_url": format!("{DOCS}/agent-tasks/agent-tasks"),
            }),
        )
    }

    /// The older endpoints' form of a 422.
    pub fn invalid(resource: &str, field: &str, code: &str) -> Self {
        let message = format!("{field} is {code}");
        Self::json(
            422,
            &json!({
                "message": "Validation Failed",
                "errors": [{ "resource": resource, "field": field, "code": code, "message": message }],
                "documentation_url": DOCS,
            }),
        )
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Handlers return early with a reply that says what is wrong.
pub type Answer = Result<Reply, Reply>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_repeated_keys_and_decodes_what_it_holds() {
        let query = Query::parse("creator_id=1&creator_id=2&state=queued%2Cidle&x[]=a+b&flag");
        assert_eq!(query.all("creator_id").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.all("x").collect::<Vec<_>>(), ["a b"]);
        assert_eq!((query.get("state"), query.get("flag")), (Some("queued,idle"), Some("")));
        assert_eq!(query.with_page(3), "creator_id=1&creator_id=2&state=queued,idle&x%5B%5D=a%20b&flag=&page=3");
    }

    #[test]
    fn decoding_leaves_broken_escapes_and_survives_bad_bytes() {
        assert_eq!(decode("a%2Fb%zz%2", false), "a/b%zz%2");
        assert_eq!(decode("%ff+", false), "\u{fffd}+");
    }
}
