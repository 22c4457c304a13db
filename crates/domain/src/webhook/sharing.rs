//! How processes share the endpoints: as evenly as it goes, and whoever has too much lets some go.

use std::collections::BTreeMap;

use crate::id::EndpointId;

/// What a process does about its share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Share {
    /// Endpoints that nobody holds and that are its to take.
    pub take: Vec<EndpointId>,
    /// Endpoints that it holds and has to let go, so that others have some.
    pub excess: Vec<EndpointId>,
}

/// The share of the process `me`. `alive` are all that work, `me` among them or not; whoever holds something works too. Endpoints stand
/// in the same order for everybody, with their holders.
///
/// Each is due the endpoints divided by the processes; what remains of the division goes to those who hold most, so that as few as
/// possible change hands. Nobody is told anything: all count the same and come to the same.
#[must_use]
pub fn share<'a>(
    me: &'a str,
    alive: impl IntoIterator<Item = &'a str>,
    endpoints: &[(EndpointId, Option<&'a str>)],
) -> Share {
    let mut held: BTreeMap<&str, usize> = alive.into_iter().chain([me]).map(|process| (process, 0)).collect();
    for holder in endpoints.iter().filter_map(|(_, holder)| *holder) {
        *held.entry(holder).or_default() += 1;
    }
    let mine: Vec<EndpointId> =
        endpoints.iter().filter(|(_, holder)| *holder == Some(me)).map(|(id, _)| *id).collect();
    let due = due(me, &held, endpoints.len());
    let free = endpoints.iter().filter(|(_, holder)| holder.is_none()).map(|(id, _)| *id);
    Share {
        take: free.take(due.saturating_sub(mine.len())).collect(),
        excess: mine.into_iter().skip(due).collect(),
    }
}

/// How many endpoints a process is due.
fn due(me: &str, held: &BTreeMap<&str, usize>, endpoints: usize) -> usize {
    let (each, rest) = (endpoints / held.len().max(1), endpoints % held.len().max(1));
    let own = held.get(me).copied().unwrap_or(0);
    let is_before = |(process, count): (&&str, &usize)| *count > own || (*count == own && **process < *me);
    let rank = held.iter().filter(|one| is_before(*one)).count();
    each + usize::from(rank < rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(numbers: &[i64]) -> Vec<EndpointId> {
        numbers.iter().copied().map(EndpointId).collect()
    }

    #[test]
    fn who_is_alone_takes_everything() {
        let endpoints = [(EndpointId(1), None), (EndpointId(2), None)];
        assert_eq!(share("a", ["a"], &endpoints), Share { take: ids(&[1, 2]), excess: Vec::new() });
    }

    #[test]
    fn who_has_everything_lets_half_of_it_go_when_another_comes() {
        let endpoints: Vec<_> = ids(&[1, 2, 3, 4, 5]).into_iter().map(|id| (id, Some("a"))).collect();
        assert_eq!(share("a", ["a", "b"], &endpoints).excess, ids(&[4, 5]));
        assert_eq!(share("b", ["a", "b"], &endpoints), Share::default());
    }

    #[test]
    fn whoever_holds_something_counts_even_if_it_says_nothing_of_itself() {
        let endpoints = [
            (EndpointId(1), Some("old")),
            (EndpointId(2), None),
            (EndpointId(3), None),
            (EndpointId(4), None),
        ];
        assert_eq!(share("a", ["a"], &endpoints).take, ids(&[2, 3]));
    }

    #[test]
    fn of_one_endpoint_nobody_lets_go() {
        let endpoints = [(EndpointId(1), Some("b"))];
        for process in ["a", "b", "c"] {
            assert_eq!(share(process, ["a", "b", "c"], &endpoints), Share::default(), "{process}");
        }
    }

    /// What happens to processes and endpoints.
    #[derive(Debug, Clone)]
    enum Deed {
        /// One begins, or has died.
        Turn(usize),
        /// One endpoint more, or one less.
        Add,
        Remove(usize),
        /// A process looks.
        Look(usize),
    }

    fn deed() -> impl Strategy<Value = Deed> {
        prop_oneof![
            (0_usize..6).prop_map(Deed::Turn),
            Just(Deed::Add),
            any::<usize>().prop_map(Deed::Remove),
            (0_usize..6).prop_map(Deed::Look),
        ]
    }

    const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    #[derive(Default)]
    struct World {
        is_alive: [bool; 6],
        endpoints: BTreeMap<i64, Option<usize>>,
        next: i64,
        moved: usize,
    }

    impl World {
        fn look(&mut self, process: usize) {
            if !self.is_alive[process] {
                return;
            }
            let alive = (0..6).filter(|one| self.is_alive[*one]).map(|one| NAMES[one]);
            let endpoints: Vec<_> = self
                .endpoints
                .iter()
                .map(|(id, holder)| (EndpointId(*id), holder.map(|holder| NAMES[holder])))
                .collect();
            let Share { take, excess } = share(NAMES[process], alive, &endpoints);
            self.moved += take.len() + excess.len();
            for id in take {
                assert_eq!(
                    self.endpoints.insert(id.0, Some(process)),
                    Some(None),
                    "only what is free is taken"
                );
            }
            for id in excess {
                assert_eq!(
                    self.endpoints.insert(id.0, None),
                    Some(Some(process)),
                    "only one's own is let go"
                );
            }
        }

        fn held_by(&self, process: usize) -> usize {
            self.endpoints.values().filter(|holder| **holder == Some(process)).count()
        }

        fn obey(&mut self, deed: &Deed) {
            match *deed {
                Deed::Turn(process) => {
                    self.is_alive[process] = !self.is_alive[process];
                    // Its leases end.
                    for holder in self.endpoints.values_mut().filter(|holder| **holder == Some(process)) {
                        *holder = None;
                    }
                }
                Deed::Add => {
                    self.next += 1;
                    self.endpoints.insert(self.next, None);
                }
                Deed::Remove(which) => {
                    let count = self.endpoints.len().max(1);
                    let id = self.endpoints.keys().nth(which % count).copied();
                    id.map(|id| self.endpoints.remove(&id));
                }
                Deed::Look(process) => self.look(process),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_happened_all_is_held_in_even_shares_soon_and_then_nothing_moves(
            deeds in proptest::collection::vec(deed(), 0..120),
        ) {
            let mut world = World::default();
            deeds.iter().for_each(|deed| world.obey(deed));
            let alive: Vec<usize> = (0..6).filter(|one| world.is_alive[*one]).collect();
            prop_assume!(!alive.is_empty());
            // Everybody looks twice: once to let go, once to take.
            for _ in 0..2 {
                alive.iter().for_each(|process| world.look(*process));
            }
            let counts: Vec<usize> = alive.iter().map(|process| world.held_by(*process)).collect();
            prop_assert_eq!(counts.iter().sum::<usize>(), world.endpoints.len(), "each is held");
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            prop_assert!(most - least <= 1, "{:?}", counts);
            let before = world.moved;
            alive.iter().for_each(|process| world.look(*process));
            prop_assert_eq!(world.moved, before, "nothing moves once it is even");
        }
    }
}
