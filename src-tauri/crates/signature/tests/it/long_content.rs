//! A report of long signed content carries its beginning and its end.

use hookbench_signature::{CONTENT_CAP, Message, Scheme, Secret, verify};

#[test]
fn what_stands_behind_a_long_body_is_in_the_report() {
    let scheme: Scheme = toml::from_str(
        "algorithm = \"hmac-sha256\"\ncontent = \"{body}{header:X-Time}\"\nsignature = { from = \"header:X-Signature\" }",
    )
    .unwrap();
    let body = vec![b'b'; 3 * CONTENT_CAP];
    let headers: [(&[u8], &[u8]); 2] = [(b"X-Time", b"2023-11-14T22:13:20Z"), (b"X-Signature", b"00")];
    let message = Message {
        method: "POST",
        target: "/",
        url: None,
        headers: &headers,
        body: &body,
        received_at: None,
    };
    let report = verify(&scheme, &message, &[Secret::new("live", "s3cret")]);
    let content = report.content.unwrap();
    let left_out = content.left_out.unwrap();
    assert!(
        content.bytes.ends_with(b"2023-11-14T22:13:20Z"),
        "the time is there"
    );
    assert_eq!(
        content.bytes.len() + left_out.end - left_out.start,
        content.length,
        "what is shown and what is left out are the whole"
    );
    assert!(content.bytes.len() <= CONTENT_CAP, "and it is bounded");
    let (ends, gap) = content.ends(100);
    assert_eq!(
        (ends.len(), gap.unwrap().end),
        (100, content.length - 25),
        "shorter still"
    );
    assert!(ends.ends_with(b"22:13:20Z"), "with the same end");
}
