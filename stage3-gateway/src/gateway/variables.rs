//! Hardening: the names of variables, and which field becomes which of them.

use std::borrow::Cow;
use std::net::SocketAddr;

use crate::http::head::Field;

/// The variables that do not come from fields. Those that a request lacks have no value.
pub const VARIABLES: [&str; 13] = [
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "REMOTE_PORT",
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "HTTP_HOST", // not from a field when the target is a whole URI
    "wsgi.url_scheme",
];

/// An address of IPv6 stands in brackets (RFC 3875 s4.1.14).
pub fn server_name(address: SocketAddr) -> Cow<'static, [u8]> {
    match address {
        SocketAddr::V4(address) => text(address.ip()),
        SocketAddr::V6(address) => text(format_args!("[{}]", address.ip())),
    }
}

/// A value that is known as something else than bytes.
pub fn text(value: impl ToString) -> Cow<'static, [u8]> {
    value.to_string().into_bytes().into()
}

/// The field that `HTTP_ACCEPT_LANGUAGE` stands for: `accept-language`.
///
/// A name with an underscore is nobody's field: `X_User` would become the same variable as
/// `X-User`, and a client could pass itself off as the proxy in front that sets the latter.
pub fn field_name(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("HTTP_")?;
    let is_ours =
        !matches!(name, "CONTENT_TYPE" | "CONTENT_LENGTH" | "PROXY" | "TRANSFER_ENCODING");
    let is_plain = !name.contains(|c: char| c == '-' || c.is_ascii_lowercase());
    (is_ours && is_plain).then(|| name.replace('_', "-"))
}

/// The variable that a field becomes, if it becomes one. `Proxy` does not: programs take
/// `HTTP_PROXY` from the environment for the proxy to use (CVE-2016-5385). `Transfer-Encoding` does not
/// either: `wsgi.input` has the content without its coding, and an application that was told of the
/// coding would decode it once more (RFC 9112 s7.1.3 removes the field with the coding). `TE` and
/// `Trailer` stay, for they say nothing about how the content is read.
pub fn variable_name(field: &Field) -> Option<String> {
    let others = ["content-type", "content-length", "proxy", "transfer-encoding"];
    let is_ours = !others.iter().any(|name| field.is(name));
    let name = || format!("HTTP_{}", field.name.to_ascii_uppercase().replace('-', "_"));
    (is_ours && !field.name.contains('_')).then(name)
}
