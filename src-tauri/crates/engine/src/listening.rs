//! The listener as the person sees it: where it listens, and moving it to another port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::capture::{BindError, Listener};
use crate::changes::Change;
use crate::engine::Engine;
use crate::error::{EngineError, bind_hint};
use crate::reception::Reception;
use crate::rejudging;

/// The port of first choice: 4665 spells HOOK on a telephone.
pub const DEFAULT_PORT: u16 = 4665;

/// How many ports after a taken one are tried before any free one is taken.
const NEXT_PORTS: u16 = 20;

/// How long requests that the old listener is receiving may take after a change of port.
const DRAIN: Duration = Duration::from_secs(5);

/// The setting that remembers the chosen port.
const PORT_SETTING: &str = "port";

/// The setting that remembers the chosen address.
const ADDRESS_SETTING: &str = "address";

/// Where no other machine can send from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Listen {
    /// The address; 127.0.0.1 keeps other machines out. `None` is the one chosen last, or 127.0.0.1.
    pub address: Option<IpAddr>,
    /// The port; `None` is the one chosen last, or [`DEFAULT_PORT`]. 0 takes any.
    pub port: Option<u16>,
    /// Fail where the port is taken instead of taking the next free one.
    pub exact_port: bool,
}

/// The state of the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerState {
    /// The URL to point a provider at; empty while it does not listen.
    pub url: String,
    /// The address it listens on, or was to listen on.
    pub address: IpAddr,
    /// The port it listens on, or was to listen on.
    pub port: u16,
    /// The port that was wanted, where another had to be taken.
    pub wanted_port: Option<u16>,
    /// Why it does not listen, and what to do.
    pub problem: Option<(String, Option<String>)>,
    /// Whether the person paused it.
    pub paused: bool,
}

/// The listener's slot.
#[derive(Default)]
pub(crate) struct Listening {
    listener: Option<Listener>,
    address: Option<IpAddr>,
    port: u16,
    wanted_port: Option<u16>,
    problem: Option<(String, Option<String>)>,
    paused: bool,
}

impl Listening {
    pub(crate) fn take(&mut self) -> Option<Listener> {
        self.listener.take()
    }

    pub(crate) fn socket(&self) -> Option<SocketAddr> {
        self.listener.as_ref().map(Listener::address)
    }

    fn state(&self) -> ListenerState {
        ListenerState {
            url: self.socket().map(url).unwrap_or_default(),
            address: self.address.unwrap_or(HERE),
            port: self.port,
            wanted_port: self.wanted_port,
            problem: self.problem.clone(),
            paused: self.paused,
        }
    }
}

impl Engine {
    /// Starts to listen.
    ///
    /// # Errors
    /// When no port can be had; the state then says why.
    pub async fn listen(&self, wanted: Listen) -> Result<ListenerState, EngineError> {
        let port = match wanted.port {
            Some(port) => port,
            None => self.remembered_port().await,
        };
        let address = match wanted.address {
            Some(address) => address,
            None => self.remembered_address().await,
        };
        let mut slot = self.listening.lock().await;
        self.begin_recording().await?;
        slot.address = Some(address);
        slot.port = port;
        let bound = if wanted.exact_port || port == 0 {
            self.bind(address, port).await
        } else {
            self.bind_near(address, port).await
        };
        match bound {
            Ok(listener) => {
                slot.port = listener.address().port();
                slot.wanted_port = (port != 0 && slot.port != port).then_some(port);
                slot.problem = None;
                slot.paused = false;
                slot.listener = Some(listener);
            }
            Err(error) => {
                slot.problem = Some((error.to_string(), Some(bind_hint(&error).to_owned())));
                return Err(error.into());
            }
        }
        self.core
            .courier
            .sockets()
            .set(slot.socket().into_iter().collect());
        self.core.housekeeping.start(&self.core).await;
        rejudging::resume(&self.core).await;
        self.core.start_retries();
        self.core.changes.tell(Change::Status);
        Ok(slot.state())
    }

