//! What happens to every request on its way to the handlers and back.
//!
//! ```text
//! request ─ fault? ─ token ─ version ─ limit ─ handler ─ ETag/304 ─ count ─ headers ─ record ─> response
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request as HttpRequest;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream;
use sha2::{Digest, Sha256};

use crate::domain::{Instant, Now};

use super::budget::{Budget, Left, Resource};
use super::faults::{Faults, Trouble};
use super::http::{Query, Reply, Request, Service, decode};
use super::record::{Record, Recorded};
use super::wire::Scissors;
use super::world::World;
use super::world::chance::{Chance, hex};
use super::{blobs, copilot, grants, graphql, rest};

pub use grants::refuse_write;

const BODY_MOST: usize = 4 * 1024 * 1024;
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// Everything the three listeners share.
pub struct Site {
    pub world: Mutex<World>,
    pub budget: Mutex<Budget>,
    pub now: Now,
    /// Requests so far; each gets an id of its own.
    pub answered: AtomicU64,
    /// Base URLs, without a slash at the end.
    pub api: String,
    pub copilot: String,
    pub blobs: String,
    pub record: Record,
    pub faults: Faults,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("api", &self.api).finish_non_exhaustive()
    }
}

impl Site {
    fn with_world<T>(&self, ask: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance((self.now)());
        ask(&mut world)
    }

    pub fn look(&self, token: &str, resource: Resource) -> Left {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).look(token, resource, (self.now)())
    }

    fn spend(&self, token: &str, resource: Resource) -> Left {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).spend(token, resource, (self.now)())
    }
}

pub async fn answer(service: Service, site: &Site, scissors: &Scissors, request: HttpRequest) -> Response {
    let raw_query = request.uri().query().unwrap_or_default().to_owned();
    let request = match read(service, request).await {
        Ok(request) => request,
        Err(reply) => return respond(reply),
    };
    let fault = site.faults.take(service, request.method.as_str(), &request.path);
    if let Some((Some(delay), _)) = &fault {
        tokio::time::sleep(*delay).await;
    }
    let trouble = fault.map_or(Trouble::None, |(_, trouble)| trouble);
    if let Trouble::Drop = trouble {
        scissors.cut();
        site.record.add(Recorded::of(&request, &raw_query, 0));
        return Response::new(Body::empty());
    }
    if let Trouble::Answer { status, headers, body } = trouble {
        site.record.add(Recorded::of(&request, &raw_query, status));
        return faulty(status, &headers, body);
    }
    let reply = match service {
        Service::Api => api(site, &request),
        Service::Copilot => site.with_world(|world| copilot::answer(site, world, &request)),
        Service::Blobs => site.with_world(|world| blobs::answer(site, world, &request)),
    };
    site.record.add(Recorded::of(&request, &raw_query, reply.status));
    let reply = reply.with("date", http_date((site.now)()));
    if let Trouble::Cut(bytes) = trouble { cut(reply, bytes) } else { respond(reply) }
}

/// Announces the whole body and breaks off after its first `bytes`.
fn cut(mut reply: Reply, bytes: usize) -> Response {
    let whole = std::mem::take(&mut reply.body);
    let part = Bytes::copy_from_slice(whole.get(..bytes).unwrap_or(&whole));
    let mut response = respond(reply.with("content-length", whole.len().to_string()));
    let pieces = stream::unfold(Some(part), |part| async move {
        if let Some(part) = part {
            return Some((Ok(part), None));
        }
        // Lets the first part go out before the connection breaks.
        tokio::task::yield_now().await;
        Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)), None))
    });
    *response.body_mut() = Body::from_stream(pieces);
    response
}

async fn read(service: Service, request: HttpRequest) -> Result<Request, Reply> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MOST).await.map_err(|_| Reply::message(413, "Payload Too Large"))?;
    let path = parts.uri.path().to_owned();
    let segments = path.split('/').filter(|part| !part.is_empty()).map(|part| decode(part, false)).collect();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    Ok(Request { service, method: parts.method, path, segments, query, headers: parts.headers, body })
}

