//! The arguments of `atc demo`. What it does is the runtime's.

use std::net::SocketAddr;

use clap::Args;

/// The embedded world.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct Demo {
    /// Only run the server, at this loopback address, for other clients
    #[arg(long, value_name = "ADDR", value_parser = loopback)]
    pub serve: Option<SocketAddr>,
    /// How many times faster than the clock the world moves
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Make the world repeatable
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// The demo server takes any token over plain http, so it must not be reachable from elsewhere.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let numbers = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let address: SocketAddr = numbers
        .as_deref()
        .unwrap_or(text)
        .parse()
        .map_err(|_| "an address is written 127.0.0.1:PORT or [::1]:PORT; port 0 takes a free one".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err("only a loopback address, 127.0.0.1 or [::1]".to_owned()) }
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|speed| (0.01..=10_000.0).contains(speed));
    number.ok_or_else(|| "a number from 0.01 to 10000".to_owned())
}