    /// Moves the listener to another port, and to another address where one is given; both are remembered. What the old
    /// one is receiving is finished; it goes on listening where it was if the new place cannot be had.
    ///
    /// # Errors
    /// When the place cannot be had.
    pub async fn move_listener(
        &self,
        address: Option<IpAddr>,
        port: u16,
    ) -> Result<ListenerState, EngineError> {
        let mut slot = self.listening.lock().await;
        let before = slot.address.unwrap_or(HERE);
        let address = address.unwrap_or(before);
        let same = slot.listener.is_some() && slot.port == port && before == address;
        if !same {
            let listener = match self.bind(address, port).await {
                // The old one has this port, on an address that overlaps with the new one.
                Err(BindError::InUse(_)) if slot.listener.is_some() && slot.port == port => {
                    self.swap(&mut slot, before, address).await?
                }
                bound => bound?,
            };
            slot.port = listener.address().port();
            slot.address = Some(address);
            slot.problem = None;
            slot.paused = false;
            self.core.courier.sockets().set(vec![listener.address()]);
            if let Some(old) = slot.listener.replace(listener) {
                tokio::spawn(async move { old.shut_down(DRAIN).await });
            }
        }
        slot.wanted_port = None;
        let store = &self.core.store;
        store.set_setting(PORT_SETTING, &slot.port.into()).await?;
        store
            .set_setting(ADDRESS_SETTING, &address.to_string().into())
            .await?;
        self.core.changes.tell(Change::Status);
        Ok(slot.state())
    }

    /// Stops listening until [`Engine::resume_listening`] or a new start. What is being received is finished; who comes
    /// then is refused by the system, as if nothing ran, so that no sender takes a request for kept.
    pub async fn pause_listening(&self) -> ListenerState {
        let mut slot = self.listening.lock().await;
        if let Some(listener) = slot.take() {
            slot.paused = true;
            self.core.courier.sockets().set(Vec::new());
            tokio::spawn(async move { listener.shut_down(DRAIN).await });
            self.core.changes.tell(Change::Status);
        }
        slot.state()
    }

    /// Listens again where it did before it was paused.
    ///
    /// # Errors
    /// When the port was taken meanwhile; it can be tried again.
    pub async fn resume_listening(&self) -> Result<ListenerState, EngineError> {
        let mut slot = self.listening.lock().await;
        if slot.paused {
            let address = slot.address.unwrap_or(HERE);
            let listener = self.bind(address, slot.port).await?;
            self.core.courier.sockets().set(vec![listener.address()]);
            slot.listener = Some(listener);
            slot.paused = false;
            self.core.changes.tell(Change::Status);
        }
        Ok(slot.state())
    }

    /// Gives the port up first where the old address is in the way of the new one; takes the old place again if that
    /// fails.
    async fn swap(&self, slot: &mut Listening, old: IpAddr, new: IpAddr) -> Result<Listener, BindError> {
        if let Some(listener) = slot.listener.take() {
            listener.shut_down(DRAIN).await;
        }
        match self.bind(new, slot.port).await {
            Ok(listener) => Ok(listener),
            Err(error) => {
                match self.bind(old, slot.port).await {
                    Ok(listener) => slot.listener = Some(listener),
                    Err(lost) => {
                        slot.problem = Some((lost.to_string(), Some(bind_hint(&lost).to_owned())));
                        self.core.changes.tell(Change::Status);
                    }
                }
                Err(error)
            }
        }
    }

    /// How the listener is.
    pub async fn listener(&self) -> ListenerState {
        self.listening.lock().await.state()
    }

    /// Faults end with the last program that listened: where there is none, those that are left are old.
    async fn begin_recording(&self) -> Result<(), EngineError> {
        if self.core.lead.take(&self.core) {
            self.core.store.clear_faults().await?;
        }
        self.core.renew_conducts().await?;
        self.core.recorder.start(&self.core).await;
        self.core.drain.start(&self.core);
        Ok(())
    }

