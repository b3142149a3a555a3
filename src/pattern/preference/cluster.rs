//! Groups wishes that are the same in other words.
//!
//! Agglomerative clustering of vectors by the likeness of the groups' middles: in every round the two most alike
//! groups become one, until no two reach the threshold. Two groups with opposite members never join. Middles
//! rather than nearest members, so that a chain of small resemblances does not end in one large group. Refuses
//! to depend on order: equals are resolved by position, and positions come sorted.

use super::lexicon::LEXICON;
use super::likeness::Vector;
use std::collections::{BTreeMap, BTreeSet};

/// Groups larger than this are cut up by raising the bar first: the method is cubic at worst.
const LARGEST: usize = 240;
/// A word that more vectors than this have does not make two of them candidates.
const COMMONEST: usize = 400;

/// How often members that belong elsewhere are taken out and the groups made anew.
const REFINEMENTS: usize = 6;
/// Likeness, whatever the signs, from which two groups speak of one thing.
const ONE_TOPIC: f64 = 0.5;
/// Share of a shared word's weight from which what else a wish names counts as much.
const WEIGHTY: f64 = 0.6;
/// How much more a member has to be like another group than like the rest of its own to belong there.
const NEARER: f64 = 1.2;

/// Groups of indices into `vectors`, each sorted, in the order of their first. `times` is how often each vector
/// was said.
pub(super) fn group(vectors: &[Vector], times: &[f64], threshold: f64) -> Vec<Vec<usize>> {
    let Candidates { pairs, opposed: mut apart } = candidates(vectors);
    let parts = parts(vectors.len(), &pairs, threshold);
    let together = |apart: &BTreeSet<(usize, usize)>| -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = parts
            .iter()
            .flat_map(|part| agglomerate(vectors, times, apart, part.clone(), threshold))
            .collect();
        groups.sort();
        groups
    };
    let mut groups = together(&apart);
    for _ in 0..REFINEMENTS {
        let strays = strays(vectors, times, &groups);
        if strays.is_empty() {
            break;
        }
        apart.extend(strays);
        groups = together(&apart);
    }
    groups
}

/// In each group the member that most speaks of what another group is about rather than of what the rest of its own
/// is, with each of that rest: one word that is said everywhere (`commit`) had brought them together. Whether they want what the
/// other group wants makes no difference.
fn strays(vectors: &[Vector], times: &[f64], groups: &[Vec<usize>]) -> BTreeSet<(usize, usize)> {
    let middle = |members: &mut dyn Iterator<Item = usize>| {
        Vector::middle(members.filter_map(|at| Some((vectors.get(at)?, times.get(at)?.sqrt()))))
    };
    let middles: Vec<Vector> = groups.iter().map(|group| middle(&mut group.iter().copied())).collect();
    let mut having: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (number, middle) in middles.iter().enumerate() {
        for term in middle.terms() {
            having.entry(term).or_default().insert(number);
        }
    }
    let said_by = said_by(vectors);
    let mut apart = BTreeSet::new();
    for (number, group) in groups.iter().enumerate().filter(|(_, group)| group.len() > 1) {
        let ratio = |member: usize| -> Option<f64> {
            let vector = vectors.get(member)?;
            let rest = middle(&mut group.iter().copied().filter(|&other| other != member));
            let own = vector.likeness(&rest).related;
            let near: BTreeSet<usize> = vector
                .terms()
                .filter_map(|term| having.get(term))
                .filter(|groups| groups.len() <= COMMONEST)
                .flatten()
                .copied()
                .filter(|&other| other != number && groups.get(other).is_some_and(|group| group.len() > 1))
                .collect();
            // Opposite sides of one thing speak of it alike; that is no reason to leave one's own.
            let elsewhere = near.iter().filter_map(|&other| middles.get(other));
            let elsewhere = elsewhere.filter(|other| other.likeness(&rest).related < ONE_TOPIC);
            let elsewhere = elsewhere.map(|other| vector.likeness(other).related).fold(0.0, f64::max);
            Some(elsewhere / own.max(f64::MIN_POSITIVE))
        };
        // One at a time: without it the others may be at home.
        let ratios = group.iter().filter_map(|&member| Some((ratio(member)?, member)));
        let stray = ratios.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let stray = stray.filter(|(ratio, _)| *ratio > NEARER).map(|(_, member)| member);
        let stray = stray.or_else(|| {
            group.iter().copied().find(|&member| hangs_on_one_word(vectors, group, member, &said_by))
        });
        if let Some(member) = stray {
            let others = group.iter().filter(|&&other| other != member);
            apart.extend(others.map(|&other| (member.min(other), member.max(other))));
        }
    }
    apart
}

