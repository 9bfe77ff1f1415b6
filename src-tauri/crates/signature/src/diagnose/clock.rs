//! How far the sender's clock is from the receiver's, by the request's own `Date`.

use crate::message::{Message, Micros};
use crate::read::time;
use crate::scheme::TimestampUnit;

/// Clocks nearer to each other than this are taken for right: the way takes its time too.
const USUAL: i64 = 5;

/// Seconds by which the `Date` of a message is ahead of its time of receipt; nothing where they agree.
pub(super) fn offset(message: &Message<'_>) -> Option<i64> {
    let received = message.received_at?;
    let date = http_date(std::str::from_utf8(message.header("date")?).ok()?)?;
    let seconds = date.seconds() - received.seconds();
    (seconds.abs() > USUAL).then_some(seconds)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(text: &str) -> Option<Micros> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, date) = text.split_once(", ")?;
    let mut words = date.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (clock, zone) = (words.next()?, words.next()?);
    if zone != "GMT" {
        return None;
    }
    let written = format!("{year}-{month:02}-{day:0>2}T{clock}Z");
    time::parse(written.as_bytes(), TimestampUnit::Rfc3339)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_http_writes_it() {
        let read = |text: &str| http_date(text).map(Micros::seconds);
        assert_eq!(
            read("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777),
            "the usual form"
        );
        for other in [
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "1994-11-06",
            "",
            "Sun, 06 Nox 1994 08:49:37 GMT",
        ] {
            assert_eq!(read(other), None, "`{other}`");
        }
    }
}
