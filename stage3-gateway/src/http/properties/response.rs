//! Responses: what was written is read back.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stage2_single_request::version::Version;

use super::config;
use crate::gateway::testing::read_response;
use crate::http::response::{Asked, Head};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_response_is_read_back_as_it_was_meant(
        status in select(&[200_u16, 201, 204, 205, 206, 304, 404, 500][..]),
        pieces in vec(vec(any::<u8>(), 0..40), 0..5),
        declares: bool,
        knows: bool,
        head_only: bool,
        persistent: bool,
        is_1_0: bool,
        value in "[ -~é]{0,20}",
    ) {
        let content = pieces.concat();
        let length = content.len().to_string();
        let mut fields: Vec<(&str, &[u8])> = vec![("X-A", value.as_bytes())];
        if declares {
            fields.push(("Content-Length", length.as_bytes()));
        }
        let version = if is_1_0 { Version::Http10 } else { Version::Http11 };
        let asked = Asked { head_only, version, persistent };
        let known = knows.then_some(content.len() as u64);
        let mut out = Vec::new();
        let head = Head::new(&format!("{status} Reason"), &fields).unwrap();
        let mut encoder = head.send(asked, known, &mut out);
        let appended: usize = pieces.iter().map(|piece| encoder.piece(piece, &mut out)).sum();
        let goes_on = encoder.finish(&mut out);

        let (head, read, whole) = read_response(&out, head_only);
        let has_content = !head_only && ![204, 205, 304].contains(&status);
        let until_close = has_content && is_1_0 && !declares && !knows;
        let line = format!("\r\nX-A: {value}\r\n");
        prop_assert!(head.contains(&line));
        prop_assert_eq!(&read, if has_content { &content } else { &b""[..] });
        prop_assert_eq!(appended, read.len());
        prop_assert_eq!(whole, !until_close, "{}", head);
        prop_assert_eq!(goes_on, persistent && !until_close);
        prop_assert_eq!(head.contains("\r\nConnection: close"), !goes_on);
    }

    #[test]
    fn content_is_cut_at_its_declared_length(
        pieces in vec(vec(any::<u8>(), 0..9), 0..5),
        length in 0_usize..40,
    ) {
        let declared = length.to_string();
        let head = Head::new("200 OK", &[("Content-Length", declared.as_bytes())]).unwrap();
        let asked = Asked { head_only: false, version: Version::Http11, persistent: true };
        let mut out = Vec::new();
        let mut encoder = head.send(asked, None, &mut out);
        let appended: usize = pieces.iter().map(|piece| encoder.piece(piece, &mut out)).sum();
        let content = pieces.concat();
        prop_assert_eq!(appended, content.len().min(length));
        prop_assert_eq!(encoder.missing(), (length - appended) as u64);
        prop_assert_eq!(encoder.finish(&mut out), appended == length);
        prop_assert_eq!(encoder.wants_content(), appended < length);
        prop_assert_eq!(read_response(&out, false).1, &content[..appended]);
    }

    #[test]
    fn nothing_an_application_says_can_add_a_line(
        status in "[2-5][0-9]{2} .{0,9}|.{0,12}|200 [\r\n\0a ]{0,4}",
        name in "[A-Za-z-]{0,9}|.{0,9}",
        value in vec(any::<u8>(), 0..20),
    ) {
        let Ok(head) = Head::new(&status, &[(&name, &value)]) else { return Ok(()) };
        let asked = Asked { head_only: false, version: Version::Http11, persistent: true };
        let mut out = Vec::new();
        head.send(asked, Some(0), &mut out);
        let lines = out.split(|&byte| byte == b'\n').count();
        // Status, the field, Date, Content-Length (or the field was one of these), the empty line.
        prop_assert!((5..=6).contains(&lines), "{}", out.escape_ascii());
        prop_assert!(!out.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n'));
    }
}
