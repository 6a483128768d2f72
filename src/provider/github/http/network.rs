//! How a host is reached: whose certificates are trusted, who turns names into addresses, whether proxies are asked.
//!
//! The defaults are the system's. Nothing here can switch a check off: roots are only ever added.

use std::fmt;
use std::sync::Arc;

use reqwest::Certificate;
use reqwest::dns::Resolve;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The way to a host.
#[derive(Clone, Default)]
pub struct Network {
    /// Trusted besides the system's.
    pub roots: Roots,
    /// `None`: the system's resolver.
    pub names: Option<Arc<dyn Resolve>>,
    /// Never through a proxy, whatever the environment says.
    pub direct: bool,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("roots", &self.roots).field("direct", &self.direct).finish_non_exhaustive()
    }
}

/// Certificates an organisation signs with itself, as a proxy that looks into TLS does.
#[derive(Clone, Default)]
pub struct Roots(Vec<Certificate>);

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}

impl Roots {
    /// Every certificate of a PEM file. One that could not be used later is refused here, and so is a file without any.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let mut store = RootCertStore::empty();
        let mut roots = Vec::new();
        for (der, nth) in CertificateDer::pem_slice_iter(pem).zip(1..) {
            let bad = |what: &dyn fmt::Display| format!("certificate {nth} cannot be used: {what}");
            let der = der.map_err(|error| bad(&error))?;
            roots.push(Certificate::from_der(&der).map_err(|error| bad(&error))?);
            store.add(der).map_err(|error| bad(&error))?;
        }
        if roots.is_empty() {
            return Err("there is no certificate in it (they begin with -----BEGIN CERTIFICATE-----)".to_owned());
        }
        Ok(Self(roots))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Certificate> + '_ {
        self.0.iter().cloned()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn certificate() -> String {
        rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn every_certificate_of_a_file_is_taken_and_what_stands_between_is_not_looked_at() {
        let pem = format!("# our proxy\n{}\nand the old one\n{}", certificate(), certificate());
        assert_eq!(Roots::from_pem(pem.as_bytes()).unwrap().0.len(), 2);
    }

    #[test]
    fn a_file_that_is_not_certificates_says_why() {
        let broken = certificate().replacen('M', "*", 1);
        let odd = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        let second = certificate() + odd;
        let key = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
        for (pem, said) in [
            ("", "no certificate"),
            ("hello", "no certificate"),
            (key, "no certificate"),
            (broken.as_str(), "certificate 1"),
            (odd, "certificate 1"),
            (second.as_str(), "certificate 2"),
        ] {
            let why = Roots::from_pem(pem.as_bytes()).unwrap_err();
            assert!(why.contains(said), "{why}");
        }
    }
}
