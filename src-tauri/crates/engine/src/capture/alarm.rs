//! One timer for a moving deadline.
//!
//! A busy keep-alive connection moves its deadline with every request. Setting a timer each time would take the
//! lock of the timer wheel; here the timer is left alone as long as it rings no later than the deadline, and is
//! set anew only when it has rung too early.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

#[derive(Debug, Default)]
pub(super) struct Alarm {
    timer: Option<Armed>,
}

#[derive(Debug)]
struct Armed {
    sleep: Pin<Box<Sleep>>,
    rings_at: Instant,
    wakes: Waker,
}

impl Alarm {
    /// Ready once `deadline` is past; otherwise the task is woken then, or a little earlier.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, now: Instant, deadline: Instant) -> Poll<()> {
        if deadline <= now {
            return Poll::Ready(());
        }
        match &mut self.timer {
            Some(armed)
                if armed.rings_at > now
                    && armed.rings_at <= deadline
                    && armed.wakes.will_wake(context.waker()) =>
            {
                Poll::Pending
            }
            Some(armed) => {
                armed.sleep.as_mut().reset(deadline);
                armed.rings_at = deadline;
                armed.wakes.clone_from(context.waker());
                armed.sleep.as_mut().poll(context)
            }
            None => {
                let armed = self.timer.insert(Armed {
                    sleep: Box::pin(sleep_until(deadline)),
                    rings_at: deadline,
                    wakes: context.waker().clone(),
                });
                armed.sleep.as_mut().poll(context)
            }
        }
    }
}
