//! What people say in a trade of invented words, so that no list of known words can help.

use super::vocabulary::Vocabulary;

pub(super) const INVENTED: Vocabulary = Vocabulary {
    name: "invented",
    wishes: &[
        &[
            "Run zeta fmt before committing.",
            "always zeta fmt before a commit",
            "please don't commit without zeta fmt",
            "never commit before zeta fmt has run",
            "make sure zeta fmt ran before each commit",
            "you forgot zeta fmt again",
            "we run zeta fmt on every commit",
        ],
        &[
            "Use quimby for the glossary, not tarvel.",
            "we use quimby instead of tarvel",
            "please prefer quimby over tarvel",
            "quimby, never tarvel",
            "tarvel is banned here, take quimby",
            "stop using tarvel",
        ],
        &[
            "Every snorble needs a wibbet.",
            "never ship a snorble without a wibbet",
            "please add a wibbet to each snorble",
            "a snorble always comes with a wibbet",
            "don't forget the wibbet when you write a snorble",
        ],
        &[
            "Don't touch the plimsol folder.",
            "never edit anything in plimsol",
            "plimsol is off limits",
            "please leave plimsol alone, always",
            "hands off plimsol, no changes there",
        ],
        &[
            "Keep frundles short.",
            "we like short frundles",
            "no long frundles please",
            "frundles should always be short",
            "please write shorter frundles from now on",
        ],
        &[
            "Keep vexils short.",
            "short vexils please",
            "vexils must be short, as a rule",
            "we never write long vexils",
            "please don't make vexils so long",
        ],
        &[
            "Call the daxlint check after each merge.",
            "after merging always run daxlint",
            "daxlint has to run after every merge",
            "please run daxlint whenever you merge",
            "never leave a merge without daxlint",
        ],
    ],
    conflicts: &[
        (
            &[
                "use glorp for spacing, not snarf",
                "glorp instead of snarf please",
                "we prefer glorp over snarf",
                "always glorp",
            ],
            &[
                "snarf, not glorp",
                "please use snarf instead of glorp",
                "we use snarf rather than glorp",
                "never glorp",
            ],
        ),
        (
            &["always moffle the ridgets", "please moffle every ridget", "we moffle ridgets"],
            &["don't moffle the ridgets", "never moffle ridgets", "please do not moffle any ridget"],
        ),
    ],
    asks: &[
        "The hobbet {} spins twice, see why.",
        "Make a new carnel for drossel {}.",
        "Port lurch {} to the second gantry.",
        "Count the yarrows of batch {}.",
        "Drossel {} has lost its carnel.",
        "Teach gantry {} to skip empty hobbets.",
    ],
    task_only: &[
        "use the purple lever on the gantry panel",
        "name it carnel_nine",
        "the drossel must face north",
        "put the yarrows into the left bin",
        "don't open valve twelve",
        "set the spin to 44",
        "write the count on the lid",
    ],
    passing: &[
        "skip the jibbet for now",
        "just this once use the old lurch",
        "for this batch only, ignore the ombat",
        "this time no seal please",
    ],
    single: &[
        "always polish the brindle",
        "we never stack ferrules",
        "please use ochre ink for notes",
        "from now on number the tallies",
    ],
};
