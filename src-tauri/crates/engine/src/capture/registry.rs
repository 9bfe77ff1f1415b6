//! Who is connected, and who has to go when there are too many.
//!
//! Newcomers never queue behind the slow: at the cap the connection that has waited longest without a whole head
//! leaves. A connection whose request is being read or answered is never asked to make room.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What a connection has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Order {
    /// Go on.
    Stay = 0,
    /// Finish what has begun, then close.
    Drain = 1,
    /// Others need the place.
    MakeRoom = 2,
    /// The listener is closed.
    Stop = 3,
}

const BUSY: u64 = u64::MAX;

#[derive(Debug)]
struct Slot {
    /// µs after the epoch of the registry at which it began to wait for a head; `BUSY` while it does not.
    waiting_since: AtomicU64,
    order: AtomicU8,
    waker: AtomicWaker,
}

impl Slot {
    fn tell(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        self.waker.wake();
    }
}

/// All open connections of one listener.
#[derive(Debug)]
pub(super) struct Registry {
    epoch: Instant,
    slots: Mutex<Slots>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Slots {
    next: u64,
    open: HashMap<u64, Arc<Slot>>,
}

impl Registry {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            slots: Mutex::default(),
            left: Notify::new(),
        })
    }

    /// Takes a newcomer in, making room if `most` are there; `None` if all of them are busy.
    pub(super) fn enter(self: &Arc<Self>, most: usize) -> Option<Entry> {
        let mut slots = self.lock();
        while slots.open.len() >= most.max(1) {
            let id = longest_waiting(&slots)?;
            if let Some(slot) = slots.open.remove(&id) {
                slot.tell(Order::MakeRoom);
            }
        }
        let id = slots.next;
        slots.next += 1;
        let slot = Arc::new(Slot {
            waiting_since: AtomicU64::new(self.micros(Instant::now())),
            order: AtomicU8::new(Order::Stay as u8),
            waker: AtomicWaker::new(),
        });
        slots.open.insert(id, Arc::clone(&slot));
        Some(Entry {
            id,
            slot,
            registry: Arc::clone(self),
            waiting: true,
        })
    }

    /// Asks the one that has waited longest to leave, e.g. because there are no file descriptors left.
    pub(super) fn make_room(&self) {
        let mut slots = self.lock();
        if let Some(slot) = longest_waiting(&slots).and_then(|id| slots.open.remove(&id)) {
            slot.tell(Order::MakeRoom);
        }
    }

    /// Tells all of them.
    pub(super) fn tell(&self, order: Order) {
        for slot in self.lock().open.values() {
            slot.tell(order);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Returns once nobody is connected.
    pub(super) async fn wait_until_empty(&self) {
        loop {
            let left = self.left.notified();
            if self.len() == 0 {
                return;
            }
            left.await;
        }
    }

    fn micros(&self, instant: Instant) -> u64 {
        let micros = instant.saturating_duration_since(self.epoch).as_micros();
        u64::try_from(micros).unwrap_or(BUSY - 1)
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn longest_waiting(slots: &Slots) -> Option<u64> {
    let waiting = |slot: &Slot| slot.waiting_since.load(Ordering::Acquire);
    let (id, slot) = slots.open.iter().min_by_key(|(_, slot)| waiting(slot))?;
    (waiting(slot) != BUSY).then_some(*id)
}

/// The place of one connection; given up when dropped.
#[derive(Debug)]
pub(super) struct Entry {
    id: u64,
    slot: Arc<Slot>,
    registry: Arc<Registry>,
    waiting: bool,
}

impl Entry {
    /// What this connection has been told.
    pub(super) fn order(&self) -> Order {
        match self.slot.order.load(Ordering::Acquire) {
            0 => Order::Stay,
            1 => Order::Drain,
            2 => Order::MakeRoom,
            _ => Order::Stop,
        }
    }

    /// A view of the same orders for whoever answers the requests.
    pub(super) fn orders(&self) -> Orders {
        Orders(Arc::clone(&self.slot))
    }

    /// Has `waker` called when there is a new order.
    pub(super) fn listen(&self, waker: &Waker) {
        self.slot.waker.register(waker);
    }

    /// It waits for a head, since `now` unless it already did.
    pub(super) fn waits(&mut self, now: Instant) {
        if !self.waiting {
            self.waiting = true;
            self.slot
                .waiting_since
                .store(self.registry.micros(now), Ordering::Release);
        }
    }

    /// It has a whole head and may not be asked to leave.
    pub(super) fn is_busy(&mut self) {
        if self.waiting {
            self.waiting = false;
            self.slot.waiting_since.store(BUSY, Ordering::Release);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let removed = self.registry.lock().open.remove(&self.id);
        drop(removed);
        self.registry.left.notify_waiters();
    }
}

/// Tells whether a connection shall close after the present answer.
#[derive(Debug, Clone)]
pub(super) struct Orders(Arc<Slot>);

impl Orders {
    pub(super) fn is_closing(&self) -> bool {
        self.0.order.load(Ordering::Acquire) != Order::Stay as u8
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn at_the_cap_the_one_that_has_waited_longest_leaves() {
        let registry = Registry::new();
        let mut entries: Vec<Entry> = (0..3).map(|_| registry.enter(3).unwrap()).collect();
        for entry in &mut entries {
            entry.is_busy();
        }
        let later = Instant::now() + Duration::from_secs(1);
        entries[2].waits(later);
        entries[1].waits(later + Duration::from_secs(1));
        let newcomer = registry.enter(3);
        assert!(newcomer.is_some(), "newcomers never queue");
        assert_eq!(entries[2].order(), Order::MakeRoom, "it had waited longest");
        assert_eq!(entries[0].order(), Order::Stay, "a busy one is left alone");
        assert_eq!(registry.len(), 3, "the cap holds at once");
    }

    #[tokio::test]
    async fn nobody_busy_is_thrown_out() {
        let registry = Registry::new();
        let mut only = registry.enter(1).unwrap();
        only.is_busy();
        assert!(
            registry.enter(1).is_none(),
            "a request on its way is worth more than a newcomer"
        );
        drop(only);
        assert!(registry.enter(1).is_some(), "a place that was given up is free");
    }
}