    async fn remembered_port(&self) -> u16 {
        let setting = self.core.store.setting(PORT_SETTING).await.ok().flatten();
        setting
            .and_then(|port| port.as_u64())
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(DEFAULT_PORT)
    }

    async fn remembered_address(&self) -> IpAddr {
        let setting = self.core.store.setting(ADDRESS_SETTING).await.ok().flatten();
        setting
            .and_then(|address| address.as_str()?.parse().ok())
            .unwrap_or(HERE)
    }

    async fn bind(&self, address: IpAddr, port: u16) -> Result<Listener, BindError> {
        let core = &self.core;
        let reception = Arc::new(Reception::new(Arc::clone(core)));
        let spool = core.options.data_dir.join("spool");
        let limits = Arc::clone(&core.limits);
        Listener::bind(
            SocketAddr::new(address, port),
            limits,
            spool,
            core.clock.clone(),
            reception,
        )
        .await
    }

    /// The wanted port, or the next free one.
    async fn bind_near(&self, address: IpAddr, port: u16) -> Result<Listener, BindError> {
        let first = match self.bind(address, port).await {
            Err(error @ BindError::InUse(_)) => error,
            bound => return bound,
        };
        for next in (1..=NEXT_PORTS).filter_map(|step| port.checked_add(step)) {
            match self.bind(address, next).await {
                Err(BindError::InUse(_)) => {}
                bound => return bound,
            }
        }
        self.bind(address, 0).await.map_err(|_| first)
    }
}

/// The URL that reaches a socket from this machine.
fn url(socket: SocketAddr) -> String {
    match socket.ip() {
        ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", socket.port()),
        IpAddr::V6(_) | IpAddr::V4(_) => format!("http://{socket}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::tests::Bench;

    #[tokio::test]
    async fn paused_nobody_is_heard_and_resumed_it_listens_where_it_did() {
        let bench = Bench::new().await;
        let before = bench.engine.listener().await;
        let paused = bench.engine.pause_listening().await;
        assert_eq!((paused.paused, paused.url.as_str()), (true, ""), "it says so");
        assert_eq!(paused.port, before.port, "and where it will listen again");
        for _ in 0..500 {
            let heard = tokio::net::TcpStream::connect(("127.0.0.1", before.port)).await;
            if heard.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let again = bench.engine.resume_listening().await.unwrap();
        assert_eq!(again, before, "as if nothing had been");
        tokio::net::TcpStream::connect(("127.0.0.1", before.port))
            .await
            .expect("it listens");
    }

    #[tokio::test]
    async fn the_address_is_changed_under_way_and_remembered() {
        let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let bench = Bench::new().await;
        let before = bench.engine.listener().await;
        assert_eq!(
            before.address, HERE,
            "nobody else can send unless that is asked for"
        );
        let open = bench
            .engine
            .move_listener(Some(everywhere), before.port)
            .await
            .unwrap();
        assert_eq!(
            (open.address, open.port),
            (everywhere, before.port),
            "the port stays"
        );
        assert_eq!(open.url, before.url, "and this machine reaches it as before");
        tokio::net::TcpStream::connect(("127.0.0.1", open.port))
            .await
            .expect("it listens");
        let unknown = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        bench
            .engine
            .move_listener(Some(unknown), open.port)
            .await
            .expect_err("no address of this machine");
        tokio::net::TcpStream::connect(("127.0.0.1", open.port))
            .await
            .expect("it goes on where it was");
        bench.engine.shut_down().await;
        let again = Bench::open(bench.folder).await;
        assert_eq!(
            again.engine.listener().await.address,
            everywhere,
            "it is remembered"
        );
        let back = again.engine.move_listener(Some(HERE), 0).await.unwrap();
        assert_eq!(back.address, HERE, "and taken back");
    }
}
