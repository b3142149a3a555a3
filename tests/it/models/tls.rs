//! HTTPS: whose certificates are trusted, and where the key does not go.

use super::server::{Played, Server};
use super::{KEY, access, prompt, settings};
use git_dream::model::{Answers, Failure, Model};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// What makes an authority and a server's certificate, in OpenSSL's words.
const CONFIG: &str = "[req]
distinguished_name = name
prompt = no
x509_extensions = authority
[name]
CN = git-dream test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
";

/// Makes `ca.pem`, `server.pem` and `server.key` in a folder; `None` where there is no OpenSSL to make them.
#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
fn certificates(folder: &Path) -> Option<()> {
    std::fs::write(folder.join("openssl.cnf"), CONFIG).unwrap();
    let openssl = |arguments: &str| -> Option<()> {
        let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
        let ran = ran.inspect_err(|error| println!("skipped: openssl cannot be run ({error})")).ok()?;
        assert!(ran.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ran.stderr));
        Some(())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config openssl.cnf";
    openssl(&format!("req -x509 {key} -days 30 -keyout ca.key -out ca.pem"))?;
    openssl(&format!("req {key} -keyout server.key -out server.csr"))?;
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile openssl.cnf \
         -extensions server -out server.pem",
    )
}

/// A server that speaks TLS with these certificates.
fn secured(folder: &Path) -> Server {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(folder.join("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let answer =
        json!({ "choices": [{ "finish_reason": "stop", "message": { "content": "{\"why\": \"a\"}" } }] });
    Server::with(
        move |_, _| Played::json(200, &answer),
        move |stream| {
            let connection = rustls::ServerConnection::new(config.clone()).ok()?;
            Some(rustls::StreamOwned::new(connection, stream))
        },
    )
}

#[test]
fn an_authority_of_ones_own_is_trusted_once_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let Some(()) = certificates(folder.path()) else { return };
    let server = secured(folder.path());
    let address = format!("https://localhost:{}/v1", server.port());
    let authority = folder.path().join("ca.pem").display().to_string();
    let ask = |said: &[(&str, &str)]| {
        let settings = settings("openai", "m-1");
        let model = Model::new(access("openai", said), &settings, &folder.path().join("dream")).unwrap();
        model.ask(&[prompt("why?")]).remove(0)
    };
    let said =
        [("GIT_DREAM_BASE_URL", address.as_str()), ("GIT_DREAM_KEY", KEY), ("GIT_DREAM_CA_FILE", &authority)];
    let failure = ask(&said[..2]).unwrap_err();
    let Failure::Unreachable(says) = &failure else { panic!("{failure:?}") };
    assert!(
        says.contains("certificate") && says.contains("GIT_DREAM_CA_FILE") && !says.contains(KEY),
        "{says}"
    );
    assert_eq!(server.requests().len(), 0, "nothing was sent to a server that nobody vouches for");
    assert!(ask(&said).is_ok());
    assert_eq!(server.requests().len(), 1);

    let key = folder.path().join("server.key").display().to_string();
    let failure = ask(&[said[0], said[1], ("GIT_DREAM_CA_FILE", &key)]);
    assert!(failure.is_ok(), "it is recalled, and nothing is opened");
}

#[test]
fn a_file_without_certificates_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem").display().to_string();
    std::fs::write(&file, "no certificate").unwrap();
    let said = [("GIT_DREAM_BASE_URL", "https://localhost:1/v1"), ("GIT_DREAM_CA_FILE", file.as_str())];
    let model = Model::new(access("openai", &said), &settings("openai", "m"), folder.path()).unwrap();
    let answers = model.ask(&[prompt("why?"), prompt("how?")]);
    assert!(matches!(&answers[0], Err(Failure::Denied(says)) if says.contains("PEM")), "{answers:?}");
    assert_eq!(answers[1], Err(Failure::NotAsked));
}
