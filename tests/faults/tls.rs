//! Certificates that are right, and wrong in the ways certificates are.

use std::sync::{Arc, OnceLock};

use atc::provider::github::Roots;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::names::Line;
use crate::server::{Entered, Wire};

pub const NAME: &str = "agents.test";

struct Shelf {
    root: String,
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    self_signed: Arc<ServerConfig>,
    other_name: Arc<ServerConfig>,
}

fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(|| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "the test's authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let signed = |name: &str, until: i32| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new([name.to_owned()]).unwrap();
            params.not_after = date_time_ymd(until, 1, 1);
            config(&params.signed_by(&key, &issuer).unwrap(), &key)
        };
        let alone = KeyPair::generate().unwrap();
        let by_itself = CertificateParams::new([NAME.to_owned()]).unwrap().self_signed(&alone).unwrap();
        Shelf {
            root: issuer.pem(),
            good: signed(NAME, 4096),
            expired: signed(NAME, 2020),
            self_signed: config(&by_itself, &alone),
            other_name: signed("elsewhere.test", 4096),
        }
    })
}

fn config(certificate: &rcgen::Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

/// The authority that signed all but the self-signed one.
pub fn roots() -> Roots {
    Roots::from_pem(root_pem().as_bytes()).unwrap()
}

pub fn root_pem() -> &'static str {
    &shelf().root
}

impl Wire for TlsStream<TcpStream> {
    fn will_reset(&self) -> std::io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

/// The handshake, with the certificate of the hour.
pub fn enter(stream: TcpStream, line: Line, in_trouble: bool) -> Entered {
    Box::pin(async move {
        let shelf = shelf();
        let config = match line {
            Line::Expired if in_trouble => &shelf.expired,
            Line::SelfSigned if in_trouble => &shelf.self_signed,
            Line::OtherName if in_trouble => &shelf.other_name,
            Line::HandshakeStall if in_trouble => {
                let _open = stream;
                return std::future::pending().await;
            }
            _ => &shelf.good,
        };
        let stream = TlsAcceptor::from(config.clone()).accept(stream).await.ok()?;
        Some(Box::new(stream) as Box<dyn Wire>)
    })
}
