//! Herbs, flowers and a tree.

use super::canvas::{Canvas, Hue, LEAF, Tone, WHITE, WOOD};

pub(super) fn pot_herb(c: &mut Canvas, clay: Tone, leaf: Tone) {
    for (x, y, turn) in [
        (200, 86, 0),
        (148, 110, -40),
        (252, 110, 40),
        (112, 160, -70),
        (288, 160, 70),
        (176, 150, -20),
        (226, 150, 20),
        (150, 198, -60),
        (250, 198, 60),
        (200, 186, 0),
    ] {
        c.turned(turn, [x, y], |c| {
            c.shape(
                leaf.base,
                format_args!(
                    "M{x} {}C{} {} {} {} {x} {}C{} {} {} {} {x} {}Z",
                    y - 44,
                    x + 44,
                    y - 20,
                    x + 30,
                    y + 34,
                    y + 44,
                    x - 30,
                    y + 34,
                    x - 44,
                    y - 20,
                    y - 44
                ),
            );
            c.line(leaf.dark, 4, format_args!("M{x} {}L{x} {}", y - 28, y + 38));
            c.line(
                leaf.light,
                3,
                format_args!("M{} {}q-8 -8 -14 -8M{} {}q8 -8 14 -8", x, y, x, y + 12),
            );
        });
    }
    planter(c, clay);
}

pub(super) fn tree(c: &mut Canvas, leaf: Tone, clay: Tone) {
    c.line("#8c6650", 14, "M200 250Q190 200 204 150");
    c.line("#8c6650", 7, "M198 196L160 150M202 176L246 136");
    for [x, y, r] in [
        [150, 124, 50],
        [250, 118, 52],
        [200, 84, 54],
        [200, 140, 48],
    ] {
        c.dot(leaf.dark, [x, y], r);
        c.dot(leaf.base, [x - 4, y - 5], r - 8);
    }
    for (x, y, turn) in [
        (140, 100, 30),
        (180, 74, -20),
        (226, 70, 40),
        (264, 104, -30),
        (168, 136, 60),
        (226, 140, -50),
        (200, 108, 10),
        (246, 146, 20),
        (130, 144, -40),
    ] {
        c.turned(turn, [x, y], |c| c.oval(leaf.light, [x, y, 7, 18]));
    }
    for [x, y] in [[164, 104], [238, 96], [208, 158], [272, 134]] {
        c.oval("#4a1d2a", [x, y, 7, 9]);
    }
    planter(c, clay);
}

fn planter(c: &mut Canvas, clay: Tone) {
    c.shape(clay.base, "M124 246L276 246L256 322L144 322Z");
    c.shape(clay.dark, "M232 246L276 246L256 322L226 322Z");
    c.rect(clay.dark, [112, 224, 176, 32], 8);
    c.rect(clay.light, [112, 224, 122, 26], 8);
}

/// Stalks with small leaves, or with spikes of flowers where they are lilac.
pub(super) fn bunch(c: &mut Canvas, head: Tone, tie: Tone) {
    let flowers = tie.hue == Hue::Ochre;
    for lean in [-4, -3, -2, -1, 0, 1, 2, 3, 4] {
        c.turned(lean * 7, [200, 250], |c| {
            c.line(
                if flowers { LEAF } else { WOOD }.dark,
                5,
                "M200 318L200 140",
            );
            for step in [0, 1, 2, 3, 4] {
                let y = 66 + step * 20;
                if flowers {
                    c.oval(head.base, [192, y, 8, 11]);
                    c.oval(head.dark, [208, y + 8, 8, 11]);
                    c.oval(head.light, [200, y - 6, 6, 9]);
                } else {
                    c.oval(head.base, [190, y, 11, 5]);
                    c.oval(head.dark, [210, y + 9, 11, 5]);
                    c.dot(head.light, [200, y - 6], 5);
                }
            }
        });
    }
    c.rect(tie.base, [166, 226, 68, 26], 10);
    c.line(tie.dark, 4, "M170 234L230 234M170 244L230 244");
    c.line(tie.base, 6, "M232 240q30 6 40 34M230 244q14 18 10 44");
}

pub(super) fn bouquet(c: &mut Canvas, petal: Tone, leaf: Tone) {
    for lean in [-30, -12, 6, 24] {
        c.turned(lean, [200, 280], |c| {
            c.line(leaf.dark, 7, "M200 320L200 130");
            c.oval(leaf.base, [220, 196, 12, 34]);
        });
    }
    for [x, y] in [
        [116, 150],
        [282, 146],
        [160, 96],
        [240, 92],
        [150, 196],
        [252, 192],
        [200, 146],
    ] {
        for turn in [0, 60, 120, 180, 240, 300] {
            c.turned(turn, [x, y], |c| {
                c.oval(
                    if turn % 120 == 0 {
                        petal.base
                    } else {
                        petal.light
                    },
                    [x, y - 22, 18, 22],
                )
            });
        }
        c.dot(petal.dark, [x, y], 15);
        c.dot("#efcf8c", [x, y], 7);
    }
    c.shape(WHITE.dark, "M112 214L288 214L236 322L164 322Z");
    c.shape(WHITE.base, "M112 214L200 250L288 214L228 322L172 322Z");
    c.rect("#a63d2f", [160, 276, 80, 16], 6);
}