/// Which vectors have each telling word.
pub(super) fn said_by(vectors: &[Vector]) -> BTreeMap<&str, BTreeSet<usize>> {
    let mut said_by: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, vector) in vectors.iter().enumerate() {
        for (term, _) in vector.named() {
            said_by.entry(term).or_default().insert(at);
        }
    }
    said_by
}

/// Whether a member shares one word only with the rest of its group, a word that others say too or that is not what the
/// rest is about, and names something else besides that others speak of: `commit the outputs` among `small commits`.
pub(super) fn hangs_on_one_word(
    vectors: &[Vector],
    group: &[usize],
    member: usize,
    said_by: &BTreeMap<&str, BTreeSet<usize>>,
) -> bool {
    let Some(vector) = vectors.get(member).filter(|_| group.len() > 2) else { return false };
    let rest: BTreeSet<usize> = group.iter().copied().filter(|&other| other != member).collect();
    let nobody = BTreeSet::new();
    let by = |term: &str| said_by.get(term).unwrap_or(&nobody);
    type Words<'a> = Vec<(&'a str, f64)>;
    let (shared, own): (Words<'_>, Words<'_>) =
        vector.named().into_iter().partition(|(term, _)| !by(term).is_disjoint(&rest));
    let telling: Vec<(&str, f64)> =
        shared.into_iter().filter(|(term, _)| LEXICON.telling(term) > 0.5).collect();
    let &[(tie, weight)] = telling.as_slice() else { return false };
    let elsewhere = |term: &str| by(term).iter().any(|at| !group.contains(at));
    let core = rest.iter().filter_map(|&at| vectors.get(at)).flat_map(Vector::named).map(|(term, _)| term);
    let core: BTreeSet<&str> =
        core.filter(|term| *term != tie && by(term).intersection(&rest).count() * 2 > rest.len()).collect();
    let names = |asks_elsewhere: bool| {
        let besides = own.iter().filter(|(term, _)| !asks_elsewhere || elsewhere(term));
        besides.map(|(_, weight)| weight).sum::<f64>() >= weight * WEIGHTY
    };
    core.len() > 1 && names(false) || elsewhere(tie) && names(true)
}

/// Pairs that share a word.
struct Candidates {
    /// Those that are alike, and how much.
    pairs: Vec<(usize, usize, f64)>,
    /// Those that are opposed.
    opposed: BTreeSet<(usize, usize)>,
}

/// Looks at all pairs that share a word which is not too common.
fn candidates(vectors: &[Vector]) -> Candidates {
    let mut having: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, vector) in vectors.iter().enumerate() {
        for term in vector.terms() {
            having.entry(term).or_default().push(at);
        }
    }
    let mut sharing = BTreeSet::new();
    for at in having.values().filter(|at| at.len() <= COMMONEST) {
        for (position, &a) in at.iter().enumerate() {
            sharing.extend(at[position + 1..].iter().map(|&b| (a, b)));
        }
    }
    let mut found = Candidates { pairs: Vec::new(), opposed: BTreeSet::new() };
    for (a, b) in sharing {
        let likeness = vectors[a].likeness(&vectors[b]);
        if likeness.opposed {
            found.opposed.insert((a, b));
        } else if likeness.same > 0.0 {
            found.pairs.push((a, b, likeness.same));
        }
    }
    found
}

