//! What came from a client does no harm.

use super::*;

#[test]
fn no_terminal_sees_a_control_byte() {
    assert_eq!(Printable(b"a\x1b[2J\r\n\\ \"b\"").to_string(), "a\\x1b[2J\\x0d\\x0a\\x5c \"b\"");
}

#[test]
fn no_browser_sees_markup() {
    assert_eq!(html("<a href='x'>&\"é"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;é");
}

#[test]
fn a_long_value_is_cut_and_says_so() {
    let shown = Escaped(&[b'a'; 100]).to_string();
    assert_eq!(shown, format!("\"{}…\"", "a".repeat(80)));
    assert_eq!(Escaped(b"a\"\xff").to_string(), "\"a\\\"\\xff\"");
}
