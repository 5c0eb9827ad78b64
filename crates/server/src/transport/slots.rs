//! How many connections there are, in all and from each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Gives out [`Slot`]s.
#[derive(Clone)]
pub(super) struct Slots {
    max: usize,
    max_per_ip: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    per_ip: HashMap<IpAddr, usize>,
}

/// Room for one connection, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    /// `None` where the address is not counted.
    ip: Option<IpAddr>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Server,
    Address,
}

impl Slots {
    /// `max_per_ip` 0 is no limit per address.
    pub(super) fn new(max: usize, max_per_ip: usize) -> Self {
        Self { max, max_per_ip, taken: Arc::default() }
    }

    pub(super) fn take(&self, ip: IpAddr) -> Result<Slot, Full> {
        // An IPv4 client of a dual-stack socket counts with those of an IPv4 socket.
        let ip = ip.to_canonical();
        let ip = (self.max_per_ip > 0 && !ip.is_loopback()).then_some(ip);
        let mut taken = lock(&self.taken);
        if taken.total >= self.max {
            return Err(Full::Server);
        }
        if let Some(ip) = ip {
            let count = taken.per_ip.entry(ip).or_default();
            if *count >= self.max_per_ip {
                return Err(Full::Address);
            }
            *count += 1;
        }
        taken.total += 1;
        Ok(Slot { ip, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.total -= 1;
        let Some(ip) = self.ip else { return };
        if let Some(count) = taken.per_ip.get_mut(&ip) {
            *count -= 1;
            if *count == 0 {
                taken.per_ip.remove(&ip);
            }
        }
    }
}

/// Counting cannot panic halfway, so a poisoned lock holds sound counts.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const BOB: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));
    const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn both_limits_hold_and_slots_come_back() {
        let slots = Slots::new(3, 2);
        let first = slots.take(ADA);
        let _second = slots.take(ADA).expect("the second");
        assert_eq!(slots.take(ADA).err(), Some(Full::Address));
        let mapped = IpAddr::V6(std::net::Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());
        assert_eq!(slots.take(mapped).err(), Some(Full::Address));
        let _third = slots.take(BOB).expect("another address");
        assert_eq!(slots.take(BOB).err(), Some(Full::Server));
        drop(first);
        assert!(slots.take(ADA).is_ok());
        assert_eq!(lock(&slots.taken).total, 2);
    }

    #[test]
    fn loopback_and_zero_are_not_limited_per_address() {
        let slots = Slots::new(10, 1);
        let kept: Vec<_> = (0..5).map(|_| slots.take(LOOPBACK)).collect();
        assert!(kept.iter().all(Result::is_ok));
        let slots = Slots::new(10, 0);
        let kept: Vec<_> = (0..5).map(|_| slots.take(ADA)).collect();
        assert!(kept.iter().all(Result::is_ok));
        assert!(lock(&slots.taken).per_ip.is_empty());
    }
}
