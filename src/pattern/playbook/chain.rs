//! Frequent sequences of steps with gaps: the seeds that workflows grow from.
//!
//! Prefix projection (PrefixSpan, Pei et al. 2001) under a gap limit. Two things keep it small. Only pairs of
//! steps that follow each other more often than chance explains may follow each other in a sequence: pairs are
//! tested on how often sessions have both (hypergeometric) and on how often they then come in this order and
//! this near (binomial), both together, Bonferroni over all pairs. And every first step has its share of a
//! fixed amount of work, so that hostile input costs what it costs and no more. A step occurs once in a
//! sequence. Closing the sequences (by what else their sessions do) is [`super::consensus`]'s work.

use super::significance::{LogFactorials, binomial_bound, combined};
use super::trail::{Symbol, Trail, Trails};
use rayon::prelude::*;

/// Family-wise error rate of the tests on pairs.
const ERROR_RATE: f64 = 0.01;
/// Positions looked at in the whole search. 10,000 sessions of 200 steps need about a tenth.
const WORK: usize = 40_000_000;
/// Most sequences kept in the whole search.
const MOST_CHAINS: usize = 40_000;

/// A frequent sequence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// Its steps, each once.
    pub(super) steps: Vec<Symbol>,
    /// How much shorter the sessions could be told with it: the bits that its steps after the first take.
    pub(super) bits: f64,
}

/// The frequent sequences, those that say most first.
pub(super) fn mine(trails: &Trails, table: &LogFactorials) -> Vec<Chain> {
    let edges = Edges::of(trails, trails.settings.workflow_gap, table);
    let roots: Vec<Symbol> = (0..trails.names.len() as Symbol).filter(|&a| edges.leads_on(a)).collect();
    let grown = roots.par_iter().map(|&root| {
        let (work, most_chains) = (WORK / roots.len(), (MOST_CHAINS / roots.len()).max(1));
        let chains = Vec::new();
        let mut search = Search { trails, edges: &edges, work, chains, most_chains };
        let start = trails.with[root as usize].iter().flat_map(|&trail| {
            let steps = (0u32..).zip(&trails.all[trail as usize].telling);
            steps.filter(|(_, step)| **step == root).map(move |(at, _)| End { trail, at })
        });
        let start: Vec<End> = start.collect();
        search.grow(&mut vec![root], &start);
        search.chains
    });
    let mut chains: Vec<Chain> = grown.flatten_iter().collect();
    chains.sort_by(|a, b| b.bits.total_cmp(&a.bits).then_with(|| a.steps.cmp(&b.steps)));
    chains
}

/// Which steps may follow which.
struct Edges {
    symbols: usize,
    allowed: Vec<bool>,
}

impl Edges {
    fn of(trails: &Trails, gap: usize, table: &LogFactorials) -> Edges {
        let symbols = trails.names.len();
        let mut near = vec![0u32; symbols * symbols];
        for trail in usable(trails) {
            for pair in near_pairs(&trail.telling, gap, symbols) {
                near[pair] += 1;
            }
        }
        let often = near.iter().enumerate().filter(|(_, there)| **there as usize >= trails.support);
        let frequent: Vec<(usize, usize)> = often
            .map(|(pair, there)| (pair / symbols, pair % symbols, *there))
            .filter(|(a, b, there)| *there > near[b * symbols + a])
            .map(|(a, b, _)| (a, b))
            .collect();
        let test = PairTest::new(trails, gap, table, frequent.len());
        let mut allowed = vec![false; symbols * symbols];
        for (a, b) in frequent {
            allowed[a * symbols + b] = test.passes(a, b, near[a * symbols + b] as usize);
        }
        Edges { symbols, allowed }
    }

    fn allows(&self, from: Symbol, to: Symbol) -> bool {
        self.allowed[from as usize * self.symbols + to as usize]
    }

    fn leads_on(&self, from: Symbol) -> bool {
        self.allowed[from as usize * self.symbols..][..self.symbols].contains(&true)
    }
}

fn usable(trails: &Trails) -> impl Iterator<Item = &Trail> {
    trails.all.iter().filter(|trail| trail.succeeded != Some(false))
}

/// The distinct pairs of different steps, first before second with at most `gap` steps between, as
/// `first · symbols + second`.
fn near_pairs(steps: &[Symbol], gap: usize, symbols: usize) -> Vec<usize> {
    let mut pairs = Vec::with_capacity(steps.len() * (gap + 1));
    for (at, &a) in steps.iter().enumerate() {
        let after = steps.iter().skip(at + 1).take(gap + 1);
        pairs.extend(after.filter(|b| **b != a).map(|&b| a as usize * symbols + b as usize));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Tests pairs of steps against chance.
struct PairTest<'a> {
    trails: &'a Trails,
    table: &'a LogFactorials,
    chances: Chances,
    /// For each symbol the trails that have it, one bit a trail.
    presence: Vec<Vec<u64>>,
    /// ln of the p that a pair must not exceed.
    limit: f64,
}

impl PairTest<'_> {
    fn new<'a>(trails: &'a Trails, gap: usize, table: &'a LogFactorials, pairs: usize) -> PairTest<'a> {
        let bits = |with: &Vec<u32>| {
            let mut bits = vec![0u64; trails.all.len().div_ceil(64)];
            with.iter().for_each(|trail| bits[*trail as usize / 64] |= 1 << (trail % 64));
            bits
        };
        PairTest {
            trails,
            table,
            chances: Chances::of(trails, gap),
            presence: trails.with.iter().map(bits).collect(),
            limit: (ERROR_RATE / pairs.max(1) as f64).ln(),
        }
    }

    /// Whether two steps go together and follow each other (`times`) more often than chance explains.
    fn passes(&self, a: usize, b: usize, times: usize) -> bool {
        let both = self.presence[a].iter().zip(&self.presence[b]).map(|(a, b)| (a & b).count_ones() as usize);
        let (sessions, with) = (both.sum::<usize>(), &self.trails.with);
        let together = self.table.hypergeometric(self.trails.usable, with[a].len(), with[b].len(), sessions);
        let significant =
            |chance: f64| combined(together, binomial_bound(sessions, times, chance)) <= self.limit;
        // Most pairs fail on the lower bound already.
        significant(self.chances.lowest) && {
            let chance = |(trail, a, b): (u32, u16, u16)| {
                1.0 - (1.0 - self.chances.of[trail as usize])
                    .powi(i32::from(a.min(100)) * i32::from(b.min(100)))
            };
            let sum: f64 = self.trails.with_both(a as Symbol, b as Symbol).map(chance).sum();
            significant(sum / sessions.max(1) as f64)
        }
    }
}

