//! How likely each of many traits is to matter, all of them looked at together, inside strata.
//!
//! A conditional logistic model (Breslow and Day, *Statistical Methods in Cancer Research* I, chapter 7): given
//! how many runs of a stratum failed, which ones did depends on their traits. Most traits have no effect at all, so
//! each one's effect is nil or, with a small chance known beforehand, of the size that effects worth a note have
//! (spike and slab; Mitchell and Beauchamp, JASA 1988). The posterior is fitted by coordinate ascent on a
//! factorised approximation (Carbonetto and Stephens, "Scalable variational inference for Bayesian variable
//! selection", Bayesian Analysis 2012), around a quadratic of the conditional likelihood whose covariances are
//! Hájek's (Ann. Math. Stat. 1964), with the factor that makes them exact for equal weights. What share of traits
//! matters, and how much, is learnt from the traits themselves. Looking at all at once sharpens the sight: what one
//! trait explains is no noise for the others, and what a trait borrowed from one it keeps company with is taken
//! from it.
//!
//! Deterministic, and linear in the runs that have traits.

use super::inclusion::{self, Strata};

/// Mean effect of the traits that matter, as believed beforehand: twice the odds of failing …
const EFFECT: f64 = 0.7;

/// … by how many seen. Where mistakes are grave, what shows little is hardly one of them.
const EFFECT_SEEN: f64 = 3.0;

/// How far effects lie from their mean (standard deviation of the log odds): from two thirds to one and a half
/// times its odds.
const EFFECT_DEVIATION: f64 = 0.4;

/// Variance of the effect of what is always held equal.
const HELD_VARIANCE: f64 = 1.0;

/// Share of trait sides that matter, of those that are believed readily, as believed beforehand …
const SHARE: f64 = 0.6;

/// … by how many seen.
const SHARE_SEEN: f64 = 5.0;

/// More than this share is never believed to matter.
const LARGEST_SHARE: f64 = 0.9;

/// Rounds of the quadratic, and of the ascent within each; changes below [`SETTLED`] end both.
const ROUNDS: usize = 12;

/// See [`ROUNDS`].
const SWEEPS: usize = 12;

/// See [`ROUNDS`].
const SETTLED: f64 = 1e-3;

/// Values of a trait by run, zeros left out.
pub type Column = Vec<(u32, f64)>;

/// A trait to look at.
#[derive(Clone, Debug)]
pub struct Trait {
    /// One value a run.
    pub column: Column,
    /// How readily an effect towards failing is believed, relative to others; 0 never.
    pub harm: f64,
    /// The same for an effect towards succeeding.
    pub help: f64,
}

/// What is believed of traits before one of them is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Share of trait sides that matter, 0 to 1.
    pub share: f64,
    /// Mean effect of those that do, log odds.
    pub effect: f64,
}

impl Default for Prior {
    fn default() -> Prior {
        Prior { share: SHARE, effect: EFFECT }
    }
}

/// What is believed of a trait when all was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Belief {
    /// Probability that it makes failing likelier, 0 to 1.
    pub harm: f64,
    /// Probability that it makes succeeding likelier, 0 to 1.
    pub help: f64,
    /// Expected effect on the log odds of failing.
    pub effect: f64,
    /// Expected size of that effect, whatever its direction.
    pub size: f64,
    /// Standard errors by which failing runs have it more often than chance and the other traits explain.
    pub z: f64,
}

/// What one trait alone shows: its sum over failing runs beyond what chance expects, and the variance of that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// The surplus.
    pub value: f64,
    /// Its variance under chance.
    pub variance: f64,
}

impl Excess {
    /// Logarithm of how much likelier this is with an effect of this sign and about this size than with none, and
    /// the effect to expect then.
    pub fn evidence(self, sign: f64, effect: f64) -> (f64, f64) {
        let precision = 1.0 / (EFFECT_DEVIATION * EFFECT_DEVIATION);
        let variance = 1.0 / (self.variance + precision);
        let mean = (self.value + precision * sign * effect) * variance;
        let log = (precision * variance).ln() + mean * mean / variance - precision * effect * effect;
        (0.5 * log, mean)
    }

