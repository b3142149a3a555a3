//! Where in a trail the steps of a workflow stand.
//!
//! Owns the alignment of a row of steps with a trail: a longest common subsequence, weighted where steps weigh
//! differently. Refuses to know what a good workflow is.

use super::trail::{Symbol, Trails};

/// Aligns steps with trails, in the same room every time: a cycle does so some hundred thousand times.
pub(super) struct Aligner<'s> {
    steps: &'s [Symbol],
    /// For each symbol whether it is one of the steps.
    pub(super) is_step: Vec<bool>,
    /// Where in the trail the steps stand. Only these can be matched: the rest of the trail costs a look, no more.
    places: Vec<usize>,
    /// `best[i][j]`: weight of the best alignment of the first i steps with the first j places, row by row.
    best: Vec<f64>,
    /// For each step where in the trail it is matched.
    pub(super) matched: Vec<Option<usize>>,
}

impl Aligner<'_> {
    /// Ready to align these steps.
    pub(super) fn of<'s>(steps: &'s [Symbol], trails: &Trails) -> Aligner<'s> {
        let mut is_step = vec![false; trails.names.len()];
        steps.iter().for_each(|step| is_step[*step as usize] = true);
        Aligner { steps, is_step, places: Vec::new(), best: Vec::new(), matched: Vec::new() }
    }

    /// The weight of the best alignment. Every step weighs one if no weights are given.
    pub(super) fn weigh(&mut self, weights: Option<&[f64]>, trail: &[Symbol]) -> f64 {
        let Aligner { steps, is_step, places, best, .. } = self;
        places.clear();
        places.extend((0..trail.len()).filter(|at| is_step[trail[*at] as usize]));
        let width = places.len() + 1;
        best.clear();
        best.resize((steps.len() + 1) * width, 0.0);
        for (i, step) in steps.iter().enumerate() {
            let weight = weights.map_or(1.0, |weights| weights[i]);
            let (above, row) = best[i * width..][..2 * width].split_at_mut(width);
            for (j, place) in places.iter().enumerate() {
                let taken = if *step == trail[*place] { above[j] + weight } else { 0.0 };
                row[j + 1] = above[j + 1].max(row[j]).max(taken);
            }
        }
        best.last().copied().unwrap_or_default()
    }

    /// For each step where in the trail it is matched, in the alignment of most weight. Of equally good alignments,
    /// the one whose steps come last.
    pub(super) fn align(&mut self, weights: Option<&[f64]>, trail: &[Symbol]) -> &[Option<usize>] {
        self.weigh(weights, trail);
        let Aligner { steps, places, best, matched, .. } = self;
        let weight = |step: usize| weights.map_or(1.0, |weights| weights[step]);
        let width = places.len() + 1;
        matched.clear();
        matched.resize(steps.len(), None);
        let (mut i, mut j) = (steps.len(), places.len());
        while i > 0 && j > 0 {
            let here = best[i * width + j];
            let place = places[j - 1];
            // Behind the place stands something else: a step that the rest can do without is given up there.
            let is_followed_by_other = places.get(j).copied().unwrap_or(trail.len()) > place + 1;
            if is_followed_by_other && here <= best[(i - 1) * width + j] {
                i -= 1;
            } else if steps[i - 1] == trail[place] && here <= best[(i - 1) * width + j - 1] + weight(i - 1) {
                matched[i - 1] = Some(place);
                (i, j) = (i - 1, j - 1);
            } else if here <= best[(i - 1) * width + j] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        matched
    }
}