/// How probable it is in each trail that two steps which it has once follow each other within the gap.
struct Chances {
    of: Vec<f64>,
    /// In the longest trail.
    lowest: f64,
}

impl Chances {
    fn of(trails: &Trails, gap: usize) -> Chances {
        let of: Vec<f64> =
            trails.all.iter().map(|trail| chance_of_following(trail.telling.len(), gap)).collect();
        Chances { lowest: of.iter().copied().fold(1.0, f64::min), of }
    }
}

/// The probability that one of two randomly placed steps of `length` follows the other within the gap.
fn chance_of_following(length: usize, gap: usize) -> f64 {
    let length = length.max(2);
    let reach = (gap + 1).min(length - 1);
    let placings = reach * (2 * length - reach - 1) / 2;
    placings as f64 / (length * (length - 1)) as f64
}

/// A place where a sequence ends in a trail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    trail: u32,
    at: u32,
}

/// In how many trails a sequence with these ends is. Ends are sorted.
fn trails_with(ends: &[End]) -> usize {
    ends.chunk_by(|one, next| one.trail == next.trail).count()
}

struct Search<'a> {
    trails: &'a Trails,
    edges: &'a Edges,
    work: usize,
    chains: Vec<Chain>,
    most_chains: usize,
}

impl Search<'_> {
    /// Extends a sequence by every step that may follow. At most `workflow_max_steps` deep.
    fn grow(&mut self, steps: &mut Vec<Symbol>, ends: &[End]) {
        let support = trails_with(ends);
        let mut further: Vec<(Symbol, End)> = Vec::new();
        if steps.len() < self.trails.settings.workflow_max_steps {
            for end in ends {
                self.extend(steps, *end, &mut further);
            }
        }
        further.sort_unstable();
        further.dedup();
        let extensions: Vec<(Symbol, Vec<End>, usize)> = further
            .chunk_by(|one, next| one.0 == next.0)
            .filter(|there| there.len() >= self.trails.support)
            .map(|there| {
                let ends: Vec<End> = there.iter().map(|(_, end)| *end).collect();
                let trails = trails_with(&ends);
                (there[0].0, ends, trails)
            })
            .filter(|(.., trails)| *trails >= self.trails.support)
            .collect();
        let goes_on_everywhere = extensions.iter().any(|(.., trails)| *trails == support);
        let long_enough = steps.len() >= self.trails.settings.workflow_min_steps;
        if long_enough && !goes_on_everywhere && self.chains.len() < self.most_chains {
            let bits = self.bits(steps, support);
            self.chains.push(Chain { steps: steps.clone(), bits });
        }
        drop(further);
        for (step, there, _) in extensions {
            if self.work == 0 || self.chains.len() >= self.most_chains {
                return;
            }
            steps.push(step);
            self.grow(steps, &there);
            steps.pop();
        }
    }

    /// Adds every place where a sequence that ends here may go on, with the step that stands there.
    fn extend(&mut self, prefix: &[Symbol], end: End, further: &mut Vec<(Symbol, End)>) {
        let trail = &self.trails.all[end.trail as usize].telling;
        let last = prefix[prefix.len() - 1];
        for at in (end.at + 1..trail.len() as u32).take(self.trails.settings.workflow_gap + 1) {
            self.work = self.work.saturating_sub(1);
            let step = trail[at as usize];
            if self.edges.allows(last, step) && !prefix.contains(&step) {
                further.push((step, End { trail: end.trail, at }));
            }
        }
    }

    fn bits(&self, steps: &[Symbol], support: usize) -> f64 {
        let share =
            |symbol: Symbol| self.trails.with[symbol as usize].len() as f64 / self.trails.usable as f64;
        support as f64 * steps[1..].iter().map(|&step| -share(step).log2()).sum::<f64>()
    }
}

/// Whether a trail has these steps in this order with at most `gap` steps between.
pub(super) fn occurs(trail: &[Symbol], steps: &[Symbol], gap: usize) -> bool {
    let Some((first, rest)) = steps.split_first() else { return true };
    let mut ends: Vec<usize> = (0..trail.len()).filter(|&at| trail[at] == *first).collect();
    for step in rest {
        let follows = |at: usize| ends.iter().any(|&end| end < at && at - end <= gap + 1);
        ends = (0..trail.len()).filter(|&at| trail[at] == *step && follows(at)).collect();
    }
    !ends.is_empty()
}