    /// The belief that follows from it and from what was believed before, the share of it times how readily each
    /// side is believed.
    pub fn belief(self, prior: Prior, harm: f64, help: f64) -> Belief {
        let (for_harm, with_harm) = self.evidence(1.0, prior.effect);
        let (for_help, with_help) = self.evidence(-1.0, prior.effect);
        let (harm, help) = (prior.share * harm, prior.share * help);
        // A bound keeps the exponential finite; beyond it there is no doubt anyway.
        let weights = [harm * for_harm.min(200.0).exp(), help * for_help.min(200.0).exp()];
        let all = (1.0 - harm - help).max(0.01) + weights[0] + weights[1];
        let [harm, help] = weights.map(|weight| weight / all);
        let z = if self.variance > 0.0 { self.value / self.variance.sqrt() } else { 0.0 };
        Belief {
            harm,
            help,
            effect: harm * with_harm + help * with_help,
            size: harm * with_harm - help * with_help,
            z,
        }
    }
}

/// Looks at traits together, with `held` (one value a run) held equal. `beside` is the sum of harm and help of
/// traits that were left out because they alone show nothing: they still count when the share of traits that
/// matter is learnt. Gives a belief for each trait, and what was learnt of all of them.
pub fn look(strata: &Strata, traits: &[Trait], held: &[Column], beside: f64) -> (Vec<Belief>, Prior) {
    let columns: Vec<&Column> = traits.iter().map(|t| &t.column).chain(held).collect();
    let layout = Layout::of(strata, &columns);
    let all: f64 = beside + traits.iter().map(|t| t.harm + t.help).sum::<f64>();
    let mut prior = Prior::default();
    let mut beliefs = vec![Belief::default(); traits.len()];
    let mut effects = vec![0.0; columns.len()];
    for _ in 0..ROUNDS {
        let before = effects.clone();
        let quadratic = layout.quadratic(strata, &effects);
        for _ in 0..SWEEPS {
            let mut moved: f64 = 0.0;
            for i in 0..columns.len() {
                let alone = quadratic.alone(i, &before, &effects);
                let effect = match traits.get(i) {
                    Some(t) => {
                        beliefs[i] = alone.belief(prior, t.harm, t.help);
                        beliefs[i].effect
                    }
                    None => alone.value / (alone.variance + 1.0 / HELD_VARIANCE),
                };
                moved = moved.max((effect - effects[i]).abs());
                effects[i] = effect;
            }
            if moved < SETTLED {
                break;
            }
        }
        let matter: f64 = beliefs.iter().map(|belief| belief.harm + belief.help).sum();
        let size: f64 = beliefs.iter().map(|belief| belief.size).sum();
        prior.share = ((matter + SHARE * SHARE_SEEN) / (all + SHARE_SEEN)).min(LARGEST_SHARE);
        prior.effect = (size + EFFECT * EFFECT_SEEN) / (matter + EFFECT_SEEN);
        let moved = effects.iter().zip(&before).map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
        if moved < SETTLED {
            break;
        }
    }
    (beliefs, prior)
}

/// Columns turned round: what each run has.
struct Layout {
    rows: Vec<Vec<(usize, f64)>>,
    columns: usize,
}

/// The conditional log likelihood around some effects: its slope, and its curvature as a full square.
struct Quadratic {
    slope: Vec<f64>,
    curvature: Vec<f64>,
}

impl Layout {
    fn of(strata: &Strata, columns: &[&Column]) -> Layout {
        let mut rows = vec![Vec::new(); strata.failed.len()];
        for (i, column) in columns.iter().enumerate() {
            column.iter().for_each(|&(run, value)| rows[run as usize].push((i, value)));
        }
        Layout { rows, columns: columns.len() }
    }