/// Connected parts: groups never reach beyond one. The bar is somewhat lower than the threshold, because a
/// middle can be nearer to both than they are to each other; it rises where a part would be too large.
fn parts(count: usize, pairs: &[(usize, usize, f64)], threshold: f64) -> Vec<Vec<usize>> {
    let mut done = Vec::new();
    let mut open = vec![(0..count).collect::<Vec<usize>>()];
    let mut bar = threshold * 0.8;
    while !open.is_empty() {
        let members: BTreeSet<usize> = open.iter().flatten().copied().collect();
        let mut leader: BTreeMap<usize, usize> = members.iter().map(|&member| (member, member)).collect();
        for &(a, b, _) in pairs.iter().filter(|pair| pair.2 >= bar) {
            if members.contains(&a) && members.contains(&b) {
                let (first, second) = (find(&mut leader, a), find(&mut leader, b));
                leader.insert(first.max(second), first.min(second));
            }
        }
        let mut connected: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &member in &members {
            connected.entry(find(&mut leader, member)).or_default().push(member);
        }
        open = Vec::new();
        for part in connected.into_values() {
            if part.len() <= LARGEST || bar >= 1.0 {
                done.extend(part.chunks(LARGEST).map(<[usize]>::to_vec));
            } else {
                open.push(part);
            }
        }
        bar += 0.1;
    }
    done
}

/// The smallest index connected with this one (union–find with path halving).
fn find(leader: &mut BTreeMap<usize, usize>, mut at: usize) -> usize {
    while let Some(&above) = leader.get(&at).filter(|&&above| above != at) {
        let next = leader.get(&above).copied().unwrap_or(above);
        leader.insert(at, next);
        at = next;
    }
    at
}

#[derive(Clone, Debug)]
struct Group {
    members: Vec<usize>,
    middle: Vector,
}

/// Joins the two most alike groups until no two are alike enough.
fn agglomerate(
    vectors: &[Vector],
    times: &[f64],
    opposed: &BTreeSet<(usize, usize)>,
    part: Vec<usize>,
    threshold: f64,
) -> Vec<Vec<usize>> {
    let alone = |at: usize| Some(Group { members: vec![at], middle: vectors[at].clone() });
    let mut groups: Vec<Option<Group>> = part.into_iter().map(alone).collect();
    let mut alike: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for a in 0..groups.len() {
        for b in a + 1..groups.len() {
            measure(opposed, &groups, (a, b), threshold, &mut alike);
        }
    }
    while let Some((&(a, b), _)) = alike.iter().max_by(|x, y| x.1.total_cmp(y.1).then(y.0.cmp(x.0))) {
        let (Some(first), Some(second)) = (groups[a].take(), groups[b].take()) else { break };
        let members: Vec<usize> = first.members.into_iter().chain(second.members).collect();
        let middle = Vector::middle(members.iter().map(|&at| (&vectors[at], times[at].sqrt())));
        groups[a] = Some(Group { members, middle });
        alike.retain(|&(x, y), _| x != a && y != a && x != b && y != b);
        for other in (0..groups.len()).filter(|&other| other != a) {
            measure(opposed, &groups, (a.min(other), a.max(other)), threshold, &mut alike);
        }
    }
    groups
        .into_iter()
        .flatten()
        .map(|mut group| {
            group.members.sort_unstable();
            group.members
        })
        .collect()
}

/// Notes how alike two groups are, where they may become one.
fn measure(
    opposed: &BTreeSet<(usize, usize)>,
    groups: &[Option<Group>],
    (a, b): (usize, usize),
    threshold: f64,
    alike: &mut BTreeMap<(usize, usize), f64>,
) {
    let (Some(first), Some(second)) = (&groups[a], &groups[b]) else { return };
    let likeness = first.middle.likeness(&second.middle).same;
    let never = || {
        first.members.iter().any(|&x| second.members.iter().any(|&y| opposed.contains(&(x.min(y), x.max(y)))))
    };
    if likeness >= threshold && !never() {
        alike.insert((a, b), likeness);
    }
}