fn api(site: &Site, request: &Request) -> Reply {
    let Some(token) = request.token().filter(|token| !grants::is_rejected(token)).map(str::to_owned) else {
        let bad = request.header("authorization").is_some();
        let reply = Reply::message(401, if bad { "Bad credentials" } else { "Requires authentication" });
        return finish(site, request, reply, None);
    };
    let version = request.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    if !VERSIONS.contains(&version) {
        let message = format!("\"{version}\" is not a supported version.");
        return finish(site, request, Reply::message(400, &message), None);
    }
    let (method, segments) = request.route();
    let resource = if segments == ["graphql"] { Resource::GraphQl } else { Resource::Core };
    let free = segments == ["rate_limit"];
    let left = site.look(&token, resource);
    if left.remaining() == 0 && !free {
        let message = "API rate limit exceeded for user ID 5021. If you reach out to GitHub Support for help, please include the request ID.";
        return finish(site, request, Reply::message(403, message), Some((left, resource)));
    }
    let reply = if segments == ["rate_limit"] && method == "GET" {
        rest::rate_limit(left, site.look(&token, Resource::GraphQl))
    } else if segments == ["graphql"] {
        site.with_world(|world| graphql::answer(site, world, request, left))
    } else {
        site.with_world(|world| rest::answer(site, world, request))
    };
    let reply = conditional(request, reply);
    let left = if free || reply.status == 304 { left } else { site.spend(&token, resource) };
    finish(site, request, reply, Some((left, resource)))
}

/// Puts the `ETag` on, or answers 304 when the client has it already.
fn conditional(request: &Request, reply: Reply) -> Reply {
    if !reply.conditional || request.method != axum::http::Method::GET {
        return reply;
    }
    let digest = Sha256::digest(&reply.body);
    let tag = hex(&digest);
    let known = request.header("if-none-match").unwrap_or_default();
    let same = known.split(',').any(|one| one.trim().trim_start_matches("W/").trim_matches('"') == tag);
    let tag = format!("W/\"{tag}\"");
    if same {
        return Reply::empty(304).with("etag", tag).with("cache-control", "private, max-age=60, s-maxage=60");
    }
    reply.with("etag", tag).with("cache-control", "private, max-age=60, s-maxage=60")
}

fn finish(site: &Site, request: &Request, reply: Reply, left: Option<(Left, Resource)>) -> Reply {
    let version = request.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    let number = site.answered.fetch_add(1, Ordering::Relaxed);
    let id = Chance::new(number).hex(20).to_ascii_uppercase();
    let mut reply = reply
        .with("x-github-request-id", format!("{}:{}", id.get(..4).unwrap_or_default(), id.get(4..).unwrap_or_default()))
        .with("x-github-api-version-selected", version.chars().filter(char::is_ascii_graphic).collect::<String>())
        .with("x-github-media-type", "github.v3; format=json")
        .with("vary", "Accept, Authorization, Accept-Encoding, X-Requested-With");
    if let Some(token) = request.token() {
        if let Some(scopes) = grants::scopes(token) {
            reply = reply.with("x-oauth-scopes", scopes).with("x-accepted-oauth-scopes", "repo");
        }
        if let Some(accepted) = grants::accepted(request) {
            reply = reply.with("x-accepted-github-permissions", accepted);
        }
        if grants::expires(token) {
            let end = (site.now)() + chrono::TimeDelta::days(3);
            reply =
                reply.with("github-authentication-token-expiration", end.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        }
    }
    let Some((left, resource)) = left else { return reply };
    reply
        .with("x-ratelimit-limit", left.limit.to_string())
        .with("x-ratelimit-remaining", left.remaining().to_string())
        .with("x-ratelimit-used", left.used.to_string())
        .with("x-ratelimit-reset", left.reset.to_string())
        .with("x-ratelimit-resource", resource.name())
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn faulty(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
pub fn http_date(at: Instant) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