    fn quadratic(&self, strata: &Strata, effects: &[f64]) -> Quadratic {
        let n = self.columns;
        let mut found = Quadratic { slope: vec![0.0; n], curvature: vec![0.0; n * n] };
        let mut sums = vec![0.0; n];
        for runs in strata.runs.iter().filter(|runs| runs.len() > 1) {
            let weight = |&run: &usize| {
                let sum: f64 = self.rows[run].iter().map(|&(i, value)| effects[i] * value).sum();
                sum.clamp(-30.0, 30.0).exp()
            };
            let failing = runs.iter().filter(|&&run| strata.failed[run]).count();
            let chances = inclusion::probabilities(&runs.iter().map(weight).collect::<Vec<_>>(), failing);
            let total: f64 = chances.iter().map(|chance| chance * (1.0 - chance)).sum();
            let mut touched: Vec<usize> = Vec::new();
            let factor = runs.len() as f64 / (runs.len() - 1) as f64;
            for (&run, chance) in runs.iter().zip(&chances) {
                let surplus = f64::from(u8::from(strata.failed[run])) - chance;
                let spread = chance * (1.0 - chance);
                for (at, &(i, value)) in self.rows[run].iter().enumerate() {
                    found.slope[i] += surplus * value;
                    if sums[i] == 0.0 {
                        touched.push(i);
                    }
                    sums[i] += spread * value;
                    for &(k, other) in &self.rows[run][..=at] {
                        found.curvature[i * n + k] += factor * spread * value * other;
                    }
                }
            }
            touched.sort_unstable();
            touched.dedup();
            for (at, &i) in touched.iter().enumerate() {
                for &k in &touched[..=at] {
                    if total > 0.0 {
                        found.curvature[i * n + k] -= factor * sums[i] * sums[k] / total;
                    }
                }
            }
            touched.iter().for_each(|&i| sums[i] = 0.0);
        }
        for i in 0..n {
            for k in 0..i {
                found.curvature[k * n + i] = found.curvature[i * n + k];
            }
        }
        found
    }
}

impl Quadratic {
    /// What a column shows when the others have these effects and it has none itself; `around` is where the
    /// quadratic was taken.
    fn alone(&self, column: usize, around: &[f64], effects: &[f64]) -> Excess {
        let row = &self.curvature[column * effects.len()..(column + 1) * effects.len()];
        let moved = around.iter().zip(effects).zip(row).map(|((old, new), c)| (old - new) * c);
        let variance = row[column].max(0.0);
        Excess { value: self.slope[column] + moved.sum::<f64>() + variance * effects[column], variance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strata of `size` runs in which a cause, its companion and a bystander are dealt out by a fixed rule; the
    /// companion goes with the cause nine times in ten.
    fn world(strata: usize, fails: impl Fn(bool, usize) -> bool) -> (Strata, Vec<Trait>) {
        let mut found = Strata { runs: Vec::new(), failed: Vec::new() };
        let mut columns = vec![Column::new(); 3];
        for n in 0..strata * 6 {
            if n % 6 == 0 {
                found.runs.push((n..n + 6).collect());
            }
            let cause = (n * 7919) % 10 < 4;
            let has = [cause, if (n * 104_729) % 10 == 3 { !cause } else { cause }, (n * 31) % 11 < 5];
            found.failed.push(fails(cause, n));
            columns.iter_mut().zip(has).filter(|(_, has)| *has).for_each(|(c, _)| c.push((n as u32, 1.0)));
        }
        let traits = columns.into_iter().map(|column| Trait { column, harm: 0.5, help: 0.5 });
        (found, traits.collect())
    }

    #[test]
    fn the_cause_is_told_from_its_companion_and_from_chance() {
        let (strata, traits) = world(60, |cause, n| if cause { n % 7 > 2 } else { n % 7 > 4 });
        let alone = look(&strata, &traits[1..2], &[], 0.0).0;
        assert!(alone[0].harm > 0.9, "{alone:?}");
        let (beliefs, prior) = look(&strata, &traits, &[], 10.0);
        assert!(beliefs[0].harm > 0.95 && beliefs[0].effect > 0.5, "{beliefs:?}");
        assert!(beliefs[1].harm < 0.3 && beliefs[2].harm + beliefs[2].help < 0.3, "{beliefs:?}");
        assert!(prior.share < SHARE);
        // Nothing is left for the cause to explain where it is held equal itself.
        let held = look(&strata, &traits, &[traits[0].column.clone()], 10.0).0;
        assert!(held[0].harm < 0.5, "{held:?}");
    }

    #[test]
    fn odd_input_gives_no_belief() {
        let strata = Strata { runs: vec![vec![0, 1], vec![2]], failed: vec![true, true, false] };
        let one = Trait { column: vec![(0, 1.0), (2, 1.0)], harm: 0.5, help: 0.0 };
        let beliefs = look(&strata, &[one], &[], 0.0).0;
        assert!(beliefs[0].harm < 0.5 && beliefs[0].z == 0.0, "{beliefs:?}");
        assert!(look(&strata, &[], &[], 0.0).0.is_empty());
    }
}
